//! Reads what is left of a request's body when its answer is ready. A connection with a body in it cannot go on: hyper
//! would close it without a word, and the client's next request would fail.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};

/// Most bytes that are read for nothing; where more are to come the connection is closed instead.
const DRAINED_BYTES_MAX: u64 = 64 * 1_024;

/// How long they may take: clients send a body right behind its head.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// In an answer: how much may be read for nothing instead, and for how long. Whoever sends a file reads the answer when
/// all of it is sent, and would otherwise never learn why it was refused.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) bytes_max: u64,
    pub(crate) time: Duration,
}

const USUAL: Patience = Patience {
    bytes_max: DRAINED_BYTES_MAX,
    time: DRAIN_TIMEOUT,
};

pub(crate) async fn drain(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    // Who waits to be asked for the body has not sent it, and must not be asked for nothing.
    let is_waiting = parts.headers.contains_key(header::EXPECT);
    let body = SharedBody(Arc::new(Mutex::new(Some(body))));
    let rest = body.clone();
    let request = Request::from_parts(parts, Body::new(body));
    let mut response = next.run(request).await;
    let patience = response.extensions().get::<Patience>();
    let patience = patience.copied().unwrap_or(USUAL);
    if !rest.is_end_stream() && (is_waiting || !read_to_the_end(rest, patience).await) {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}

/// Reads a body for nothing; false where it is too long, too slow, or breaks off.
async fn read_to_the_end(mut body: SharedBody, patience: Patience) -> bool {
    if body.size_hint().lower() > patience.bytes_max {
        return false;
    }
    let read = async {
        let mut length = 0;
        while let Some(frame) = body.frame().await {
            length += frame.ok()?.data_ref().map_or(0, Bytes::len) as u64;
            if length > patience.bytes_max {
                return None;
            }
        }
        Some(())
    };
    matches!(
        tokio::time::timeout(patience.time, read).await,
        Ok(Some(()))
    )
}

/// A body that the handler reads and of which somebody else keeps hold; none when it was read to its end.
#[derive(Clone)]
struct SharedBody(Arc<Mutex<Option<Body>>>);

impl HttpBody for SharedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(body) = shared.as_mut() else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(body).poll_frame(context);
        if matches!(polled, Poll::Ready(None)) {
            *shared = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        let shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shared.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shared.as_ref().map(HttpBody::size_hint).unwrap_or_default()
    }
}
