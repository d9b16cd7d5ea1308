//! What operators and their tools ask: alive, ready, figures.

use std::{net::SocketAddr, time::Duration};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::header,
    response::{IntoResponse, Response},
};
use model::id::OrganizationId;

use super::{HttpState, problem::Problem};

/// How long the database may take to answer; later the server counts as not ready, and figures go without it.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// The process lives; nothing else is asked.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The database answers, and the server is not about to stop.
pub(super) async fn readyz(State(state): State<HttpState>) -> Response {
    if state.lifecycle.is_leaving() {
        return Problem::unavailable("the server is stopping").into_response();
    }
    let nobody = OrganizationId::new("");
    let asked = state
        .app
        .read(move |tx| Ok(store::organizations::find(tx, &nobody)?));
    match tokio::time::timeout(ANSWER_TIMEOUT, asked).await {
        Ok(Ok(_)) => "ready\n".into_response(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            Problem::unavailable("the database does not answer").into_response()
        }
        Err(_) => Problem::unavailable("the database does not answer in time").into_response(),
    }
}

/// Figures, on the listener of their own. Those that are in the store stay as they were where it does not answer.
pub(super) async fn metrics(State(state): State<HttpState>) -> Response {
    let now = state.app.clock().now();
    let backlog = state.app.read(move |tx| app::jobs::backlog(tx, now));
    match tokio::time::timeout(ANSWER_TIMEOUT, backlog).await {
        Ok(Ok(backlog)) => state.metrics.jobs().set(&backlog),
        Ok(Err(error)) => tracing::warn!(%error, "the jobs could not be counted"),
        Err(_) => tracing::warn!("the jobs could not be counted in time"),
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    (
        [(header::CONTENT_TYPE, kind)],
        state.metrics.text(state.app.db()),
    )
        .into_response()
}

/// Figures on the common listener, for this machine only: a proxy in front is on this machine too, and says that it asks
/// for somebody else.
pub(super) async fn metrics_here(state: State<HttpState>, request: Request) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let is_here = peer.is_some_and(|info| info.0.ip().to_canonical().is_loopback());
    let is_forwarded = ["x-forwarded-for", "forwarded", "via"]
        .iter()
        .any(|name| request.headers().contains_key(*name));
    if is_here && !is_forwarded {
        metrics(state).await
    } else {
        Problem::not_found("there is nothing at this path").into_response()
    }
}
