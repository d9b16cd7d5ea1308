//! The same over an event stream, where WebSockets do not get through.

use serde_json::json;
use testing::{
    server::{TestServer, eventually},
    socket::EventStream,
};

use super::arrange::{agent, cid, event, events, visitor};
use crate::arrange::text_of;

#[test]
fn a_visitor_talks_over_an_event_stream() {
    let server = TestServer::start();
    let visitor = visitor(&server);
    let origin = format!("origin: http://{}", server.address());
    let (mut stream, hello) = EventStream::open(&server.stranger(), &[&origin]).expect("a stream");
    assert_eq!((&hello["t"], &hello["v"]), (&json!("hello"), &json!(1)));
    assert_eq!(stream.session().len(), 32);
    let auth = json!({"t": "auth", "token": visitor.token});
    let send = json!({"t": "send", "cid": cid(1), "ch": "me", "data": {"text": "by hand"}});
    assert_eq!(stream.say(&[auth, send]), 202);
    assert_eq!(stream.expect("authok")["visitorId"], visitor.id);
    let ack = stream.expect("ack");
    let ch = text_of(&ack["ch"]).to_owned();
    stream.say(&[json!({"t": "sub", "ch": ch})]);
    assert_eq!(events(&stream.expect("subok")), ["message 1"]);
    agent(&server).send(&ch, &cid(2), "heard");
    assert_eq!(event(&stream.expect("ev")), "message 2");
}

#[test]
fn d13_where_a_stream_left_off_is_told_by_cursors_alone() {
    let server = TestServer::start();
    let visitor = visitor(&server);
    for garbage in [
        "last-event-id: 99",
        "last-event-id: ../../etc",
        "last-event-id: é",
    ] {
        let (mut stream, _) = EventStream::open(&visitor.client, &[garbage]).expect("a stream");
        assert_eq!(stream.expect("authok")["role"], "visitor");
    }
    let evil = EventStream::open(&visitor.client, &["origin: https://evil.example"]);
    assert_eq!(evil.err(), Some(403));
    assert_eq!(EventStream::open(&server.stranger(), &[]).err(), Some(403));
}

#[test]
fn d13_streams_are_bounded_like_sockets_and_their_names_end_with_them() {
    let server = TestServer::start_with(|config| config.live.connections_per_address = 2);
    let visitor = visitor(&server);
    let open = || EventStream::open(&visitor.client, &[]).map(|(stream, _)| stream);
    let (first, second) = (open().expect("one"), open().expect("two"));
    assert_eq!(open().err(), Some(429));
    let session = first.session().to_owned();
    drop(first);
    let say = |body: serde_json::Value| server.stranger().post("/live/send", &body);
    eventually("the end of its name", || {
        let answer = say(json!({"session": session, "frames": []}));
        (answer.status == 404).then(|| assert!(answer.text().contains("session_unknown")))
    });
    drop(second);
    assert_eq!(
        say(json!({"session": "0".repeat(32), "frames": []})).status,
        404
    );
    assert_eq!(say(json!({"frames": 1})).status, 400);
}

#[test]
fn what_is_sent_beside_a_stream_is_bounded() {
    let server = TestServer::start();
    let (stream, _) = EventStream::open(&visitor(&server).client, &[]).expect("a stream");
    let frames = vec![json!({"t": "hb"}); 65];
    assert_eq!(stream.say(&frames), 400);
    let large = json!({"session": stream.session(), "frames": ["x".repeat(64 * 1_024)]});
    assert_eq!(server.stranger().post("/live/send", &large).status, 413);
    let evil = server
        .stranger()
        .with_header("origin", "https://evil.example");
    let body = json!({"session": stream.session(), "frames": []});
    assert_eq!(evil.post("/live/send", &body).status, 403);
    assert_eq!(stream.say(&[json!("no frame"), json!({"t": "hb"})]), 202);
}

#[test]
fn a_stream_ends_with_a_farewell_when_the_server_stops() {
    let mut server = TestServer::start();
    let (mut stream, _) = EventStream::open(&visitor(&server).client, &[]).expect("a stream");
    stream.expect("authok");
    server.restart();
    assert_eq!(stream.expect("bye")["code"], 4000);
    assert_eq!(stream.hear(), None);
}
