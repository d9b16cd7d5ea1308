//! Who is let in.

use serde_json::json;
use testing::{server::TestServer, socket::Socket};

use super::arrange::{agent_client, connect, page, visitor};
use crate::arrange::with_scopes;

#[test]
fn d1_a_page_must_be_of_a_known_origin() {
    let server = TestServer::start_with(|config| {
        config.public_url = "https://chat.example".to_owned();
        config.live.allow_origins = "https://desk.example".to_owned();
    });
    let open = |origin: &str| {
        let headers = [("origin", origin)];
        Socket::open_at(&server.stranger(), "/live", &headers).err()
    };
    let port = server.address().port();
    for good in [
        "https://chat.example",
        "https://desk.example",
        &format!("http://localhost:{port}"),
    ] {
        assert_eq!(open(good), None, "{good}");
    }
    for evil in [
        "https://evil.example",
        "null",
        "https://chat.example.evil",
        "http://chat.example",
        "https://chat.example@evil.example",
    ] {
        assert_eq!(open(evil), Some(403), "{evil}");
    }
    assert_eq!(Socket::open(&server.stranger()).err(), Some(403));
    // A proof does not make up for a foreign page.
    let visitor = visitor(&server);
    let headers = [("origin", "https://evil.example")];
    let opened = Socket::open_at(&visitor.client, "/live", &headers);
    assert_eq!(opened.err(), Some(403));
}

#[test]
fn d2_who_does_not_say_who_they_are_is_sent_away() {
    let server = TestServer::start();
    let mut socket = page(&server);
    server.advance(5_000);
    assert_eq!(socket.closed(), 4001);
    let bye = socket.expect("bye");
    assert_eq!(bye, json!({"t": "bye", "code": 4001, "retryAfter": 0}));

    let mut socket = page(&server);
    socket.say(&json!({"t": "auth", "token": "vt_wrong"}));
    assert_eq!(socket.closed(), 4001);
    // A token in the address is no proof.
    let visitor = visitor(&server);
    let path = format!("/live?token={}", visitor.token);
    let opened = Socket::open_at(&server.stranger(), &path, &[]);
    assert_eq!(opened.err(), Some(403));
    let wrong = server.stranger().with_token("vt_wrong");
    assert_eq!(Socket::open(&wrong).err(), Some(401));
    let wrong = server.stranger().with_key("xkeysib-wrong");
    assert_eq!(Socket::open(&wrong).err(), Some(401));
}

#[test]
fn a_key_needs_the_scope_and_an_agent_who_is_there() {
    let server = TestServer::start();
    let narrow = with_scopes(&server.client(), &server.stranger(), &["configure"]);
    assert_eq!(Socket::open(&narrow).err(), Some(403));
    let unknown = server.client().with_header("parlour-agent", "nobody");
    assert_eq!(Socket::open(&unknown).err(), Some(400));
}

#[test]
fn d12_the_sixth_connection_of_a_visitor_takes_the_place_of_the_first() {
    let server = TestServer::start();
    let visitor = visitor(&server);
    let mut sockets: Vec<_> = (0..6).map(|_| connect(&visitor.client)).collect();
    assert_eq!(sockets[0].closed(), 4409);
    for socket in &mut sockets[1..] {
        socket.subscribe("me", None);
    }
    let mut agents: Vec<_> = (0..11).map(|_| connect(&agent_client(&server))).collect();
    assert_eq!(agents[0].closed(), 4409);
    agents[10].subscribe("inbox", None);
}

#[test]
fn d12_an_address_has_so_many_connections_and_no_more() {
    let server = TestServer::start_with(|config| config.live.connections_per_address = 3);
    let client = server.client();
    let mut sockets: Vec<_> = (0..3).map(|_| connect(&client)).collect();
    assert_eq!(Socket::open(&client).err(), Some(429));
    sockets.pop();
    testing::server::eventually("a place", || Socket::open(&client).ok());
}

#[test]
fn d14_nothing_is_compressed() {
    let server = TestServer::start();
    let offer = "sec-websocket-extensions: permessage-deflate; client_max_window_bits";
    let lines = [
        "connection: upgrade",
        "upgrade: websocket",
        "sec-websocket-version: 13",
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
        offer,
    ];
    let client = server.client();
    let mut connection = client.connect();
    connection.write(client.head("GET", "/live", &lines) + "\r\n");
    let answer = connection.read().expect("an answer");
    assert_eq!(answer.status, 101);
    assert_eq!(
        answer.header("sec-websocket-accept"),
        Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    );
    assert_eq!(answer.header("sec-websocket-extensions"), None);
    // Without the words of an upgrade it is an ordinary request, and refused.
    assert_eq!(client.get("/live").status, 426);
}
