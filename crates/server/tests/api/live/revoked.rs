//! Rights that end while a connection is open.

use serde_json::json;
use testing::{
    server::{TestServer, eventually},
    socket::Socket,
};

use super::arrange::{chatting, cid, connect, visitor};
use crate::arrange::{id_of, new_agent, text_of};

const SECOND: i64 = 1_000;

#[test]
fn b14_a_revoked_key_ends_its_connections() {
    let server = TestServer::start();
    let (_visitor, mut at_visitor, ch) = chatting(&server);
    let created = server.client().post(
        "/api/v1/keys",
        &json!({"name": "Other", "kind": "key", "scopes": ["access"]}),
    );
    let created = created.json(201);
    let other = server.stranger().with_key(text_of(&created["apiKey"]));
    let mut program = connect(&other);
    program.subscribe(&ch, None);
    let mut staying = connect(&server.client());
    server.advance(SECOND);
    server
        .client()
        .delete(&format!("/api/v1/keys/{}", id_of(&created)));
    assert_eq!(program.closed(), 4001);
    assert_eq!(Socket::open(&other).err(), Some(401));
    assert_eq!(at_visitor.send(&ch, &cid(1), "still here")["t"], "ack");
    staying.subscribe(&ch, None);
}

#[test]
fn b14_a_deleted_agent_is_sent_away() {
    let server = TestServer::start();
    let agent_id = new_agent(&server.client(), "liz@example.com", "Liz");
    let mut socket = connect(&server.client().with_header("parlour-agent", &agent_id));
    socket.subscribe("inbox", None);
    server.advance(SECOND);
    server
        .client()
        .delete(&format!("/api/v1/agents/{agent_id}"));
    assert_eq!(socket.closed(), 4001);
}

#[test]
fn b14_a_banned_visitor_is_sent_away_and_is_not_to_come_back() {
    let server = TestServer::start();
    let (banned, mut socket, ch) = chatting(&server);
    let mut other = connect(&visitor(&server).client);
    server.advance(SECOND);
    let path = format!("/api/v1/visitors/{}", banned.id);
    let answer = server.client().put(&path, &json!({"isBanned": true}));
    assert!(answer.status < 300, "{}", answer.text());
    assert_eq!(socket.closed(), 4003);
    assert_eq!(Socket::open(&banned.client).err(), Some(403), "{ch}");
    other.subscribe("me", None);
}

#[test]
fn a_session_that_was_ended_ends_its_connections() {
    let server = TestServer::start();
    let (visitor, mut socket, _) = chatting(&server);
    server.advance(SECOND);
    let ended = visitor.client.delete("/live/session");
    assert!(ended.status < 300, "{}", ended.text());
    assert_eq!(socket.closed(), 4001);
    eventually("the end", || {
        (Socket::open(&visitor.client).err() == Some(401)).then_some(())
    });
}

#[test]
fn b14_what_nobody_tells_is_found_within_five_seconds() {
    let server = TestServer::start();
    let (banned, mut socket, _) = chatting(&server);
    server.advance(SECOND);
    let (organization, id, at) = (server.organization().number, banned.id, server.now());
    // As another node does it that cannot be heard.
    let written = server.write(move |write| {
        let scope = model::id::Scope::organization(organization);
        let id = model::id::VisitorId::known(&id);
        let found = store::visitors::find(write.tx(), scope, &id)?.expect("the visitor");
        let revocation = model::revocation::Revocation {
            organization,
            kind: model::revocation::RevocationKind::Visitor(found.number),
            at,
        };
        Ok(store::revocations::insert(write.tx(), &revocation)?)
    });
    written.expect("a revocation");
    server.advance(5 * SECOND);
    assert_eq!(socket.closed(), 4001);
}
