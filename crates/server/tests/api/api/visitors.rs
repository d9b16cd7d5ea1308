//! `/api/v1/visitors`, and messages in their name.

use serde_json::{Value, json};
use testing::server::{START, TestServer};

use crate::arrange::{VISITOR, is_id, items, only_conversation, text_of, visitor_says};

const PATH: &str = "/api/v1/visitors";

#[test]
fn a_visitor_writes_and_is_known_from_then_on() {
    let server = TestServer::start();
    let client = server.client();
    let path = format!("{PATH}/{VISITOR}/messages");
    let message = client
        .post(&path, &json!({"text": "Where is my order?"}))
        .json(201);
    assert!(is_id(text_of(&message["id"])) && is_id(text_of(&message["conversationId"])));
    assert_eq!(
        message,
        json!({
            "id": message["id"], "type": "visitor", "text": "Where is my order?", "html": "Where is my order?",
            "visitorId": VISITOR, "createdAt": START, "isPushed": false, "isTrigger": false, "isMissed": false,
            "isMissedByVisitor": false, "isBot": false, "isSentViaJsApi": false, "isForward": false,
            "seq": 1, "conversationId": message["conversationId"], "cid": null,
        })
    );
    let visitor = client.get(&format!("{PATH}/{VISITOR}")).json(200);
    assert_eq!(
        visitor,
        json!({
            "id": VISITOR, "displayedName": "Visitor nxvg", "groupId": null, "color": visitor["color"], "attributes": {},
            "notes": null, "marketingConsent": false, "termsOfServiceConsent": false, "createdAt": START,
            "isVerified": false, "isBanned": false, "ip": null, "browser": "", "system": "", "userAgent": "", "language": "",
            "conversationLanguage": "", "country": "", "city": "",
        })
    );
    assert!(text_of(&visitor["color"]).starts_with('#'));
    assert_eq!(items(&client, PATH), [visitor]);
}

#[test]
fn the_same_cid_gives_the_first_message_and_another_text_is_refused() {
    let server = TestServer::start();
    let client = server.client();
    let path = format!("{PATH}/{VISITOR}/messages");
    let body = json!({"text": "Hello?", "cid": "0123456789abcdef"});
    let first = client.post(&path, &body).json(201);
    assert_eq!(first["cid"], "0123456789abcdef");
    server.advance(5_000);
    assert_eq!(client.post(&path, &body).json(201), first);
    assert_eq!(only_conversation(&client)["head"], 1);

    let other = json!({"text": "Hello!", "cid": "0123456789abcdef"});
    assert_eq!(
        client.post(&path, &other).refusal(),
        "422 duplicate_request: the cid was used before with another text"
    );
    // It is the author's own: another visitor may have made the same.
    client
        .post(&format!("{PATH}/another/messages"), &other)
        .json(201);
    for odd in ["short", &"x".repeat(65), "with space", "../../etc"] {
        assert_eq!(
            client
                .post(&path, &json!({"text": "x", "cid": odd}))
                .refusal(),
            "400 invalid_parameter: cid must be 8 to 64 letters, digits, - or _"
        );
    }
    assert_eq!(only_conversation_of(&client, VISITOR)["head"], 1);
}

fn only_conversation_of(client: &testing::client::Client, visitor: &str) -> Value {
    let found = items(client, &format!("/api/v1/conversations?q={visitor}"));
    assert_eq!(found.len(), 1);
    found[0].clone()
}

#[test]
fn attributes_are_merged_and_the_known_ones_named_as_in_webhooks() {
    let server = TestServer::start();
    let client = server.client();
    visitor_says(&client, VISITOR, "Hello?");
    let path = format!("{PATH}/{VISITOR}");
    let first = json!({
        "attributes": {"email": "anna@example.com", "firstName": "Anna", "lastName": "Doe", "phone": "+49", "age": 33, "score": 1.5, "vip": true},
        "notes": "Likes\nred", "marketingConsent": true,
    });
    let visitor = client.put(&path, &first).json(200);
    assert_eq!(
        visitor,
        json!({
            "id": VISITOR, "displayedName": "Anna Doe", "groupId": null, "color": visitor["color"],
            "attributes": {"EMAIL": "anna@example.com", "FIRSTNAME": "Anna", "LASTNAME": "Doe", "SMS": "+49", "age": 33, "score": 1.5, "vip": true},
            "notes": "Likes\nred", "marketingConsent": true, "termsOfServiceConsent": false, "createdAt": START,
            "isVerified": false, "isBanned": false, "ip": null, "browser": "", "system": "", "userAgent": "", "language": "",
            "conversationLanguage": "", "country": "", "city": "",
        })
    );
    let second = json!({"attributes": {"age": null, "vip": false, "LASTNAME": null}, "notes": null, "termsOfServiceConsent": true});
    let visitor = client.put(&path, &second).json(200);
    assert_eq!(
        visitor["attributes"],
        json!({"EMAIL": "anna@example.com", "FIRSTNAME": "Anna", "SMS": "+49", "score": 1.5, "vip": false})
    );
    assert_eq!(
        (
            &visitor["notes"],
            &visitor["marketingConsent"],
            &visitor["termsOfServiceConsent"]
        ),
        (&Value::Null, &json!(true), &json!(true))
    );
    assert_eq!(client.get(&path).json(200), visitor);
    // Both changes are told in the conversation.
    assert_eq!(only_conversation(&client)["head"], 3);
}

#[test]
fn what_is_wrong_is_refused_by_name() {
    let server = TestServer::start();
    let client = server.client();
    visitor_says(&client, VISITOR, "Hello?");
    let before = server.world();
    let path = format!("{PATH}/{VISITOR}");
    let many: serde_json::Map<String, Value> = (0..101)
        .map(|number| (format!("a{number}"), json!(1)))
        .collect();
    for (body, refusal) in [
        (
            json!({"attributes": {"a": {"b": 1}}}),
            "400 invalid_parameter: attributes.a must be a text, a number, a boolean or null",
        ),
        (
            json!({"attributes": {"": 1}}),
            "400 missing_parameter: attributes is missing",
        ),
        (
            json!({"attributes": {"x".repeat(101): 1}}),
            "400 invalid_parameter: a name in attributes is longer than 100 characters",
        ),
        (
            json!({"attributes": {"a": "x".repeat(1_001)}}),
            "400 invalid_parameter: attributes.a is longer than 1000 characters",
        ),
        (
            json!({"attributes": many}),
            "400 invalid_parameter: attributes would be more than 100",
        ),
        (
            json!({"notes": "x".repeat(10_001)}),
            "400 invalid_parameter: notes is longer than 10000 characters",
        ),
        (
            json!({"marketingConsent": "yes"}),
            "400 invalid_parameter: marketingConsent: invalid type: string \"yes\", expected a boolean",
        ),
    ] {
        assert_eq!(client.put(&path, &body).refusal(), refusal, "{body:.100}");
    }
    let not_found = "404 document_not_found: Visitor not found";
    for unknown in ["unknown", "a%20b", "a%2Fb", "%C3%A9"] {
        let path = format!("{PATH}/{unknown}");
        assert_eq!(client.get(&path).refusal(), not_found);
        assert_eq!(
            client.put(&path, &json!({"notes": "x"})).refusal(),
            not_found
        );
    }
    let messages = format!("{PATH}/{VISITOR}/messages");
    for (path, body, refusal) in [
        (
            &messages,
            json!({}),
            "400 missing_parameter: text is missing",
        ),
        (
            &messages,
            json!({"text": " "}),
            "400 missing_parameter: text is missing",
        ),
        (
            &format!("{PATH}/a%20b/messages"),
            json!({"text": "x"}),
            "400 invalid_parameter: visitorId must be 1 to 128 printable ASCII characters without spaces and slashes",
        ),
    ] {
        assert_eq!(client.post(path, &body).refusal(), refusal);
    }
    assert_eq!(server.world(), before);
}
