//! A WebSocket to the live door: small enough that ten thousand of them fit into one process.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        Error, Message,
        client::ClientRequestBuilder,
        error::ProtocolError,
        protocol::{CloseFrame, WebSocketConfig},
    },
};

/// What is kept of what comes and goes, beside the frame itself: the default is 136 KiB for each connection.
const BUFFER_BYTES: usize = 4_096;

/// How long connecting and the upgrade may take, and one frame to be taken.
const PATIENCE: Duration = Duration::from_secs(20);

/// How somebody reaches the live door.
#[derive(Clone, Debug)]
pub struct Way {
    /// Where the server listens, or the proxy in front of it.
    pub address: SocketAddr,
    /// What is asked for: `/live`, or what stands beside it in a comparison.
    pub path: String,
    /// The address that the connection comes from, where it matters.
    pub source: Option<IpAddr>,
    /// What the system keeps of what comes, in bytes, where it matters.
    pub receive_bytes: Option<u32>,
    /// What proves who is there: names and values of headers.
    pub headers: Vec<(&'static str, String)>,
}

impl Way {
    /// The way of somebody who proves nothing.
    pub fn to(address: SocketAddr, path: &str) -> Self {
        Self {
            address,
            path: path.to_owned(),
            source: None,
            receive_bytes: None,
            headers: Vec::new(),
        }
    }

    /// The way of a visitor with a token.
    pub fn of_visitor(address: SocketAddr, token: &str) -> Self {
        Self {
            headers: vec![("authorization", format!("Bearer {token}"))],
            ..Self::to(address, "/live")
        }
    }

    /// The way of a program with an API key.
    pub fn of_program(address: SocketAddr, api_key: &str) -> Self {
        Self {
            headers: vec![("api-key", api_key.to_owned())],
            ..Self::to(address, "/live")
        }
    }

    /// The way of an agent by an API key.
    pub fn of_agent(address: SocketAddr, api_key: &str, agent_id: &str) -> Self {
        let mut way = Self::of_program(address, api_key);
        way.headers.push(("parlour-agent", agent_id.to_owned()));
        way
    }
}

/// What came over a socket.
#[derive(Debug)]
pub enum Heard {
    /// A frame.
    Text(String),
    /// The end; the number of the close frame, if there was one.
    End(Option<u16>),
}

/// An open socket.
pub struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Connects, and upgrades the connection.
    pub async fn open(way: &Way) -> Result<Self, String> {
        let opened = timeout(PATIENCE, connect(way)).await;
        opened.map_err(|_| format!("{} did not answer", way.address))?
    }

    /// Says one frame.
    pub async fn say(&mut self, frame: &Value) -> Result<(), String> {
        self.say_text(frame.to_string()).await
    }

    /// Says one frame that is written already.
    pub async fn say_text(&mut self, text: String) -> Result<(), String> {
        let said = timeout(PATIENCE, self.0.send(Message::text(text))).await;
        let said = said.map_err(|_| "a frame was not taken".to_owned())?;
        said.map_err(|error| error.to_string())
    }

    /// The next frame, or the end. It may be dropped and asked again without losing anything.
    pub async fn hear(&mut self) -> Heard {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Heard::Text(text.as_str().to_owned()),
                Some(Ok(Message::Close(close))) => return Heard::End(close.as_ref().map(number)),
                Some(Ok(_)) => {}
                Some(Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)))
                | Some(Err(_))
                | None => return Heard::End(None),
            }
        }
    }

    /// Goes away in good order, as far as the other side goes along.
    pub async fn close(mut self) {
        // What is closed already is closed.
        drop(timeout(PATIENCE, self.0.close(None)).await);
    }
}

fn number(close: &CloseFrame) -> u16 {
    close.code.into()
}

async fn connect(way: &Way) -> Result<Socket, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", way.address);
    let socket = TcpSocket::new_v4().map_err(failed)?;
    if let Some(source) = way.source {
        socket.bind((source, 0).into()).map_err(failed)?;
    }
    if let Some(bytes) = way.receive_bytes {
        socket.set_recv_buffer_size(bytes).map_err(failed)?;
    }
    let stream = socket.connect(way.address).await.map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    let uri = format!("ws://{}{}", way.address, way.path).parse();
    let mut request =
        ClientRequestBuilder::new(uri.map_err(|_| "an address that is no URI".to_owned())?);
    for (name, value) in &way.headers {
        request = request.with_header(*name, value);
    }
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(0);
    let upgraded = client_async_with_config(request, stream, Some(config)).await;
    let (socket, _) = upgraded.map_err(|error| format!("{}: {error}", way.address))?;
    Ok(Socket(socket))
}
