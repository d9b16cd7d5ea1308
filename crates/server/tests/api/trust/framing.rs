//! Case C12: requests that try to hide another one. Whatever becomes of the first, the hidden one is never executed.

use serde_json::json;
use testing::{client::Client, server::TestServer};

use crate::arrange::{VISITOR, items, only_conversation, text_of};

const MESSAGES: &str = "/v3/conversations/messages";

/// The texts of what was stored, in order.
fn stored(client: &Client) -> Vec<String> {
    if items(client, "/api/v1/conversations").is_empty() {
        return Vec::new();
    }
    let conversation = only_conversation(client);
    let messages = format!(
        "/api/v1/conversations/{}/messages",
        text_of(&conversation["id"])
    );
    let messages = items(client, &messages);
    messages
        .iter()
        .map(|message| text_of(&message["text"]).to_owned())
        .collect()
}

/// Requests of one sender, as bytes.
struct Sender {
    client: Client,
    agent_id: String,
}

impl Sender {
    fn body(&self, text: &str) -> String {
        json!({"visitorId": VISITOR, "text": text, "agentId": self.agent_id}).to_string()
    }

    /// The head of a request that sends a message, with other lines.
    fn head(&self, lines: &[&str]) -> String {
        let kind = ["content-type: application/json"];
        self.client.head("POST", MESSAGES, &[&kind, lines].concat())
    }

    /// A whole request with a length.
    fn whole(&self, text: &str) -> String {
        let body = self.body(text);
        let length = format!("content-length: {}", body.len());
        self.head(&[&length]) + "\r\n" + &body
    }

    /// A body in one chunk.
    fn chunked(&self, text: &str) -> String {
        let body = self.body(text);
        format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
    }

    /// A request to which another is attached, and whether the first may be executed.
    fn attacks(&self) -> Vec<(&'static str, String, bool)> {
        let (body, hidden) = (self.body("first"), self.whole("hidden"));
        let length = format!("content-length: {}", body.len());
        let longer = format!("content-length: {}", body.len() + hidden.len());
        let chunked = self.chunked("first");
        let all = format!("content-length: {}", chunked.len() + hidden.len());
        let te = "transfer-encoding: chunked";
        let with = |lines: &[&str], body: &str| format!("{}\r\n{body}{hidden}", self.head(lines));
        let in_http_1_0 = |request: String| request.replacen("HTTP/1.1", "HTTP/1.0", 1);
        let size = format!("{:x}", body.len());
        vec![
            // The RFC lets a server take the chunks and close; the length must not count.
            ("length, then chunks", with(&[&all, te], &chunked), true),
            ("chunks, then length", with(&[te, &all], &chunked), true),
            ("two lengths", with(&[&length, &longer], &body), false),
            (
                "two lengths in one",
                with(&[&format!("{length}, {}", body.len())], &body),
                false,
            ),
            (
                "a length with a sign",
                with(&[&length.replace(": ", ": +")], &body),
                false,
            ),
            (
                "a negative length",
                with(&["content-length: -1"], &body),
                false,
            ),
            (
                "a hexadecimal length",
                with(&[&format!("content-length: 0x{size}")], &body),
                false,
            ),
            ("an empty length", with(&["content-length:"], &body), false),
            (
                "a length beyond 64 bits",
                with(&["content-length: 18446744073709551617"], &body),
                false,
            ),
            (
                "a folded line",
                with(&[&length, "x-folded: a\r\n b"], &body),
                false,
            ),
            (
                "a folded coding",
                with(&["transfer-encoding:\r\n chunked", &length], &body),
                false,
            ),
            (
                "a space before the colon",
                with(&["transfer-encoding : chunked", &length], &body),
                false,
            ),
            (
                "a carriage return alone",
                with(&[&length, "x: a\rtransfer-encoding: chunked"], &body),
                false,
            ),
            (
                "a zero byte in a header",
                with(&[&length, "x: a\0b"], &body),
                false,
            ),
            (
                "an unknown coding",
                with(&["transfer-encoding: cow", &length], &body),
                false,
            ),
            (
                "chunks before another coding",
                with(&["transfer-encoding: chunked, identity"], &chunked),
                false,
            ),
            (
                "a line feed alone after a chunk's size",
                with(&[te], &format!("{size}\n{body}\r\n0\r\n\r\n")),
                false,
            ),
            (
                "a line feed alone after a chunk",
                with(&[te], &format!("{size}\r\n{body}\n0\r\n\r\n")),
                false,
            ),
            (
                "a line feed in a chunk's extension",
                with(&[te], &format!("{size};a\n\r\n{body}\r\n0\r\n\r\n")),
                false,
            ),
            (
                "a chunk's size with a sign",
                with(&[te], &format!("+{size}\r\n{body}\r\n0\r\n\r\n")),
                false,
            ),
            (
                "a chunk's size with 0x",
                with(&[te], &format!("0x{size}\r\n{body}\r\n0\r\n\r\n")),
                false,
            ),
            (
                "a chunk's size beyond 64 bits",
                with(
                    &[te],
                    &format!("1{}{size}\r\n{body}\r\n0\r\n\r\n", "0".repeat(16)),
                ),
                false,
            ),
            (
                "a chunk's extension of 1 MiB",
                with(
                    &[te],
                    &format!("{size};{}\r\n{body}\r\n0\r\n\r\n", "x".repeat(1_048_576)),
                ),
                false,
            ),
            (
                "HTTP/1.0 with chunks",
                in_http_1_0(with(&[te], &chunked)),
                false,
            ),
            (
                "HTTP/1.0 without keep-alive",
                in_http_1_0(with(&[&length], &body)),
                true,
            ),
            (
                "HTTP/1.1 that closes",
                with(&[&length, "connection: close"], &body),
                true,
            ),
            (
                "a version of tomorrow",
                with(&[&length], &body).replacen("HTTP/1.1", "HTTP/1.2", 1),
                false,
            ),
            (
                "a body that is not read",
                with(&["content-length: 1000000"], &"x".repeat(300_000)),
                false,
            ),
        ]
    }
}

#[test]
fn c12_a_hidden_request_is_never_executed() {
    let server = TestServer::start_unlimited();
    let sender = Sender {
        client: server.client(),
        agent_id: server.agent_id().to_owned(),
    };
    let mut expected = Vec::new();
    for (name, bytes, is_first_allowed) in sender.attacks() {
        let mut connection = sender.client.connect();
        connection.write(bytes);
        // One answer at most, and then the connection is closed.
        let answer = connection.read_last();
        let status = answer.map(|answer| answer.status);
        if is_first_allowed {
            assert_eq!(status, Some(200), "{name}");
            expected.push("first".to_owned());
        } else {
            assert!(
                status.is_none_or(|status| [400, 413].contains(&status)),
                "{name}: {status:?}"
            );
        }
        assert_eq!(stored(&sender.client), expected, "{name}");
    }
    server.client().get("/api/v1/me").json(200);
}

/// Where one is not hidden but sent behind another, as clients may, both are executed.
#[test]
fn c12_a_second_request_in_the_open_is_executed() {
    let server = TestServer::start();
    let sender = Sender {
        client: server.client(),
        agent_id: server.agent_id().to_owned(),
    };
    let mut connection = sender.client.connect();
    connection.write(sender.whole("first") + &sender.whole("second"));
    for text in ["first", "second"] {
        assert_eq!(
            connection.read().expect("an answer").json(200)["text"],
            text
        );
    }
    // The same length twice says nothing new (RFC 9110 section 8.6), and a line may end with a line feed (RFC 9112
    // section 2.2): both leave no doubt where the request ends.
    let body = sender.body("third");
    let length = format!("content-length: {}", body.len());
    connection.write(sender.head(&[&length, &length]) + "\r\n" + &body);
    assert_eq!(
        connection.read().expect("an answer").json(200)["text"],
        "third"
    );
    let body = sender.body("fourth");
    let length = format!("content-length: {}", body.len());
    connection.write(sender.head(&[&length]).replace("\r\n", "\n") + "\n" + &body);
    assert_eq!(
        connection.read().expect("an answer").json(200)["text"],
        "fourth"
    );
    // HTTP/1.0 keeps a connection only where it asks for that.
    let kept = sender.whole("fifth").replacen("HTTP/1.1", "HTTP/1.0", 1);
    connection.write(kept.replacen("content-type", "connection: keep-alive\r\ncontent-type", 1));
    assert_eq!(
        connection.read().expect("an answer").json(200)["text"],
        "fifth"
    );
    assert_eq!(
        stored(&sender.client),
        ["first", "second", "third", "fourth", "fifth"]
    );
}
