//! Request ids, the headers that every answer has, figures, and the log.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;

use crate::http::HttpState;

/// Longest request id that is taken over from a caller.
const REQUEST_ID_LENGTH_MAX: usize = 64;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const SIB_REQUEST_ID: HeaderName = HeaderName::from_static("sib-request-id");

/// Headers of every answer that does not say otherwise.
const ALWAYS: [(HeaderName, HeaderValue); 3] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
];

/// The policy of answers that are no pages: nothing in them is to be loaded, run or framed.
const NO_PAGE: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

pub(crate) async fn observe(
    State(state): State<HttpState>,
    request: Request,
    next: Next,
) -> Response {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long an answer takes is measured, not decided by"
    )]
    let started = Instant::now();
    let own_id = app::ids::request();
    let request_id = given_id(request.headers()).unwrap_or_else(|| own_id.clone());
    let method = request.method().as_str().to_owned();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let span = tracing::debug_span!("request", id = %request_id, method, route);
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status().as_u16(), started.elapsed());
    state.metrics.observe(&method, &route, status, took);
    if response.status().is_server_error() {
        tracing::warn!(parent: &span, request_id, method, route, status, "a request was answered with a server error");
    } else {
        tracing::debug!(parent: &span, status, took_us = took.as_micros() as u64, "answered");
    }
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(NO_PAGE);
    for (name, id) in [(REQUEST_ID, request_id), (SIB_REQUEST_ID, own_id)] {
        if let Ok(value) = HeaderValue::from_str(&id) {
            headers.insert(name, value);
        }
    }
    response
}

/// The caller's own request id, where it is short and plain.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let is_plain = id
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    (is_plain && (1..=REQUEST_ID_LENGTH_MAX).contains(&id.len())).then(|| id.to_owned())
}
