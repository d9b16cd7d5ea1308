//! What a site tells about its visitor: `setIntegrationData`, `updateIntegrationData`, `setGroupId` and consents
//! (contract C.3, C.4).

use serde_json::{Value, json};
use testing::{receiver::Receiver, server::TestServer};

use super::Guest;
use crate::{
    arrange::{new_group, text_of, visitor_says},
    webhooks::{add, allow},
};

fn set(guest: &Guest, body: &Value) -> Value {
    guest.client.put("/live/visitor", body).json(200)
}

#[test]
fn data_is_merged_or_replaced() {
    let server = TestServer::start();
    let guest = Guest::arrive(&server, &json!({"attributes": {"plan": "free"}}));
    let data = json!({"attributes": {
        "email": "anna@example.com", "firstName": "Anna", "lastName": "Doe", "phone": "33612345678",
        "name": "Anna Doe", "Orders so far": 12, "isRegular": true, "rebate": 0.5,
    }});
    let merged = json!({
        "EMAIL": "anna@example.com", "FIRSTNAME": "Anna", "LASTNAME": "Doe", "SMS": "33612345678",
        "NAME": "Anna Doe", "Orders so far": 12, "isRegular": true, "rebate": 0.5, "plan": "free",
    });
    assert_eq!(set(&guest, &data)["attributes"], merged);
    assert_eq!(
        guest.client.get("/live/visitor").json(200)["attributes"],
        merged
    );
    assert_eq!(guest.as_agents_see(&server)["displayedName"], "Anna Doe");

    // What is null or empty is not known any more.
    let less =
        json!({"attributes": {"phone": null, "lastName": "", "rebate": null, "nothing": null}});
    let kept = set(&guest, &less)["attributes"].clone();
    assert_eq!(kept["FIRSTNAME"], "Anna");
    for name in ["SMS", "LASTNAME", "rebate", "nothing"] {
        assert_eq!(kept.get(name), None, "{name}");
    }
    let replaced = json!({"attributes": {"firstName": "Bea", "lastName": null}, "replace": true});
    assert_eq!(
        set(&guest, &replaced)["attributes"],
        json!({"FIRSTNAME": "Bea"})
    );
    // Without attributes nothing is replaced; with null everything is.
    assert_eq!(
        set(&guest, &json!({"replace": true}))["attributes"],
        json!({"FIRSTNAME": "Bea"})
    );
    assert_eq!(
        set(&guest, &json!({"attributes": null}))["attributes"],
        json!({"FIRSTNAME": "Bea"})
    );
    let cleared = json!({"attributes": null, "replace": true});
    assert_eq!(set(&guest, &cleared)["attributes"], json!({}));
}

#[test]
fn notes_go_to_the_notes_and_are_not_shown_to_the_visitor() {
    let server = TestServer::start();
    let guest = Guest::arrive(
        &server,
        &json!({"attributes": {"notes": "Comes from the fair."}}),
    );
    assert_eq!(
        guest.as_agents_see(&server)["notes"],
        "Comes from the fair."
    );
    let answer = set(
        &guest,
        &json!({"attributes": {"plan": "free"}, "replace": true}),
    );
    assert!(!answer.to_string().contains("fair"), "{answer}");
    // Replacing attributes does not take what agents noted.
    assert_eq!(
        guest.as_agents_see(&server)["notes"],
        "Comes from the fair."
    );
    for (notes, expected) in [
        (json!("Wants\nan invoice."), json!("Wants\nan invoice.")),
        (json!(""), Value::Null),
        (json!("Again"), json!("Again")),
        (Value::Null, Value::Null),
    ] {
        set(&guest, &json!({"attributes": {"notes": notes}}));
        let seen = guest.as_agents_see(&server);
        assert_eq!(seen["notes"], expected);
        assert_eq!(seen["attributes"], json!({"plan": "free"}));
    }
}

#[test]
fn a_visitor_sees_this_of_themselves_and_no_more() {
    let server = TestServer::start();
    let client = server.client();
    let group = new_group(&client, "Sales", &[]);
    let mut guest = Guest::arrive(&server, &json!({"language": "pt_br"}));
    let path = format!("/api/v1/visitors/{}", guest.id);
    client.put(&path, &json!({"notes": "Never pays"})).json(200);
    let set_all = json!({
        "attributes": {"email": "anna@example.com"}, "marketingConsent": true,
        "termsOfServiceConsent": true, "groupId": group,
    });
    let expected = json!({
        "visitorId": guest.id, "groupId": group, "attributes": {"EMAIL": "anna@example.com"},
        "marketingConsent": true, "termsOfServiceConsent": true, "language": "pt-BR", "notices": [],
    });
    assert_eq!(set(&guest, &set_all), expected);
    assert_eq!(guest.client.get("/live/visitor").json(200), expected);
    // What is not given stays.
    assert_eq!(set(&guest, &json!({})), expected);
    let changed = set(
        &guest,
        &json!({"marketingConsent": false, "language": "en"}),
    );
    assert_eq!(
        (&changed["marketingConsent"], &changed["language"]),
        (&json!(false), &json!("en"))
    );
    assert_eq!(changed["termsOfServiceConsent"], true);
    guest.come_back(&server, &server.stranger(), &json!({}));
    assert_eq!(guest.as_agents_see(&server)["conversationLanguage"], "en");
}

#[test]
fn a_group_that_does_not_exist_changes_nothing() {
    let server = TestServer::start();
    let group = new_group(&server.client(), "Sales", &[]);
    let theirs = server.second_organization();
    let foreign = new_group(&server.client_of(&theirs), "Sales", &[]);
    let guest = Guest::arrive(&server, &json!({"groupId": group}));
    for unknown in [foreign.as_str(), "nobodys", "' or 1=1"] {
        let answer = set(&guest, &json!({"groupId": unknown}));
        assert_eq!(answer["notices"], json!(["group_unknown"]), "{unknown}");
        assert_eq!(answer["groupId"], json!(group));
    }
    for none in [Value::Null, json!("")] {
        set(&guest, &json!({"groupId": group}));
        let answer = set(&guest, &json!({"groupId": none}));
        assert_eq!(
            (&answer["groupId"], &answer["notices"]),
            (&Value::Null, &json!([]))
        );
    }
}

#[test]
fn what_breaks_a_rule_is_refused_and_changes_nothing() {
    let server = TestServer::start();
    let guest = Guest::arrive(&server, &json!({"attributes": {"plan": "free"}}));
    let many: serde_json::Map<String, Value> = (0..100)
        .map(|number| (format!("key {number}"), json!(number)))
        .collect();
    for (body, expected) in [
        (
            json!({"attributes": {"cart": ["jeans"]}}),
            "attributes.cart must be a text, a number, a boolean or null",
        ),
        (
            json!({"attributes": {"email": "e".repeat(1_001)}}),
            "attributes.EMAIL is longer than 1000 characters",
        ),
        (
            json!({"attributes": {"k".repeat(101): 1}}),
            "a name in attributes is longer than 100 characters",
        ),
        (
            json!({"attributes": many}),
            "attributes would be more than 100",
        ),
        (
            json!({"attributes": {"notes": 7}}),
            "attributes.notes must be a text",
        ),
        (
            json!({"attributes": {"notes": "n".repeat(10_001)}}),
            "notes is longer than 10000 characters",
        ),
        (
            json!({"language": "klingon!"}),
            "language must be the name of one, as en or pt-BR",
        ),
        (json!({"isVerified": true}), "unknown field isVerified"),
        (json!({"notes": "x"}), "unknown field notes"),
    ] {
        let refusal = guest.client.put("/live/visitor", &body).refusal();
        assert!(refusal.starts_with("400 invalid_parameter: "), "{refusal}");
        assert!(refusal.contains(expected), "{refusal}");
    }
    assert_eq!(
        guest.as_agents_see(&server)["attributes"],
        json!({"plan": "free"})
    );
    for stranger in [server.stranger(), server.client()] {
        assert_eq!(stranger.get("/live/visitor").status, 401);
        assert_eq!(stranger.put("/live/visitor", &json!({})).status, 401);
    }
}

#[test]
fn a_change_is_told_once() {
    let server = TestServer::start_with(allow);
    let (client, receiver) = (server.client(), Receiver::start());
    add(&client, &receiver.url(), &["visitorIdentified"]);
    let guest = Guest::arrive(&server, &json!({}));
    let said = visitor_says(&client, &guest.id, "Hello?");
    let conversation = text_of(&said["conversationId"]).to_owned();
    let head = || {
        let path = format!("/api/v1/conversations/{conversation}");
        client.get(&path).json(200)["head"].clone()
    };
    assert_eq!(head(), 1);
    guest.view("https://getwear.com/women", "Women");
    // Sites tell the same on each page: something has happened the first time only.
    for _ in 0..3 {
        set(
            &guest,
            &json!({"attributes": {"email": "anna@example.com"}, "language": "fr"}),
        );
        assert_eq!(head(), 2);
    }
    let told = receiver.wait_for(1).swap_remove(0).json();
    assert_eq!(told["visitor"]["attributes"]["EMAIL"], "anna@example.com");
    assert_eq!(told["visitor"]["conversationLanguage"], "fr");
    assert_eq!(told["visitor"]["lastVisit"]["hostName"], "getwear.com");
    assert_eq!(told["conversationId"], json!(conversation));
    set(&guest, &json!({"attributes": {"plan": "free"}}));
    assert_eq!(head(), 3);
    assert_eq!(receiver.received().len(), 1);
}

#[test]
fn a_visitor_who_asks_too_often_waits() {
    let server = TestServer::start_with(|config| config.limits.visitor_calls_per_minute = 3);
    let guest = Guest::arrive(&server, &json!({}));
    guest.view("https://getwear.com/", "");
    set(&guest, &json!({}));
    guest.view("https://getwear.com/", "");
    let refused = guest.client.put("/live/visitor", &json!({}));
    assert_eq!(
        refused.refusal(),
        "429 too_many_requests: too many requests of this visitor"
    );
    assert!(
        (1..=20).contains(&refused.number("retry-after")),
        "{refused:?}"
    );
    // Reading costs next to nothing, and another visitor is another.
    guest.client.get("/live/visitor").json(200);
    Guest::arrive(&server, &json!({})).view("https://getwear.com/", "");
}
