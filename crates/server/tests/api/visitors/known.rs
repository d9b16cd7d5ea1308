//! Visitors whom their site names without a proof (mode `open`; contract C.4, trust case E6).

use serde_json::{Value, json};
use testing::server::TestServer;

use super::{SESSION, ask, go_on, holder, open, seen, set_widget};
use crate::arrange::{VISITOR, items, text_of, visitor_says};

#[test]
fn who_knows_a_secret_id_is_that_visitor() {
    let server = TestServer::start();
    let message = visitor_says(&server.client(), VISITOR, "From another browser");
    let first = open(&server, &json!({"visitorId": VISITOR}));
    assert_eq!(first["visitorId"], VISITOR);
    assert_eq!(first["conversationId"], message["conversationId"]);
    assert_eq!(first["notices"], json!([]));
    assert_eq!(seen(&server, VISITOR)["isVerified"], false);
    // The token goes on, with the id or without; another browser has one of its own.
    let shown = json!({"visitorId": VISITOR, "visitorToken": first["visitorToken"]});
    assert_eq!(open(&server, &shown), first);
    assert_eq!(go_on(&server, &first["visitorToken"]), first);
    let second = open(&server, &json!({"visitorId": VISITOR}));
    assert_ne!(second["visitorToken"], first["visitorToken"]);
    assert_eq!(second["conversationId"], first["conversationId"]);
    assert_eq!(items(&server.client(), "/api/v1/visitors").len(), 1);
}

#[test]
fn signing_in_makes_another_visitor_and_merges_nothing() {
    let server = TestServer::start();
    let client = server.client();
    let guest = open(&server, &json!({}));
    let guest_id = text_of(&guest["visitorId"]);
    visitor_says(&client, guest_id, "Before I signed in");
    let shown = json!({"visitorToken": guest["visitorToken"], "visitorId": VISITOR});
    let signed_in = open(&server, &shown);
    assert_eq!(signed_in["visitorId"], VISITOR);
    assert_ne!(signed_in["visitorToken"], guest["visitorToken"]);
    assert_eq!(
        signed_in["conversationId"],
        Value::Null,
        "no history of anybody else"
    );
    // What was shown has ended: who finds it in the browser finds nothing.
    let stale = holder(&server, &guest);
    assert_eq!(stale.get("/live/visitor").status, 401);
    assert_ne!(
        go_on(&server, &guest["visitorToken"])["visitorId"],
        guest["visitorId"]
    );
    // Agents see two visitors, each with what is theirs.
    let conversations = items(&client, "/api/v1/conversations");
    assert_eq!(conversations.len(), 1);
    assert_eq!(conversations[0]["visitorId"], guest_id);

    // Signing out and in as somebody else likewise.
    let other = "anna.doe_0123456789abcdef";
    let shown = json!({"visitorToken": signed_in["visitorToken"], "visitorId": other});
    let second = open(&server, &shown);
    assert_eq!(
        (&second["visitorId"], &second["conversationId"]),
        (&json!(other), &Value::Null)
    );
    assert_eq!(holder(&server, &signed_in).get("/live/visitor").status, 401);
}

#[test]
fn an_id_that_many_may_know_shows_no_history() {
    let server = TestServer::start();
    set_widget(&server, &json!({"visitorIdLengthMin": 32}));
    let client = server.client();
    for id in [
        "1",
        "anna.doe@shop.example",
        "shop-visitor-anna.doe%40shop.example",
        "a-very-long-prefix:anna.doe@shop.example",
        &VISITOR[1..],
    ] {
        visitor_says(&client, id, "My secret");
        let session = open(&server, &json!({"visitorId": id}));
        assert_eq!(session["notices"], json!(["visitor_id_too_weak"]), "{id}");
        assert_eq!(session["conversationId"], Value::Null, "{id}");
        assert_ne!(session["visitorId"], id);
        // The chat works, and goes on in the same browser.
        visitor_says(&client, text_of(&session["visitorId"]), "Hello?");
        let shown = json!({"visitorId": id, "visitorToken": session["visitorToken"]});
        let again = open(&server, &shown);
        assert_eq!(again["visitorId"], session["visitorId"], "{id}");
        assert_eq!(again["visitorToken"], session["visitorToken"], "{id}");
        assert!(again["conversationId"].is_string(), "{id}");
    }
    assert_eq!(
        open(&server, &json!({"visitorId": VISITOR}))["visitorId"],
        VISITOR
    );
}

#[test]
fn the_token_of_an_id_shows_its_history_though_the_id_is_weak_now() {
    let server = TestServer::start();
    let id = "0123456789abcdef";
    let message = visitor_says(&server.client(), id, "Hello?");
    let first = open(&server, &json!({"visitorId": id}));
    assert_eq!(first["conversationId"], message["conversationId"]);
    set_widget(&server, &json!({"visitorIdLengthMin": 17}));
    let shown = json!({"visitorId": id, "visitorToken": first["visitorToken"]});
    assert_eq!(open(&server, &shown), first);
    let elsewhere = open(&server, &json!({"visitorId": id}));
    assert_eq!(elsewhere["conversationId"], Value::Null);
    // Of two people at one computer, the second does not see the first one's chat.
    let shown = json!({"visitorId": "fedcba9876543210", "visitorToken": first["visitorToken"]});
    let second = open(&server, &shown);
    assert_eq!(second["conversationId"], Value::Null);
    assert_ne!(second["visitorId"], first["visitorId"]);
}

#[test]
fn an_id_that_was_generated_here_is_nobodys_secret() {
    let server = TestServer::start();
    let guest = open(&server, &json!({}));
    visitor_says(&server.client(), text_of(&guest["visitorId"]), "My secret");
    // Every receiver of webhooks knows this id.
    let thief = open(&server, &json!({"visitorId": guest["visitorId"]}));
    assert_ne!(thief["visitorId"], guest["visitorId"]);
    assert_eq!(thief["conversationId"], Value::Null);
    assert_eq!(thief["notices"], json!(["visitor_id_too_weak"]));
    // With its token it is whoever holds that.
    let shown = json!({"visitorId": guest["visitorId"], "visitorToken": guest["visitorToken"]});
    let again = open(&server, &shown);
    assert_eq!(again["visitorToken"], guest["visitorToken"]);
    assert!(again["conversationId"].is_string());
    assert_eq!(again["notices"], json!([]));
}

#[test]
fn a_proof_is_looked_at_wherever_one_is_given() {
    let server = TestServer::start();
    let shown = json!({"visitorId": VISITOR, "identityToken": "x.y.z"});
    let refused = ask(&server, &shown).refusal();
    assert_eq!(
        refused,
        "401 identity_invalid: identityToken: not set up: this widget has no key to check it with"
    );
    assert_eq!(
        items(&server.client(), "/api/v1/visitors"),
        [] as [Value; 0]
    );
    assert_eq!(server.stranger().get(SESSION).status, 405);
}

#[test]
fn many_at_once_are_one_visitor() {
    let server = TestServer::start();
    let sessions: Vec<Value> = std::thread::scope(|scope| {
        let open = || open(&server, &json!({"visitorId": VISITOR}));
        let openers: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        let sessions = openers.into_iter().map(|opener| opener.join());
        sessions.collect::<Result<_, _>>().expect("sessions")
    });
    for session in &sessions {
        assert_eq!(&go_on(&server, &session["visitorToken"]), session);
    }
    assert_eq!(items(&server.client(), "/api/v1/visitors").len(), 1);
}
