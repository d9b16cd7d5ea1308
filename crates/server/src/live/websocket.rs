//! A WebSocket on the bare connection, with little room of its own: many are open, and few have something on the way.

use std::{
    collections::VecDeque,
    future::poll_fn,
    io::ErrorKind,
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{body::Body, extract::Request, response::Response};
use bytes::Bytes;
use futures_util::{Sink, SinkExt, StreamExt};
use tokio::{io::AsyncWrite, net::TcpStream};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Message,
        handshake::server::create_response_with_body,
        protocol::{
            CloseFrame, Role, WebSocketConfig,
            frame::{
                Frame,
                coding::{Data, OpCode},
            },
        },
    },
};

use super::protocol::FRAME_BYTES_MAX;

/// Room for what is read, for each connection: a usual frame fits.
const READ_BYTES: usize = 4 * 1_024;

/// What is longer is sent in pieces: the library keeps room for the largest that a connection ever had to send.
const PIECE_BYTES: usize = 4 * 1_024;

/// Most that the library may keep of what could not be sent at once; pieces are handed to it one by one.
const UNSENT_BYTES_MAX: usize = 1_024 * 1_024;

/// Bytes thrown away at once after the end.
const THROWN_AWAY_BYTES: usize = 4 * 1_024;

/// What a turn brought.
#[derive(Debug)]
pub(super) enum Turn {
    /// A frame of the client.
    Text(String),
    /// The client showed that it is there.
    Alive,
    /// Everything was written that was to be.
    Sent,
    /// The client ends the connection.
    Closed,
    /// The client breaks the protocol: the number of the close that says how.
    Violated(u16),
    /// The connection is gone.
    Gone,
}

/// The answer to a request that becomes a WebSocket; nothing where it is none. No extension is agreed to, so nothing is
/// ever compressed (trust, case D14).
pub(super) fn accept(request: &Request) -> Option<Response> {
    create_response_with_body(request, Body::empty).ok()
}

/// One connection.
pub(super) struct WebSocket {
    stream: WebSocketStream<TcpStream>,
    unsent: VecDeque<Message>,
    is_flushing: bool,
    /// Pieces that went out.
    progress: u64,
}

impl WebSocket {
    /// Takes over a connection after its handshake, with what was read too much.
    pub(super) async fn new(stream: TcpStream, read: &[u8]) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BYTES)
            .write_buffer_size(0)
            .max_write_buffer_size(UNSENT_BYTES_MAX)
            .max_message_size(Some(FRAME_BYTES_MAX))
            .max_frame_size(Some(FRAME_BYTES_MAX));
        let (role, config) = (Role::Server, Some(config));
        let stream = if read.is_empty() {
            WebSocketStream::from_raw_socket(stream, role, config).await
        } else {
            WebSocketStream::from_partially_read(stream, read.to_vec(), role, config).await
        };
        Self {
            stream,
            unsent: VecDeque::new(),
            is_flushing: false,
            progress: 0,
        }
    }

    pub(super) fn has_unsent(&self) -> bool {
        self.is_flushing || !self.unsent.is_empty()
    }

    /// Grows while something goes out.
    pub(super) fn progress(&self) -> u64 {
        self.progress
    }

    /// Puts a text behind what is to go out.
    pub(super) fn send(&mut self, text: &Bytes) {
        let count = text.len().div_ceil(PIECE_BYTES).max(1);
        for number in 0..count {
            let opcode = if number == 0 {
                Data::Text
            } else {
                Data::Continue
            };
            let (from, to) = (number * PIECE_BYTES, (number + 1) * PIECE_BYTES);
            let piece = text.slice(from..to.min(text.len()));
            let frame = Frame::message(piece, OpCode::Data(opcode), number + 1 == count);
            self.unsent.push_back(Message::Frame(frame));
        }
    }

    /// Puts the end behind what is to go out.
    pub(super) fn close(&mut self, number: u16) {
        let frame = CloseFrame {
            code: number.into(),
            reason: "".into(),
        };
        self.unsent.push_back(Message::Close(Some(frame)));
    }

    /// Waits for something to happen: a frame where one is wanted, and for what is unsent to go out.
    pub(super) async fn turn(&mut self, wants_frame: bool) -> Turn {
        poll_fn(|context| self.poll_turn(context, wants_frame)).await
    }

    fn poll_turn(&mut self, context: &mut Context<'_>, wants_frame: bool) -> Poll<Turn> {
        if self.has_unsent()
            && let Poll::Ready(sent) = self.poll_send(context)
        {
            return Poll::Ready(sent.map_or(Turn::Gone, |()| Turn::Sent));
        }
        if wants_frame {
            let read = ready!(self.stream.poll_next_unpin(context));
            let turn = read.map_or(Turn::Gone, turn_of);
            // The library has an answer ready.
            self.is_flushing |= matches!(turn, Turn::Closed);
            return Poll::Ready(turn);
        }
        Poll::Pending
    }

    /// Writes what can be written at once; tells whether the connection is still there.
    pub(super) fn send_now(&mut self) -> bool {
        let mut context = Context::from_waker(std::task::Waker::noop());
        !self.has_unsent() || !matches!(self.poll_send(&mut context), Poll::Ready(Err(_)))
    }

    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<Result<(), tungstenite::Error>> {
        let mut stream = Pin::new(&mut self.stream);
        self.is_flushing = true;
        loop {
            ready!(stream.as_mut().poll_ready(context))?;
            self.progress += 1;
            let Some(message) = self.unsent.pop_front() else {
                break;
            };
            stream.as_mut().start_send(message)?;
        }
        ready!(stream.poll_flush(context))?;
        self.is_flushing = false;
        self.unsent = VecDeque::new();
        Poll::Ready(Ok(()))
    }

    /// Says that nothing more is sent, and waits until the client has closed its end too, throwing away what it still
    /// says: a connection that is closed with something unread would take with it what the client has not read.
    pub(super) async fn finish(&mut self) {
        let stream = self.stream.get_mut();
        let ended = poll_fn(|context| Pin::new(&mut *stream).poll_shutdown(context)).await;
        if ended.is_err() {
            return;
        }
        while stream.readable().await.is_ok() {
            match stream.try_read(&mut [0; THROWN_AWAY_BYTES]) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    }
}

/// Says back whatever it hears, by the same stack, for the judgement of Autobahn: text and binary.
pub(super) async fn echo(stream: TcpStream, read: &[u8]) {
    let mut socket = WebSocket::new(stream, read).await;
    let number = loop {
        match socket.stream.next().await {
            Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                if socket.stream.send(message).await.is_err() {
                    return;
                }
            }
            Some(read) => match turn_of(read) {
                Turn::Violated(number) => break Some(number),
                Turn::Closed | Turn::Gone => break None,
                Turn::Text(_) | Turn::Alive | Turn::Sent => {}
            },
            None => return,
        }
    };
    if let Some(number) = number {
        socket.close(number);
    }
    socket.is_flushing = true;
    drop(socket.turn(false).await);
    socket.finish().await;
}

fn turn_of(read: Result<Message, tungstenite::Error>) -> Turn {
    match read {
        Ok(Message::Text(text)) => Turn::Text(text.as_str().to_owned()),
        Ok(Message::Binary(_)) => Turn::Violated(1003),
        // The library answers pings, and the close of the client.
        Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => Turn::Alive,
        Ok(Message::Close(_)) => Turn::Closed,
        Err(tungstenite::Error::Utf8(_)) => Turn::Violated(1007),
        Err(tungstenite::Error::Capacity(_)) => Turn::Violated(1009),
        Err(tungstenite::Error::Protocol(error)) if !is_gone(&error) => Turn::Violated(1002),
        Err(_) => Turn::Gone,
    }
}

fn is_gone(error: &tungstenite::error::ProtocolError) -> bool {
    matches!(
        error,
        tungstenite::error::ProtocolError::ResetWithoutClosingHandshake
    )
}
