//! The two ways frames go: a WebSocket, or an event stream with requests beside it.

use bytes::Bytes;

use super::{
    events::Stream,
    websocket::{Turn, WebSocket},
};

/// One of them.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are sockets, which would only need one more place each"
)]
pub(super) enum Line {
    Socket(WebSocket),
    Stream(Stream),
}

impl Line {
    pub(super) fn has_unsent(&self) -> bool {
        match self {
            Line::Socket(socket) => socket.has_unsent(),
            Line::Stream(stream) => stream.has_unsent(),
        }
    }

    /// Puts a frame behind those that are to go out.
    pub(super) fn send(&mut self, frame: &Bytes) {
        match self {
            Line::Socket(socket) => socket.send(frame),
            Line::Stream(stream) => stream.send(frame),
        }
    }

    /// Writes what can be written at once; tells whether the connection is still there.
    pub(super) fn send_now(&mut self) -> bool {
        match self {
            Line::Socket(socket) => socket.send_now(),
            Line::Stream(stream) => stream.send_now(),
        }
    }

    /// Waits for something to happen.
    pub(super) async fn turn(&mut self, wants_frame: bool) -> Turn {
        match self {
            Line::Socket(socket) => socket.turn(wants_frame).await,
            Line::Stream(stream) => stream.turn(wants_frame).await,
        }
    }

    /// Grows while something goes out.
    pub(super) fn progress(&self) -> u64 {
        match self {
            Line::Socket(socket) => socket.progress(),
            Line::Stream(stream) => stream.progress(),
        }
    }

    /// Puts the end behind everything that is to go out.
    pub(super) fn close(&mut self, number: u16) {
        if let Line::Socket(socket) = self {
            socket.close(number);
        }
    }

    /// Sends what is unsent, and waits until the client has taken note of the end.
    pub(super) async fn finish(&mut self) {
        while self.has_unsent() {
            if let Turn::Gone = self.turn(false).await {
                return;
            }
        }
        if let Line::Socket(socket) = self {
            socket.finish().await;
        }
    }
}
