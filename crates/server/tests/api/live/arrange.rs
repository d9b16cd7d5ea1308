//! People with open connections.

use serde_json::{Value, json};
use testing::{
    client::Client,
    server::{TestOrganization, TestServer},
    socket::Socket,
};

use crate::arrange::text_of;

/// A visitor with a token.
pub(crate) struct Visitor {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) client: Client,
}

/// A new visitor of an organization's widget.
pub(crate) fn new_visitor(server: &TestServer, organization: &TestOrganization) -> Visitor {
    let shown = json!({"widgetId": organization.widget_id});
    let session = server.stranger().post("/live/session", &shown).json(200);
    let token = text_of(&session["visitorToken"]).to_owned();
    Visitor {
        id: text_of(&session["visitorId"]).to_owned(),
        client: server.stranger().with_token(&token),
        token,
    }
}

/// A new visitor of the first organization.
pub(crate) fn visitor(server: &TestServer) -> Visitor {
    new_visitor(server, server.organization())
}

/// A connection, past its greeting; panics where it is refused.
pub(crate) fn connect(client: &Client) -> Socket {
    let mut socket = Socket::open(client).expect("an open door");
    socket.expect("hello");
    socket.expect("authok");
    socket
}

/// A connection of a page, which has yet to say who it is.
pub(crate) fn page(server: &TestServer) -> Socket {
    let origin = format!("http://{}", server.address());
    let headers = [("origin", origin.as_str())];
    let opened = Socket::open_at(&server.stranger(), "/live", &headers);
    let mut socket = opened.expect("an open door");
    socket.expect("hello");
    socket
}

/// A connection in the name of the owner.
pub(crate) fn agent(server: &TestServer) -> Socket {
    connect(&agent_client(server))
}

/// The owner's key and name.
pub(crate) fn agent_client(server: &TestServer) -> Client {
    server
        .client()
        .with_header("parlour-agent", server.agent_id())
}

/// An id for a message, as clients make them.
pub(crate) fn cid(number: usize) -> String {
    format!("cid_{number:012}")
}

/// A visitor who has written one message, on a connection that follows the conversation; and its channel.
pub(crate) fn chatting(server: &TestServer) -> (Visitor, Socket, String) {
    let visitor = visitor(server);
    let mut socket = connect(&visitor.client);
    let ack = socket.send("me", &cid(0), "hello?");
    let ch = text_of(&ack["ch"]).to_owned();
    socket.subscribe(&ch, None);
    (visitor, socket, ch)
}

/// The kinds and places of events, as `message 1`.
pub(crate) fn events(page: &Value) -> Vec<String> {
    let events = page["events"].as_array().expect("events");
    events.iter().map(event).collect()
}

/// One event, as `message 1`.
pub(crate) fn event(frame: &Value) -> String {
    format!("{} {}", text_of(&frame["kind"]), frame["seq"])
}
