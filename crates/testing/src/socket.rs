//! A client of the live door, with a WebSocket library's own idea of the protocol, and one of its event stream.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, ErrorKind, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{
    self, Message,
    client::IntoClientRequest,
    http::{HeaderName, HeaderValue},
    protocol::{CloseFrame, WebSocketConfig},
};

use crate::client::Client;

/// How long a test waits for a frame before it fails: far longer than any takes.
const FRAME_TIMEOUT: Duration = Duration::from_secs(20);

/// How long nothing must come where nothing is to come.
const SILENCE: Duration = Duration::from_millis(150);

/// An open WebSocket.
pub struct Socket {
    stream: tungstenite::WebSocket<TcpStream>,
    kept: VecDeque<Value>,
    end: Option<u16>,
}

impl Socket {
    /// Opens one with a client's headers; the status of the answer where it is refused.
    pub fn open(client: &Client) -> Result<Self, u16> {
        Self::open_at(client, "/live", &[])
    }

    /// The same at a path, with other headers.
    pub fn open_at(client: &Client, path: &str, headers: &[(&str, &str)]) -> Result<Self, u16> {
        let address = client.address();
        let mut request = format!("ws://{address}{path}")
            .into_client_request()
            .expect("a sound address");
        let own = client.headers();
        for (name, value) in own.chain(headers.iter().copied()) {
            let name: HeaderName = name.parse().expect("a sound name");
            let value = HeaderValue::from_str(value).expect("a sound value");
            request.headers_mut().append(name, value);
        }
        let stream = TcpStream::connect(address).expect("a listening server");
        stream
            .set_read_timeout(Some(FRAME_TIMEOUT))
            .and_then(|()| stream.set_write_timeout(Some(FRAME_TIMEOUT)))
            .and_then(|()| stream.set_nodelay(true))
            .expect("an open socket");
        let config = WebSocketConfig::default();
        match tungstenite::client::client_with_config(request, stream, Some(config)) {
            Ok((stream, _)) => Ok(Self {
                stream,
                kept: VecDeque::new(),
                end: None,
            }),
            Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
                Err(answer.status().as_u16())
            }
            Err(error) => panic!("no handshake: {error}"),
        }
    }

    /// The number of the connection's end on this side, to look at it from outside.
    pub fn stream(&self) -> &TcpStream {
        self.stream.get_ref()
    }

    /// Says a frame; false where the server has closed the connection.
    pub fn say(&mut self, frame: &Value) -> bool {
        self.say_text(&frame.to_string())
    }

    /// Says a text that may be no frame.
    pub fn say_text(&mut self, text: &str) -> bool {
        self.say_message(Message::text(text))
    }

    /// Says whatever a WebSocket can carry.
    pub fn say_message(&mut self, message: Message) -> bool {
        self.stream.send(message).is_ok()
    }

    /// Subscribes to a channel; tells the answer.
    pub fn subscribe(&mut self, ch: &str, cursor: Option<&str>) -> Value {
        self.say(&json!({"t": "sub", "ch": ch, "cursor": cursor}));
        self.expect("subok")
    }

    /// Sends a message; tells the `ack` or the `nack`.
    pub fn send(&mut self, ch: &str, cid: &str, text: &str) -> Value {
        self.say(&json!({"t": "send", "cid": cid, "ch": ch, "data": {"text": text}}));
        self.find(|frame| frame["cid"] == cid && (frame["t"] == "ack" || frame["t"] == "nack"))
    }

    /// The next frame of a kind; others before it are kept.
    pub fn expect(&mut self, t: &str) -> Value {
        self.find(|frame| frame["t"] == t)
    }

    /// The next frame that is the right one; others before it are kept.
    pub fn find(&mut self, is_right: impl Fn(&Value) -> bool) -> Value {
        if let Some(place) = self.kept.iter().position(&is_right) {
            return self.kept.remove(place).expect("it is there");
        }
        loop {
            let frame = self.read();
            let frame = frame.unwrap_or_else(|| panic!("closed with {:?}", self.end));
            if is_right(&frame) {
                return frame;
            }
            self.kept.push_back(frame);
        }
    }

    /// The next frame; none where the connection is closed.
    pub fn hear(&mut self) -> Option<Value> {
        self.kept.pop_front().or_else(|| self.read())
    }

    /// Reads everything to the end; tells the number of the close, and 0 where there is none.
    pub fn closed(&mut self) -> u16 {
        while let Some(frame) = self.read() {
            self.kept.push_back(frame);
        }
        self.end.unwrap_or(0)
    }

    /// Frames that came and were not looked at.
    pub fn kept(&mut self) -> Vec<Value> {
        self.kept.drain(..).collect()
    }

    /// Whether nothing comes for a while. What comes is kept.
    pub fn is_silent(&mut self) -> bool {
        if !self.kept.is_empty() {
            return false;
        }
        let set = |stream: &TcpStream, time| stream.set_read_timeout(Some(time));
        set(self.stream.get_ref(), SILENCE).expect("an open socket");
        let read = self.stream.read();
        set(self.stream.get_ref(), FRAME_TIMEOUT).expect("an open socket");
        match read {
            Err(tungstenite::Error::Io(error)) => {
                matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
            }
            Ok(Message::Text(text)) => {
                self.kept.push_back(parse(&text));
                false
            }
            _ => false,
        }
    }

    fn read(&mut self) -> Option<Value> {
        loop {
            match self.stream.read() {
                Ok(Message::Text(text)) => return Some(parse(&text)),
                Ok(Message::Close(frame)) => {
                    self.end = frame.map(|frame: CloseFrame| u16::from(frame.code));
                }
                Ok(_) => {}
                Err(tungstenite::Error::Io(error))
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    panic!("nothing came; before it: {:?}", self.kept)
                }
                Err(_) => return None,
            }
        }
    }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("no JSON: {error}: {text}"))
}

/// An open event stream.
pub struct EventStream {
    lines: BufReader<TcpStream>,
    client: Client,
    session: String,
}

impl EventStream {
    /// Opens one with a client's headers; the greeting, and the status where it is refused.
    pub fn open(client: &Client, headers: &[&str]) -> Result<(Self, Value), u16> {
        let mut stream = TcpStream::connect(client.address()).expect("a listening server");
        stream
            .set_read_timeout(Some(FRAME_TIMEOUT))
            .expect("an open socket");
        let head = client.head("GET", "/live/events", headers) + "\r\n";
        stream.write_all(head.as_bytes()).expect("an open socket");
        let mut events = Self {
            lines: BufReader::new(stream),
            client: client.clone(),
            session: String::new(),
        };
        let status = events.line();
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status: u16 = status.expect("a status");
        if status != 200 {
            return Err(status);
        }
        while !events.line().is_empty() {}
        let hello = events.hear().expect("a greeting");
        let session = hello["session"].as_str().expect("the name of the stream");
        session.clone_into(&mut events.session);
        Ok((events, hello))
    }

    /// The name of the stream.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// Says frames beside the stream; tells the status.
    pub fn say(&self, frames: &[Value]) -> u16 {
        let body = json!({"session": self.session, "frames": frames});
        self.client.post("/live/send", &body).status
    }

    /// The next frame; none at the end of the stream.
    pub fn hear(&mut self) -> Option<Value> {
        loop {
            let mut line = String::new();
            let count = self.lines.read_line(&mut line).expect("a stream");
            if count == 0 {
                return None;
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return Some(parse(data.trim_end()));
            }
            // The end of a body in chunks.
            if line.trim_end() == "0" {
                return None;
            }
        }
    }

    /// The next frame of a kind; those before it are passed over.
    pub fn expect(&mut self, t: &str) -> Value {
        loop {
            let frame = self.hear();
            let frame = frame.unwrap_or_else(|| panic!("the stream ended before {t}"));
            if frame["t"] == t {
                return frame;
            }
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a stream");
        line.trim_end().to_owned()
    }
}
