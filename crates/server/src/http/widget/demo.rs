//! A page with the snippet, and an answering side.

use app::widget;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};

use super::{
    asked::Asked,
    page::{escaped, fill, not_built, refused, respond},
};
use crate::http::{HttpState, problem::Problem};

const TEMPLATE: &str = "demo/index.html";

/// `GET /demo`
pub(crate) async fn page(
    State(state): State<HttpState>,
    asked: Asked,
    headers: HeaderMap,
) -> Response {
    let widget_id = match find(&state, asked.widget).await {
        Ok(widget_id) => widget_id,
        Err(problem) => return refused(&problem),
    };
    let Some(template) = state.assets.find(TEMPLATE) else {
        return not_built();
    };
    // The snippet of the page is as sites have it: in the page itself. Nobody can know the nonce before.
    let nonce = app::ids::policy_nonce();
    let values = [
        ("nonce", nonce.as_str()),
        ("widgetId", &escaped(&widget_id)),
    ];
    let page = fill(&String::from_utf8_lossy(template.bytes()), &values);
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let sockets = state.origins.sockets(host);
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; connect-src 'self' {sockets}; \
         frame-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    );
    respond(StatusCode::OK, page, &policy)
}

/// The widget that is asked for, or the only one there is.
async fn find(state: &HttpState, widget_id: Option<String>) -> Result<String, Problem> {
    let found = state.app.read(move |tx| match &widget_id {
        Some(widget_id) => widget::find_organization(tx, widget_id).map(Some),
        None => widget::find_only_organization(tx),
    });
    let which = "which one? name it in the address, as /demo?widget=5f0c7e2ab1d94c3386a1e0d2";
    let organization = found.await?.ok_or_else(|| Problem::not_found(which))?;
    Ok(organization.widget_id)
}
