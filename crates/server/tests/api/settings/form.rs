//! What visitors are asked about themselves.

use serde_json::{Value, json};
use testing::server::TestServer;

use super::{WIDGET, assert_refused, set};

fn form(server: &TestServer, change: &Value) -> Value {
    set(server, &json!({"form": change}))["form"].clone()
}

#[test]
fn visitors_are_asked_for_name_and_address_until_it_is_changed() {
    let server = TestServer::start();
    let usual = json!({
        "online": "optional", "offline": "optional",
        "fields": [
            {"name": "firstName", "kind": "text", "labels": {}, "isRequired": false},
            {"name": "email", "kind": "email", "labels": {}, "isRequired": true},
        ],
        "asksGroup": false, "consents": [],
    });
    assert_eq!(server.client().get(WIDGET).json(200)["form"], usual);
    let mut expected = usual;
    for (field, value) in [
        ("online", json!("none")),
        ("offline", json!("required")),
        ("asksGroup", json!(true)),
        ("fields", json!([])),
        ("asksGroup", json!(true)),
    ] {
        expected[field] = value.clone();
        assert_eq!(form(&server, &json!({field: value})), expected, "{field}");
    }
}

#[test]
fn fields_are_those_of_every_visitor_or_the_organizations_own() {
    let server = TestServer::start();
    let given = json!([
        {"name": "EMAIL"},
        {"name": "firstname", "isRequired": true},
        {"name": "lastName", "kind": "text"},
        {"name": "name"},
        {"name": "sms"},
        {"name": " Order number ", "labels": {"en": " Order ", "ja": "注文番号"}},
        {"name": "second address", "kind": "email"},
        {"name": "story", "kind": "multiline", "labels": {}},
    ]);
    let kept = json!([
        {"name": "email", "kind": "email", "labels": {}, "isRequired": false},
        {"name": "firstName", "kind": "text", "labels": {}, "isRequired": true},
        {"name": "lastName", "kind": "text", "labels": {}, "isRequired": false},
        {"name": "name", "kind": "text", "labels": {}, "isRequired": false},
        {"name": "phone", "kind": "phone", "labels": {}, "isRequired": false},
        {"name": "Order number", "kind": "text", "labels": {"en": "Order", "ja": "注文番号"}, "isRequired": false},
        {"name": "second address", "kind": "email", "labels": {}, "isRequired": false},
        {"name": "story", "kind": "multiline", "labels": {}, "isRequired": false},
    ]);
    assert_eq!(form(&server, &json!({"fields": given}))["fields"], kept);
    // What is read can be given back as it is.
    let read = server.client().get(WIDGET).json(200)["form"].clone();
    assert_eq!(form(&server, &read), read);
}

#[test]
fn consents_are_asked_for_with_a_link() {
    let server = TestServer::start();
    let given = json!([
        {"kind": "termsOfService", "isRequired": true, "texts": {"de": "Ich stimme zu"}, "link": "https://Shop.example/agb?x=1#2"},
        {"kind": "marketing"},
    ]);
    let kept = json!([
        {"kind": "termsOfService", "isRequired": true, "texts": {"de": "Ich stimme zu"}, "link": "https://shop.example/agb?x=1#2"},
        {"kind": "marketing", "isRequired": false, "texts": {}, "link": null},
    ]);
    assert_eq!(form(&server, &json!({"consents": given}))["consents"], kept);
}

#[test]
fn what_nobody_could_answer_is_refused() {
    let server = TestServer::start();
    let mode = "must be none or optional or required";
    let empty = "must be none where form.fields and form.consents are empty and asksGroup is false";
    let (invalid, missing) = ("invalid_parameter: form", "missing_parameter: form");
    let field = |field: Value| json!({"fields": [{"name": "email"}, field]});
    let consent = |consent: Value| json!({"consents": [consent]});
    let with_link = |link: &str| consent(json!({"kind": "marketing", "link": link}));
    let no_link = format!("{invalid}.consents[0].link must be an http or https address");
    let languages = "are by language: en, fr, de, es, it, pt, nl, pl, ru, ar, ja, zh";
    let eleven: Vec<Value> = (0..11)
        .map(|number| json!({"name": format!("n{number}")}))
        .collect();
    let refusals = [
        (
            json!({"online": "always"}),
            format!("{invalid}.online {mode}"),
        ),
        (json!({"offline": ""}), format!("{invalid}.offline {mode}")),
        (json!({"fields": []}), format!("{invalid}.online {empty}")),
        (
            json!({"fields": [], "online": "none"}),
            format!("{invalid}.offline {empty}"),
        ),
        (
            json!({"fields": eleven}),
            format!("{invalid}.fields are more than 10"),
        ),
        (
            field(json!({"name": "EMAIL"})),
            format!("{invalid}.fields[1].name is there twice"),
        ),
        (
            field(json!({"name": ""})),
            format!("{missing}.fields[1].name is missing"),
        ),
        (
            field(json!({})),
            "missing_parameter: name is missing".to_owned(),
        ),
        (
            field(json!({"name": "x".repeat(101)})),
            format!("{invalid}.fields[1].name is longer than 100 characters"),
        ),
        (
            field(json!({"name": "a\nb"})),
            format!("{invalid}.fields[1].name contains line breaks or control characters"),
        ),
        (
            field(json!({"name": "age", "kind": "number"})),
            format!("{invalid}.fields[1].kind must be text or email or phone or multiline"),
        ),
        (
            field(json!({"name": "phone", "kind": "text"})),
            format!("{invalid}.fields[1].kind must be phone for phone"),
        ),
        (
            json!({"fields": [{"name": "EMAIL", "kind": "multiline"}]}),
            format!("{invalid}.fields[0].kind must be email for email"),
        ),
        (
            field(json!({"name": "age", "labels": {"sv": "Ålder"}})),
            format!("{invalid}.fields[1].labels {languages}"),
        ),
        (
            field(json!({"name": "age", "labels": {"fr": " "}})),
            format!("{missing}.fields[1].labels.fr is missing"),
        ),
        (
            field(json!({"name": "age", "labels": {"fr": "â".repeat(101)}})),
            format!("{invalid}.fields[1].labels.fr is longer than 100 characters"),
        ),
        (
            json!({"consents": [{"kind": "marketing"}, {"kind": "marketing"}]}),
            format!("{invalid}.consents[1].kind is there twice"),
        ),
        (
            json!({"consents": [{"kind": "marketing"}, {"kind": "marketing"}, {"kind": "marketing"}]}),
            format!("{invalid}.consents are more than 2"),
        ),
        (
            consent(json!({"kind": "cookies"})),
            format!("{invalid}.consents[0].kind must be marketing or termsOfService"),
        ),
        (
            consent(json!({"kind": "marketing", "texts": {"xx": "x"}})),
            format!("{invalid}.consents[0].texts {languages}"),
        ),
        (
            consent(json!({"kind": "marketing", "texts": {"en": "x".repeat(1001)}})),
            format!("{invalid}.consents[0].texts.en is longer than 1000 characters"),
        ),
        (with_link("javascript:alert(1)"), no_link.clone()),
        (with_link("data:text/html,x"), no_link.clone()),
        (with_link("/terms"), no_link.clone()),
        (with_link("https://"), no_link.clone()),
        (with_link(""), no_link),
        (
            with_link(&format!("https://shop.example/{}", "x".repeat(2_048))),
            format!("{invalid}.consents[0].link is longer than 2048 bytes"),
        ),
    ];
    let refusals: Vec<(Value, &str)> = refusals
        .iter()
        .map(|(change, refusal)| (json!({"form": change}), refusal.as_str()))
        .collect();
    assert_refused(&server, &refusals);
}

#[test]
fn nobody_has_to_be_asked() {
    let server = TestServer::start();
    let change = json!({"online": "none", "offline": "none", "fields": []});
    let kept = form(&server, &change);
    assert_eq!(
        (&kept["online"], &kept["fields"]),
        (&json!("none"), &json!([]))
    );
    let refusals = [(
        json!({"form": {"online": "required"}}),
        "invalid_parameter: form.online must be none where form.fields and form.consents are empty and asksGroup is false",
    )];
    assert_refused(&server, &refusals);
    form(
        &server,
        &json!({"online": "required", "consents": [{"kind": "termsOfService", "isRequired": true}]}),
    );
}
