//! What is no frame, or too much.

use std::io::Write;

use serde_json::json;
use testing::{server::TestServer, socket::Socket};

use super::arrange::{chatting, cid, connect, visitor};
use crate::arrange::text_of;

#[test]
fn d3_what_is_no_frame_is_refused_and_the_fifth_ends_it() {
    let server = TestServer::start();
    let mut socket = connect(&visitor(&server).client);
    for text in ["{", "{}", "[]", r#"{"t":"base"}"#, r#"{"t":"__proto__"}"#] {
        socket.say_text(text);
    }
    assert_eq!(socket.closed(), 4400);
    let frames = socket.kept();
    let words: Vec<_> = frames
        .iter()
        .map(|frame| (&frame["code"], &frame["message"]))
        .collect();
    assert_eq!(words.len(), 6);
    assert!(words[..5].iter().all(|said| *said == words[0]), "{words:?}");
    assert_eq!(frames[0]["message"], "this is no frame: see the protocol");
}

/// Writes bytes beside the library of the test; tells the number of the close.
fn closed_after(server: &TestServer, bytes: &[u8]) -> u16 {
    let mut socket = connect(&visitor(server).client);
    // The server may close before it has read everything.
    drop(socket.stream().write_all(bytes));
    socket.closed()
}

/// A frame of a client, masked with zeros.
fn raw(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..=125 => bytes.push(0x80 | length as u8),
        length @ 126..=65_535 => {
            bytes.push(0x80 | 126);
            bytes.extend((length as u16).to_be_bytes());
        }
        length => {
            bytes.push(0x80 | 127);
            bytes.extend((length as u64).to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes.extend(payload);
    bytes
}

#[test]
fn d4_what_breaks_the_protocol_is_closed_with_its_number() {
    let server = TestServer::start();
    let cases: [(&str, Vec<u8>, u16); 9] = [
        ("binary", raw(0x82, b"{}"), 1003),
        ("reserved opcode", raw(0x83, b"{}"), 1002),
        ("reserved bit", raw(0xc1, b"{}"), 1002),
        ("unmasked", vec![0x81, 0x02, b'{', b'}'], 1002),
        ("control in pieces", raw(0x09, b"x"), 1002),
        ("long ping", raw(0x89, &[0; 126]), 1002),
        ("no UTF-8", raw(0x81, b"\xc0\xaf"), 1007),
        ("close 1005", raw(0x88, &1005_u16.to_be_bytes()), 1002),
        ("close 999", raw(0x88, &999_u16.to_be_bytes()), 1002),
    ];
    for (name, bytes, number) in cases {
        assert_eq!(closed_after(&server, &bytes), number, "{name}");
    }
}

#[test]
fn d5_what_is_too_large_ends_it() {
    let server = TestServer::start();
    let limit = 64 * 1_024;
    assert_eq!(
        closed_after(&server, &raw(0x81, &vec![b' '; limit + 1])),
        1009
    );
    // In pieces it is no smaller, nor when it never ends.
    let mut pieces = raw(0x01, &vec![b' '; limit]);
    pieces.extend(raw(0x00, b" "));
    assert_eq!(closed_after(&server, &pieces), 1009);
    // What is just not too large is looked at, and is no frame.
    let mut socket = connect(&visitor(&server).client);
    socket.say_text(&" ".repeat(limit));
    assert_eq!(socket.expect("nack")["code"], "bad_frame");
}

#[test]
fn d6_too_many_frames_are_refused_and_then_it_ends() {
    let server = TestServer::start();
    let mut socket = connect(&visitor(&server).client);
    for _ in 0..141 {
        socket.say(&json!({"t": "hb"}));
    }
    assert_eq!(socket.closed(), 4008);
    let bye = socket.expect("bye");
    assert_eq!(bye["retryAfter"], 10);
    let refused = socket.kept();
    assert_eq!(refused.len(), 100);
    for nack in refused {
        assert_eq!(
            (&nack["code"], &nack["retryAfter"]),
            (&json!("rate_limited"), &json!(1))
        );
        assert_eq!(nack["final"], false);
    }
}

#[test]
fn d6_visitors_write_so_much_in_all_their_connections() {
    let server = TestServer::start();
    let visitor = visitor(&server);
    let mut sockets = [connect(&visitor.client), connect(&visitor.client)];
    for number in 0..10 {
        let ack = sockets[number % 2].send("me", &cid(number), "hello");
        assert_eq!(ack["t"], "ack");
    }
    let nack = sockets[0].send("me", &cid(11), "hello");
    assert_eq!(
        (&nack["code"], &nack["final"]),
        (&json!("rate_limited"), &json!(false))
    );
    server.advance(1_000);
    assert_eq!(sockets[0].send("me", &cid(11), "hello")["t"], "ack");
}

#[test]
fn d9_d10_b1_what_may_not_be_done_is_refused_for_good() {
    let server = TestServer::start();
    let (_visitor, mut socket, ch) = chatting(&server);
    for bad in ["x", "../../../etc/passwd", &"y".repeat(65), ""] {
        server.advance(1_000);
        let nack = socket.send(&ch, bad, "hello");
        assert_eq!(nack["code"], "invalid_parameter", "{bad}");
    }
    socket.say(&json!({"t": "send", "cid": cid(1), "ch": ch, "data": {}}));
    let nack = socket.expect("nack");
    assert_eq!(
        (&nack["code"], &nack["cid"]),
        (&json!("missing_parameter"), &json!(cid(1)))
    );
    for kind in ["presence", "notify"] {
        socket.say(&json!({"t": "eph", "ch": ch, "kind": kind, "data": {}}));
        assert_eq!(socket.expect("nack")["code"], "permission_denied");
    }
    // An unknown field is no harm: newer clients may send more.
    socket.say(&json!({"t": "hb", "later": [1, 2]}));
    assert_eq!(text_of(&socket.send(&ch, &cid(2), "fine")["t"]), "ack");
    assert!(Socket::open(&server.stranger()).is_err());
}
