//! The floor of the live door: bytes that come in by a request go out on every socket of a channel, and that is all.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::{
        Path, State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    response::Response,
    routing::{get, post},
};
use tokio::sync::broadcast;

/// Frames that a socket may be behind, as many as the server keeps for one.
const BEHIND_MAX: usize = 256;

/// Buffers as the server sets them.
const READ_BYTES: usize = 4_096;

/// Everything that somebody listens to, by name.
#[derive(Clone, Default)]
struct Channels(Arc<Mutex<HashMap<String, broadcast::Sender<Utf8Bytes>>>>);

impl Channels {
    fn of(&self, name: &str) -> broadcast::Sender<Utf8Bytes> {
        let mut channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let channel = channels.entry(name.to_owned());
        channel
            .or_insert_with(|| broadcast::Sender::new(BEHIND_MAX))
            .clone()
    }
}

/// `POST /floor/say/{name}` and the sockets at `/floor/live/{name}`; those of `all` hear everything.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/floor/say/{name}", post(say))
        .route("/floor/live/{name}", get(live))
        .with_state(Channels::default())
}

async fn say(State(channels): State<Channels>, Path(name): Path<String>, text: String) -> String {
    let bytes = Utf8Bytes::from(text.clone());
    for channel in [channels.of(&name), channels.of("all")] {
        // Nobody listening is no failure.
        drop(channel.send(bytes.clone()));
    }
    text
}

async fn live(
    State(channels): State<Channels>,
    Path(name): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let heard = channels.of(&name).subscribe();
    upgrade
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(0)
        .on_upgrade(move |socket| pass_on(socket, heard))
}

async fn pass_on(mut socket: WebSocket, mut heard: broadcast::Receiver<Utf8Bytes>) {
    loop {
        tokio::select! {
            text = heard.recv() => {
                let Ok(text) = text else { return };
                if socket.send(Message::Text(text)).await.is_err() {
                    return;
                }
            }
            frame = socket.recv() => {
                if !matches!(frame, Some(Ok(_))) {
                    return;
                }
            }
        }
    }
}
