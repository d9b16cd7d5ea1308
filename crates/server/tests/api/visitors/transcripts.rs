//! Visitors ask for their conversation by mail.

use serde_json::json;
use testing::{
    client::{Answer, Client},
    server::TestServer,
};

use super::DAY_MS;
use crate::{arrange::visitor_says, visits::Guest};

fn ask(client: &Client, email: &str) -> Answer {
    client.post("/live/transcript", &json!({"email": email}))
}

fn start() -> TestServer {
    TestServer::start_with(|config| config.mail.from = "Shop <chat@shop.example>".to_owned())
}

/// The addresses that something is to be sent to.
fn asked(server: &TestServer) -> Vec<String> {
    let asked = server.write(|write| {
        let mut found = Vec::new();
        for organization in store::organizations::list(write.tx(), 10)? {
            let scope = model::id::Scope::organization(organization.number);
            let place = store::conversations::Place {
                minute: i64::MAX,
                number: model::id::ConversationNumber(i64::MAX),
            };
            let filter = store::conversations::Filter::default();
            for (conversation, _) in
                store::conversations::list(write.tx(), scope, &filter, place, 10)?
            {
                let (number, tx) = (conversation.number, write.tx());
                let emails = store::transcript_requests::list_emails_since(tx, number, 0, 100)?;
                found.extend(emails);
            }
        }
        Ok(found)
    });
    asked.expect("the store answers")
}

#[test]
fn a_request_is_kept_once_a_day_for_each_address() {
    let server = start();
    let guest = Guest::arrive(&server, &json!({}));
    visitor_says(&server.client(), &guest.id, "Hello?");
    for email in [
        "anna@shop.example",
        " anna@shop.example ",
        "bea@shop.example",
    ] {
        ask(&guest.client, email).empty(202);
    }
    assert_eq!(asked(&server), ["anna@shop.example", "bea@shop.example"]);
    server.advance(DAY_MS);
    ask(&guest.client, "anna@shop.example").empty(202);
    assert_eq!(asked(&server).len(), 3);
}

#[test]
fn nobody_can_have_mail_sent_to_everybody() {
    let server = start();
    let guest = Guest::arrive(&server, &json!({}));
    visitor_says(&server.client(), &guest.id, "Hello?");
    for name in ["a", "b", "c"] {
        ask(&guest.client, &format!("{name}@shop.example")).empty(202);
    }
    let refused = ask(&guest.client, "d@shop.example");
    assert_eq!(
        refused.refusal(),
        "429 too_many_requests: a conversation is sent to 3 addresses a day at most"
    );
    assert_eq!(refused.number("retry-after"), 86_400);
    ask(&guest.client, "b@shop.example").empty(202);
    assert_eq!(asked(&server).len(), 3);
}

#[test]
fn what_cannot_be_sent_is_refused() {
    let server = start();
    let guest = Guest::arrive(&server, &json!({}));
    let email = "anna@shop.example";
    assert_eq!(
        ask(&guest.client, email).refusal(),
        "404 document_not_found: Conversation not found"
    );
    visitor_says(&server.client(), &guest.id, "Hello?");
    for (body, expected) in [
        (json!({}), "400 missing_parameter: email is missing"),
        (
            json!({"email": " "}),
            "400 missing_parameter: email is missing",
        ),
        (
            json!({"email": "anna"}),
            "400 invalid_parameter: email is not a valid e-mail address",
        ),
        (
            json!({"email": "a@shop.example\nBcc: b@shop.example"}),
            "400 invalid_parameter: email is not a valid e-mail address",
        ),
    ] {
        let refusal = guest.client.post("/live/transcript", &body).refusal();
        assert_eq!(refusal, expected);
    }
    for stranger in [server.stranger(), server.client()] {
        assert_eq!(ask(&stranger, email).status, 401);
    }
    assert!(asked(&server).is_empty());
}

#[test]
fn without_mail_nothing_is_promised() {
    let server = TestServer::start();
    let guest = Guest::arrive(&server, &json!({}));
    visitor_says(&server.client(), &guest.id, "Hello?");
    assert_eq!(
        ask(&guest.client, "anna@shop.example").refusal(),
        "403 mail_not_configured: this server is not set up to send mail"
    );
    assert!(asked(&server).is_empty());
}
