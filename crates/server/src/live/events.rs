//! The way for those who cannot open a WebSocket: frames of the server as an event stream, those of the client as
//! requests beside it.

use std::{
    collections::{HashMap, VecDeque},
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use axum::{
    body::{Body, HttpBody},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use hyper::body::Frame;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::mpsc::{self, Receiver, Sender, error::TrySendError};

use super::{
    access::{Shown, shown},
    door::LiveDoor,
    drive::{Opening, drive},
    inlet::Inlet,
    line::Line,
    protocol::FRAME_BYTES_MAX,
    websocket::Turn,
};
use crate::problem::Problem;

/// Frames of a client that wait to be looked at.
const FRAMES_WAITING_MAX: usize = 64;

/// Pieces of the stream that wait to be read by the connection.
const PIECES_WAITING_MAX: usize = 4;

/// Characters of a stream's name: 128 random bits.
const NAME_LENGTH: usize = 32;

/// The streams that are open, by their names.
#[derive(Default)]
pub(super) struct Streams(Mutex<HashMap<String, Sender<String>>>);

impl Streams {
    fn insert(&self, name: String, frames: Sender<String>) {
        let mut streams = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        streams.insert(name, frames);
    }

    fn find(&self, name: &str) -> Option<Sender<String>> {
        let streams = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        streams.get(name).cloned()
    }

    fn remove(&self, name: &str) {
        let mut streams = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        streams.remove(name);
    }
}

/// One stream, as the session sees it.
pub(super) struct Stream {
    pieces: Sender<Bytes>,
    frames: Receiver<String>,
    unsent: VecDeque<Bytes>,
    /// Pieces that went out.
    progress: u64,
}

impl Stream {
    pub(super) fn has_unsent(&self) -> bool {
        !self.unsent.is_empty()
    }

    pub(super) fn progress(&self) -> u64 {
        self.progress
    }

    /// Frames have no line breaks in them: one is one event.
    pub(super) fn send(&mut self, frame: &Bytes) {
        let piece = [b"data: ", frame.as_ref(), b"\n\n"].concat();
        self.unsent.push_back(piece.into());
    }

    pub(super) fn send_now(&mut self) -> bool {
        while let Some(piece) = self.unsent.pop_front() {
            match self.pieces.try_send(piece) {
                Ok(()) => self.progress += 1,
                Err(TrySendError::Full(piece)) => {
                    self.unsent.push_front(piece);
                    return true;
                }
                Err(TrySendError::Closed(_)) => return false,
            }
        }
        true
    }

    pub(super) async fn turn(&mut self, wants_frame: bool) -> Turn {
        let has_unsent = self.has_unsent();
        tokio::select! {
            frame = self.frames.recv(), if wants_frame => frame.map_or(Turn::Gone, Turn::Text),
            place = self.pieces.reserve(), if has_unsent => match (place, self.unsent.pop_front()) {
                (Ok(place), Some(piece)) => {
                    place.send(piece);
                    self.progress += 1;
                    Turn::Sent
                }
                (Ok(_), None) => Turn::Sent,
                (Err(_), _) => Turn::Gone,
            },
            () = self.pieces.closed() => Turn::Gone,
        }
    }
}

/// The stream as the body of an answer.
struct Pieces(Receiver<Bytes>);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.0.poll_recv(context);
        piece.map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

/// `GET /live/events`: opens a stream. Where one left off is not looked at: its client subscribes with cursors (trust,
/// case D13).
pub(super) async fn open(State(door): State<Arc<LiveDoor>>, request: Request) -> Response {
    let shown = shown(request.headers(), &door.origins);
    if let Shown::Nothing = shown {
        return super::forbidden();
    }
    let Some(place) = door.take_place(&request) else {
        return super::too_many();
    };
    let inlet = Arc::new(Inlet::default());
    let seat = match super::admit(&door, shown, &inlet).await {
        Ok(seat) => seat,
        Err(problem) => return problem.into_response(),
    };
    let name: String = app::ids::secret().chars().take(NAME_LENGTH).collect();
    let (frames_in, frames) = mpsc::channel(FRAMES_WAITING_MAX);
    let (pieces, pieces_out) = mpsc::channel(PIECES_WAITING_MAX);
    door.streams.insert(name.clone(), frames_in);
    let opening = Opening {
        line: Line::Stream(Stream {
            pieces,
            frames,
            unsent: VecDeque::new(),
            progress: 0,
        }),
        place,
        inlet,
        seat,
        session: Some(name.clone()),
    };
    let running = Arc::clone(&door);
    door.lifecycle.spawn(async move {
        drive(Arc::clone(&running), opening).await;
        running.streams.remove(&name);
    });
    let mut response = Response::new(Body::new(Pieces(pieces_out)));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/event-stream");
    headers.insert(header::CONTENT_TYPE, kind);
    // Proxies that keep answers back until they are whole are asked not to.
    let unbuffered = HeaderValue::from_static("no");
    headers.insert("x-accel-buffering", unbuffered);
    response
}

/// What a client sends beside its stream.
#[derive(Deserialize)]
struct Sent {
    session: String,
    frames: Vec<Value>,
}

/// `POST /live/send`: frames for a stream. All are taken, or none.
pub(super) async fn send(
    State(door): State<Arc<LiveDoor>>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    // The name of the stream is the proof; but no foreign page may even try.
    if headers.contains_key(header::ORIGIN) && !super::is_page(&headers, &door.origins) {
        return Err(super::forbidden_problem());
    }
    let body = axum::body::to_bytes(body, FRAME_BYTES_MAX).await;
    let Ok(body) = body else {
        let message = format!("the body is longer than {FRAME_BYTES_MAX} bytes");
        return Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "bad_request",
            message,
        ));
    };
    let sent: Sent = serde_json::from_slice(&body).map_err(|_| {
        Problem::bad_request("the body must be {\"session\": \"…\", \"frames\": […]}")
    })?;
    let Some(frames) = door.streams.find(&sent.session) else {
        return Err(Problem::new(
            StatusCode::NOT_FOUND,
            "session_unknown",
            "there is no such stream here: open another",
        ));
    };
    if sent.frames.len() > FRAMES_WAITING_MAX {
        let message = format!("more than {FRAMES_WAITING_MAX} frames");
        return Err(Problem::invalid(message));
    }
    let places = frames.try_reserve_many(sent.frames.len());
    let Ok(places) = places else {
        return Err(Problem::too_many("too many frames wait", 1));
    };
    for (place, frame) in places.zip(sent.frames) {
        place.send(frame.to_string());
    }
    Ok(StatusCode::ACCEPTED)
}
