//! A client that acts with a key, and a bare connection for requests that no client would send.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;
use ureq::{
    Agent,
    http::{HeaderMap, HeaderName, HeaderValue, Request},
};

/// How long a test waits for an answer before it fails: far longer than any takes.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// What every answer carries, whatever it says.
const ALWAYS: [(&str, &str); 3] = [
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
];

/// What paths begin with whose answers may be kept.
const KEPT: [&str; 7] = [
    "/files/",
    "/widget",
    "/brevo-conversations.js",
    "/assets/",
    "/chat/",
    "/demo",
    "/docs/",
];

/// Somebody who sends requests, each with the same headers.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    address: SocketAddr,
    headers: Vec<(String, String)>,
}

impl Client {
    /// Somebody without a key.
    pub fn new(address: SocketAddr) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .timeout_global(Some(ANSWER_TIMEOUT))
            .build();
        Self {
            agent: config.into(),
            address,
            headers: Vec::new(),
        }
    }

    /// The same client with another header.
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    /// The same client with a key.
    pub fn with_key(&self, api_key: &str) -> Self {
        self.with_header("api-key", api_key)
    }

    /// The same client with a bearer token.
    pub fn with_token(&self, token: &str) -> Self {
        self.with_header("authorization", &format!("Bearer {token}"))
    }

    /// Asks for something.
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "")
    }

    /// Makes something.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, body.to_string())
    }

    /// Changes something.
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.send("PUT", path, body.to_string())
    }

    /// Deletes something.
    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, "")
    }

    /// Sends a body as it is, as JSON unless the client has a content type of its own.
    pub fn send(&self, method: &str, path: &str, body: impl AsRef<[u8]>) -> Answer {
        let body = body.as_ref();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let has_kind = self.headers.iter().any(|(name, _)| name == "content-type");
        if !has_kind && !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        let response = if body.is_empty() {
            self.agent.run(request.body(()).expect("a sound request"))
        } else {
            self.agent.run(request.body(body).expect("a sound request"))
        };
        let (parts, mut body) = response.expect("an answer").into_parts();
        let answer = Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.read_to_vec().expect("a whole answer"),
        };
        answer.require_common_headers(path);
        answer
    }

    /// Sends a JSON body on a connection of its own, and reads the answer even where the server does not read it all.
    pub fn pour(&self, method: &str, path: &str, body: impl AsRef<[u8]>) -> Answer {
        let length = format!("content-length: {}", body.as_ref().len());
        let lines = [
            "connection: close",
            "content-type: application/json",
            &length,
        ];
        let mut connection = self.connect();
        connection.write(self.head(method, path, &lines) + "\r\n");
        connection.write(body);
        connection.read_last().expect("an answer")
    }

    /// Where the server is.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What is sent with every request.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.headers.iter();
        headers.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A new connection to the same server.
    pub fn connect(&self) -> Connection {
        Connection::open(self.address)
    }

    /// The head of a request as bytes on the wire: this client's headers and others, each a whole line. Without the
    /// empty line at its end.
    pub fn head(&self, method: &str, path: &str, lines: &[&str]) -> String {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.address);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        for line in lines {
            head.push_str(&format!("{line}\r\n"));
        }
        head
    }
}

/// An answer of the server.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value, if it is there.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A header that is a number.
    pub fn number(&self, name: &str) -> u64 {
        let value = self.header(name).and_then(|value| value.parse().ok());
        value.unwrap_or_else(|| panic!("no number in the header {name}: {self:?}"))
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body in UTF-8")
    }

    /// The JSON of an answer that must have this status.
    pub fn json(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/json"));
        serde_json::from_slice(&self.body).expect("a body in JSON")
    }

    /// Requires this status and an empty body.
    pub fn empty(&self, status: u16) {
        assert_eq!((self.status, self.text()), (status, ""));
    }

    /// A refusal as one line: `404 document_not_found: Message not found`. It says these two things and no more.
    pub fn refusal(&self) -> String {
        let body = self.json(self.status);
        let (code, message) = (&body["code"], &body["message"]);
        let (Some(code), Some(message)) = (code.as_str(), message.as_str()) else {
            panic!("no refusal: {} {body}", self.status);
        };
        assert_eq!(body.as_object().map(serde_json::Map::len), Some(2));
        format!("{} {code}: {message}", self.status)
    }

    fn require_common_headers(&self, path: &str) {
        // Files and pages say themselves how long they may be kept.
        let is_file = self.status < 400 && KEPT.iter().any(|begin| path.starts_with(begin));
        for (name, value) in ALWAYS {
            if is_file && name == "cache-control" {
                continue;
            }
            assert_eq!(self.header(name), Some(value), "{name}: {self:?}");
        }
        let policy = self.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("default-src 'none'"), "{self:?}");
        for name in ["x-request-id", "sib-request-id"] {
            assert!(self.header(name).is_some(), "{name}: {self:?}");
        }
    }
}

/// A connection that carries whatever bytes the test writes.
pub struct Connection {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("a listening server");
        stream
            .set_read_timeout(Some(ANSWER_TIMEOUT))
            .and_then(|()| stream.set_write_timeout(Some(ANSWER_TIMEOUT)))
            .and_then(|()| stream.set_nodelay(true))
            .expect("an open socket");
        Self {
            stream,
            unread: Vec::new(),
        }
    }

    /// Writes bytes; false where the server has closed its end.
    pub fn write(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        let written = self.stream.write_all(bytes.as_ref());
        if let Err(error) = &written {
            assert!(is_closed(error.kind()), "the server does not read: {error}");
        }
        written.is_ok()
    }

    /// Reads the next answer; none where the server closed the connection instead.
    pub fn read(&mut self) -> Option<Answer> {
        let head = loop {
            if let Some(end) = find(&self.unread, b"\r\n\r\n") {
                break self.unread.drain(..end + 4).collect::<Vec<u8>>();
            }
            if !self.read_more() {
                assert!(self.unread.is_empty(), "half an answer: {:?}", self.unread);
                return None;
            }
        };
        let mut answer = parse_head(&head);
        let length = answer.header("content-length").unwrap_or("0").parse();
        let length: usize = length.expect("the length of an answer");
        while self.unread.len() < length {
            assert!(self.read_more(), "half a body: {answer:?}");
        }
        answer.body = self.unread.drain(..length).collect();
        Some(answer)
    }

    /// Reads the one answer before the server closes the connection; none where it closes at once.
    pub fn read_last(mut self) -> Option<Answer> {
        let answer = self.read()?;
        if let Some(second) = self.read() {
            panic!("two answers: {answer:?} and {second:?}");
        }
        Some(answer)
    }

    /// Whether nothing comes for a while.
    pub fn is_silent(&mut self, time: Duration) -> bool {
        let set = |time| self.stream.set_read_timeout(Some(time));
        set(time).expect("an open socket");
        let peeked = self.stream.peek(&mut [0]);
        set(ANSWER_TIMEOUT).expect("an open socket");
        peeked.is_err_and(|error| is_timeout(error.kind()))
    }

    /// Reads what has come; false where the server closed the connection.
    fn read_more(&mut self) -> bool {
        let mut bytes = [0; 16 * 1_024];
        match self.stream.read(&mut bytes) {
            Ok(0) => false,
            Ok(length) => {
                self.unread.extend_from_slice(&bytes[..length]);
                true
            }
            Err(error) if is_closed(error.kind()) => false,
            Err(error) => panic!("the server neither answers nor closes: {error}"),
        }
    }
}

fn parse_head(head: &[u8]) -> Answer {
    let text = std::str::from_utf8(head).expect("a head in ASCII");
    let mut lines = text.trim_end().split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let header = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, HeaderValue::from_str(value).ok()?))
    };
    Answer {
        status: status
            .and_then(|status| status.parse().ok())
            .expect("a status"),
        headers: lines
            .map(|line| header(line).expect("a well-formed header"))
            .collect(),
        body: Vec::new(),
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

fn is_closed(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe
    )
}

fn is_timeout(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
