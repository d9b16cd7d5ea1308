//! Visitors whom their site proves (modes `signed` and `enforced`; trust 1.7).

use serde_json::{Value, json};
use testing::server::TestServer;

use super::{
    DAY_MS, HOUR_MS, ask, claims, go_on, holder, open, require_proof, seen, set_widget, sign,
};
use crate::arrange::{VISITOR, only_conversation, text_of, visitor_says};

const NEEDED: &str =
    "401 identity_invalid: identityToken: missing: this widget takes no visitorId without one";

fn prove(server: &TestServer, secret: &str, visitor_id: &str) -> Value {
    json!({"identityToken": sign(secret, &claims(server, visitor_id))})
}

#[test]
fn a_proof_makes_a_verified_visitor() {
    let server = TestServer::start();
    let message = visitor_says(&server.client(), VISITOR, "From another browser");
    let secret = require_proof(&server, "signed");
    let first = open(&server, &prove(&server, &secret, VISITOR));
    assert_eq!(first["visitorId"], VISITOR);
    assert_eq!(first["conversationId"], message["conversationId"]);
    assert_eq!(seen(&server, VISITOR)["isVerified"], true);
    // Agents are told in the conversation, once.
    assert_eq!(only_conversation(&server.client())["head"], 2);
    for shown in [
        json!({"visitorToken": first["visitorToken"]}),
        json!({"visitorToken": first["visitorToken"], "visitorId": VISITOR}),
        super::and(
            &prove(&server, &secret, VISITOR),
            &json!({"visitorToken": first["visitorToken"]}),
        ),
    ] {
        assert_eq!(open(&server, &shown), first, "{shown}");
    }
    let second = open(&server, &prove(&server, &secret, VISITOR));
    assert_ne!(second["visitorToken"], first["visitorToken"]);
    assert_eq!(only_conversation(&server.client())["head"], 2);
    // However short: the site says so.
    let short = open(&server, &prove(&server, &secret, "7"));
    assert_eq!(
        (&short["visitorId"], &short["notices"]),
        (&json!("7"), &json!([]))
    );
}

#[test]
fn an_id_alone_is_refused_and_makes_nobody() {
    let server = TestServer::start();
    visitor_says(&server.client(), VISITOR, "My secret");
    for mode in ["signed", "enforced"] {
        require_proof(&server, mode);
        let before = server.world();
        for id in [VISITOR, "1", "unknown-0123456789abcdef"] {
            assert_eq!(
                ask(&server, &json!({"visitorId": id})).refusal(),
                NEEDED,
                "{mode} {id}"
            );
        }
        assert_eq!(server.world(), before);
        // Chats without a name are allowed.
        let guest = open(&server, &json!({}));
        assert_eq!(go_on(&server, &guest["visitorToken"]), guest);
        let shown = json!({"visitorId": VISITOR, "visitorToken": guest["visitorToken"]});
        assert_eq!(ask(&server, &shown).refusal(), NEEDED);
    }
}

#[test]
fn what_was_only_told_ends_when_a_proof_is_asked_for() {
    let server = TestServer::start();
    let guest = open(&server, &json!({}));
    let told = open(&server, &json!({"visitorId": VISITOR}));
    let client = holder(&server, &told);
    let secret = require_proof(&server, "signed");
    let shown = json!({"visitorId": VISITOR, "visitorToken": told["visitorToken"]});
    assert_eq!(ask(&server, &shown).refusal(), NEEDED);
    assert_eq!(client.get("/live/visitor").status, 401);
    assert_eq!(go_on(&server, &guest["visitorToken"]), guest);
    // With a proof it is another token, and the one before has ended in every mode.
    let proof = prove(&server, &secret, VISITOR);
    let proven = open(&server, &super::and(&proof, &shown));
    assert_ne!(proven["visitorToken"], told["visitorToken"]);
    assert_eq!(proven["visitorId"], VISITOR);
    set_widget(&server, &json!({"identityMode": "open"}));
    assert_eq!(client.get("/live/visitor").status, 401);
    assert_eq!(go_on(&server, &proven["visitorToken"]), proven);
}

#[test]
fn proving_who_one_is_merges_nothing() {
    let server = TestServer::start();
    let secret = require_proof(&server, "signed");
    let guest = open(&server, &json!({}));
    visitor_says(
        &server.client(),
        text_of(&guest["visitorId"]),
        "Before I signed in",
    );
    let both = super::and(
        &prove(&server, &secret, VISITOR),
        &json!({"visitorToken": guest["visitorToken"]}),
    );
    let proven = open(&server, &both);
    assert_eq!(proven["visitorId"], VISITOR);
    assert_eq!(proven["conversationId"], Value::Null);
    assert_eq!(holder(&server, &guest).get("/live/visitor").status, 401);
    assert_eq!(
        only_conversation(&server.client())["visitorId"],
        guest["visitorId"]
    );
    // Nor does a proof go together with somebody else's id.
    let mixed = super::and(
        &prove(&server, &secret, VISITOR),
        &json!({"visitorId": guest["visitorId"]}),
    );
    assert_eq!(
        ask(&server, &mixed).refusal(),
        "401 identity_invalid: identityToken: subject: visitorId is another than sub"
    );
}

#[test]
fn enforced_asks_at_each_session() {
    let server = TestServer::start();
    let secret = require_proof(&server, "enforced");
    let first = open(&server, &prove(&server, &secret, VISITOR));
    let token = json!({"visitorToken": first["visitorToken"]});
    // The token alone opens no session as this visitor; with a proof it goes on.
    let proven = super::and(&prove(&server, &secret, VISITOR), &token);
    assert_eq!(open(&server, &proven), first);
    let told = super::and(&json!({"visitorId": VISITOR}), &token);
    assert_eq!(ask(&server, &told).refusal(), NEEDED);
    let nobody = open(&server, &token);
    assert_ne!(nobody["visitorId"], VISITOR);
    assert_eq!(
        holder(&server, &first).get("/live/visitor").status,
        401,
        "it was replaced"
    );
    assert_eq!(go_on(&server, &nobody["visitorToken"]), nobody);
}

#[test]
fn an_enforced_token_lives_as_long_as_a_proof() {
    let server = TestServer::start();
    let secret = require_proof(&server, "enforced");
    let first = open(&server, &prove(&server, &secret, VISITOR));
    let client = holder(&server, &first);
    server.advance(23 * HOUR_MS);
    client.get("/live/visitor").json(200);
    let again = super::and(
        &prove(&server, &secret, VISITOR),
        &json!({"visitorToken": first["visitorToken"]}),
    );
    assert_eq!(open(&server, &again), first);
    server.advance(23 * HOUR_MS);
    client.get("/live/visitor").json(200);
    server.advance(HOUR_MS);
    assert_eq!(client.get("/live/visitor").status, 401);
    // A visitor without a name is not asked.
    let guest = open(&server, &json!({}));
    server.advance(300 * DAY_MS);
    assert_eq!(go_on(&server, &guest["visitorToken"]), guest);
}

#[test]
fn another_secret_makes_the_one_before_worthless() {
    let server = TestServer::start();
    let old = require_proof(&server, "signed");
    let proof = prove(&server, &old, VISITOR);
    let new = require_proof(&server, "signed");
    assert_eq!(
        ask(&server, &proof).refusal(),
        "401 identity_invalid: identityToken: signature: it was not made with this widget's key"
    );
    assert_eq!(
        open(&server, &prove(&server, &new, VISITOR))["visitorId"],
        VISITOR
    );
}
