//! A panel opens, goes on, and is left.

use serde_json::{Value, json};
use testing::server::TestServer;

use super::{DAY_MS, SESSION, ask, ask_at, go_on, holder, open, seen};
use crate::arrange::{text_of, visitor_says};

const ENDED: &str = "401 unauthorized: the visitor's token is not, or no longer, good";

#[test]
fn a_new_visitor_gets_a_token_and_goes_on_with_it() {
    let server = TestServer::start();
    let first = open(&server, &json!({}));
    let (token, id) = (
        text_of(&first["visitorToken"]),
        text_of(&first["visitorId"]),
    );
    let secret = token.strip_prefix("vt_").expect("the prefix");
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    assert!(secret.len() == 64 && secret.bytes().all(is_hex), "{token}");
    assert!(
        id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "{id}"
    );
    assert_eq!(
        first,
        json!({
            "visitorToken": token, "visitorId": id, "conversationId": null, "isAnyAvailable": false,
            "epoch": first["epoch"], "notices": [],
        })
    );
    assert_eq!(go_on(&server, &first["visitorToken"]), first);
    let known = seen(&server, id);
    assert_eq!(
        (&known["isVerified"], &known["isBanned"]),
        (&json!(false), &json!(false))
    );

    let message = visitor_says(&server.client(), id, "Hello?");
    let later = go_on(&server, &first["visitorToken"]);
    assert_eq!(later["conversationId"], message["conversationId"]);

    let other = open(&server, &json!({}));
    assert_ne!(other["visitorId"], first["visitorId"]);
    assert_ne!(other["visitorToken"], first["visitorToken"]);
    assert_eq!(other["conversationId"], Value::Null);
}

#[test]
fn an_available_agent_is_told_of() {
    let server = TestServer::start();
    let ping = json!({"agentId": server.agent_id()});
    server
        .client()
        .post("/v3/conversations/agentOnlinePing", &ping)
        .empty(201);
    assert_eq!(open(&server, &json!({}))["isAnyAvailable"], true);
    server.advance(181_000);
    assert_eq!(open(&server, &json!({}))["isAnyAvailable"], false);
}

#[test]
fn what_is_no_token_begins_anew() {
    let server = TestServer::start();
    let first = open(&server, &json!({}));
    let token = text_of(&first["visitorToken"]);
    let upper = token.to_uppercase();
    let zeros = format!("vt_{}", "0".repeat(64));
    let long = format!("vt_{}", "0".repeat(100_000));
    for shown in [
        "vt_",
        &token[..66],
        &token[3..],
        &upper,
        &zeros,
        &long,
        "Bearer",
        "é",
    ] {
        let session = open(&server, &json!({"visitorToken": shown}));
        assert_ne!(session["visitorId"], first["visitorId"], "{shown:.70}");
    }
    let padded = format!("{token} ");
    assert_ne!(
        go_on(&server, &json!(padded))["visitorId"],
        first["visitorId"]
    );
    assert_eq!(go_on(&server, &json!(token)), first);
}

#[test]
fn an_empty_text_is_as_if_nothing_were_given() {
    let server = TestServer::start();
    let shown = json!({"visitorToken": "", "visitorId": "", "identityToken": "", "language": ""});
    let session = open(&server, &shown);
    assert_eq!(session["notices"], json!([]));
    assert_eq!(go_on(&server, &session["visitorToken"]), session);
}

#[test]
fn a_token_of_another_organization_is_unknown() {
    let server = TestServer::start();
    let other = server.second_organization();
    let first = open(&server, &json!({}));
    let shown = json!({"visitorToken": first["visitorToken"]});
    let there = ask_at(&server, &other, &shown).json(200);
    assert_ne!(there["visitorId"], first["visitorId"]);
    assert_ne!(there["visitorToken"], first["visitorToken"]);
    // It did not end for that.
    assert_eq!(go_on(&server, &first["visitorToken"]), first);
}

#[test]
fn a_token_that_is_used_does_not_end() {
    let server = TestServer::start();
    let first = open(&server, &json!({}));
    for _ in 0..3 {
        server.advance(399 * DAY_MS);
        assert_eq!(
            go_on(&server, &first["visitorToken"])["visitorId"],
            first["visitorId"]
        );
    }
    server.advance(400 * DAY_MS);
    holder(&server, &first).delete(SESSION).empty(204);
    assert_ne!(
        go_on(&server, &first["visitorToken"])["visitorId"],
        first["visitorId"]
    );
}

#[test]
fn who_signs_out_is_somebody_new_afterwards() {
    let server = TestServer::start();
    let first = open(&server, &json!({}));
    let client = holder(&server, &first);
    client.get("/live/visitor").json(200);
    client.delete(SESSION).empty(204);
    assert_eq!(client.get("/live/visitor").refusal(), ENDED);
    // The answer may have got lost.
    client.delete(SESSION).empty(204);
    let later = go_on(&server, &first["visitorToken"]);
    assert_ne!(later["visitorId"], first["visitorId"]);
    assert_ne!(later["visitorToken"], first["visitorToken"]);
    // An agent still knows who it was.
    seen(&server, text_of(&first["visitorId"]));
}

#[test]
fn only_a_visitors_token_is_taken_for_one() {
    let server = TestServer::start();
    let missing = "401 unauthorized: a visitor's token is not found in headers";
    for client in [
        server.stranger(),
        server.client(),
        server
            .stranger()
            .with_header("authorization", "Basic dnQ6eA=="),
    ] {
        assert_eq!(client.delete(SESSION).refusal(), missing);
        assert_eq!(client.get("/live/visitor").refusal(), missing);
    }
    for token in ["x", &server.organization().api_key, &"v".repeat(10_000)] {
        let client = server.stranger().with_token(token);
        assert_eq!(client.get("/live/visitor").refusal(), ENDED);
    }
    // And a visitor's token is no key.
    let session = open(&server, &json!({}));
    let client = holder(&server, &session);
    assert_eq!(
        client.get("/api/v1/me").refusal(),
        "401 unauthorized: Key not found"
    );
}

#[test]
fn what_is_wrong_is_refused_by_name_and_makes_nobody() {
    let server = TestServer::start();
    let before = server.world();
    let no_id = "400 invalid_parameter: visitorId must be 1 to 128 printable ASCII characters without spaces and slashes";
    for (shown, refusal) in [
        (json!({"visitorId": "a b"}), no_id),
        (json!({"visitorId": "é".repeat(16)}), no_id),
        (json!({"visitorId": "a".repeat(129)}), no_id),
        (json!({"visitorId": "../../../etc/passwd"}), no_id),
        (
            json!({"visitorId": 7}),
            "400 invalid_parameter: visitorId: invalid type: integer 7, expected a string",
        ),
        (
            json!({"widgetId": "0".repeat(24)}),
            "404 document_not_found: Widget not found",
        ),
        (
            json!({"widgetId": server.organization().widget_id.to_uppercase()}),
            "404 document_not_found: Widget not found",
        ),
        (
            json!({"widgetId": server.organization().id}),
            "404 document_not_found: Widget not found",
        ),
    ] {
        assert_eq!(ask(&server, &shown).refusal(), refusal, "{shown:.80}");
    }
    let stranger = server.stranger();
    assert_eq!(
        stranger.post(SESSION, &json!({})).refusal(),
        "400 missing_parameter: widgetId is missing"
    );
    for field in ["organizationId", "isVerified", "isBanned", "__proto__"] {
        let refused = ask(&server, &json!({field: true}));
        let rule = format!("400 invalid_parameter: unknown field {field}");
        assert!(refused.refusal().starts_with(&rule), "{}", refused.text());
    }
    assert_eq!(server.world(), before);
}
