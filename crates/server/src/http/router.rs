//! Every route of the HTTP door, read top to bottom.

use std::time::Duration;

use axum::{
    Router,
    extract::State,
    http::{Method, StatusCode, header},
    middleware::{from_fn, from_fn_with_state},
    response::IntoResponse,
    routing::get,
};
use tower_http::{catch_panic::CatchPanicLayer, timeout::RequestBodyTimeoutLayer};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    HttpState, api, files, health, middleware, oauth, openapi::Document, problem::Problem, v3,
    visitor, widget,
};
use crate::assets;

/// The routes that are in the OpenAPI document and need a key.
fn with_key() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        // Compatible with Brevo Conversations.
        .routes(routes!(v3::agent_online_ping::ping))
        .routes(routes!(v3::messages::send))
        .routes(routes!(
            v3::messages::get,
            v3::messages::edit,
            v3::messages::delete
        ))
        .routes(routes!(v3::pushed_messages::push))
        .routes(routes!(
            v3::pushed_messages::get,
            v3::pushed_messages::edit,
            v3::pushed_messages::delete
        ))
        .routes(routes!(v3::visitor_group::set))
        .routes(routes!(v3::account::get))
        // Parlour's own.
        .routes(routes!(api::me::get))
        .routes(routes!(api::keys::list, api::keys::create))
        .routes(routes!(api::keys::revoke))
        .routes(routes!(api::agents::list, api::agents::create))
        .routes(routes!(
            api::agents::get,
            api::agents::update,
            api::agents::delete
        ))
        .routes(routes!(api::groups::list, api::groups::create))
        .routes(routes!(
            api::groups::get,
            api::groups::update,
            api::groups::delete
        ))
        .routes(routes!(api::visitors::list))
        .routes(routes!(api::visitors::get, api::visitors::update))
        .routes(routes!(api::visitors::send))
        .routes(routes!(api::visits::list))
        .routes(routes!(api::conversations::list))
        .routes(routes!(api::conversations::get))
        .routes(routes!(api::conversations::close))
        .routes(routes!(api::conversations::reopen))
        .routes(routes!(api::conversations::assign))
        .routes(routes!(api::messages::list, api::messages::send))
        .routes(routes!(api::messages::note))
        .routes(routes!(files::upload::upload))
        .routes(routes!(api::webhooks::list, api::webhooks::create))
        .routes(routes!(
            api::webhooks::get,
            api::webhooks::update,
            api::webhooks::delete
        ))
        .routes(routes!(api::webhooks::rotate_secret))
        .routes(routes!(api::deliveries::list))
        .routes(routes!(api::deliveries::replay))
        .routes(routes!(api::deliveries::replay_range))
        .routes(routes!(api::jobs::list))
        .routes(routes!(api::jobs::retry))
        .routes(routes!(api::widget::get, api::widget::update))
        .routes(routes!(api::widget::rotate_secret))
}

/// The routes that visitors' panels ask, with a visitor's token or none.
fn for_visitors() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(visitor::session::open, visitor::session::end))
        .routes(routes!(visitor::pages::view))
        .routes(routes!(visitor::data::get, visitor::data::set))
        .routes(routes!(visitor::rating::rate))
        .routes(routes!(visitor::auto_message::show))
        .routes(routes!(visitor::transcript::request))
        .routes(routes!(files::upload::upload_as_visitor))
        .routes(routes!(files::download::file))
        .routes(routes!(files::download::preview))
        .routes(routes!(widget::config::get))
}

/// Everything that is in the OpenAPI document.
pub(super) fn documented() -> OpenApiRouter<HttpState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(with_key())
        .merge(for_visitors())
        .routes(routes!(oauth::token))
}

/// The router of the common listener, with the routes of a door that has its own state.
pub(crate) fn router(state: HttpState, live: Router, body_timeout: Duration) -> Router {
    let authenticate = from_fn_with_state(state.clone(), middleware::authenticate);
    // A layer, not a route layer: wrong methods too are answered to known callers only, with what is left of their quota.
    let (with_key, _) = with_key().split_for_parts();
    let with_key = with_key
        .method_not_allowed_fallback(not_this_way)
        .layer(authenticate);
    let (open, _) = for_visitors()
        .routes(routes!(oauth::token))
        .split_for_parts();
    let operations = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics_here))
        .route("/openapi.json", get(openapi));
    let pages = Router::new()
        .route("/widget.js", get(widget::loader::script))
        .route("/brevo-conversations.js", get(widget::loader::script))
        .route("/widget/{widgetId}/config.js", get(widget::config::script))
        .route("/chat/{widgetId}", get(widget::chat::page))
        .route("/demo", get(widget::demo::page))
        .route("/assets/{*file}", get(widget::loader::file));
    let routes = with_key
        .merge(open)
        .merge(pages)
        .merge(operations)
        .merge(assets::docs_router(&state.assets))
        .merge(live.with_state(()));
    finish(routes, state, body_timeout)
}

/// The router of the metrics' own listener.
pub(crate) fn metrics_router(state: HttpState, body_timeout: Duration) -> Router {
    finish(
        Router::new().route("/metrics", get(health::metrics)),
        state,
        body_timeout,
    )
}

fn finish(routes: Router<HttpState>, state: HttpState, body_timeout: Duration) -> Router {
    routes
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_this_way)
        .layer(RequestBodyTimeoutLayer::new(body_timeout))
        .layer(CatchPanicLayer::custom(
            |_: Box<dyn std::any::Any + Send>| Problem::internal().into_response(),
        ))
        .layer(from_fn(middleware::guard))
        .layer(from_fn(middleware::drain))
        .layer(from_fn_with_state(state.clone(), middleware::observe))
        .with_state(state)
}

async fn openapi(State(state): State<HttpState>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "application/json")],
        state.openapi().to_owned(),
    )
}

async fn nothing_here() -> Problem {
    Problem::not_found("there is nothing at this path")
}

async fn not_this_way(method: Method) -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        format!("{method} Method is not allowed on this path"),
    )
}
