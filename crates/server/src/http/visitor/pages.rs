//! Visitors look at pages.

use app::visitors;
use axum::{extract::State, http::StatusCode};

use super::session::PageBody;
use crate::http::{
    HttpState,
    extract::{Body, VisitorCaller},
    problem::Problem,
    refusals::Refusals,
};

/// Tell that the visitor looks at a page
///
/// The pages of one host, each within 30 minutes of the one before, are one visit. Its latest 50 pages are kept. A page of
/// a site that the widget is not for is refused.
#[utoipa::path(post, path = "/live/pages", tag = "Live", operation_id = "viewPage", request_body = PageBody,
    security(("visitorToken" = [])),
    responses((status = 204, description = "Written down"), Refusals))]
pub(crate) async fn view(
    State(state): State<HttpState>,
    caller: VisitorCaller,
    body: Body<PageBody>,
) -> Result<StatusCode, Problem> {
    state.limits.count_visitor_call(caller.0.visitor)?;
    let (actor, page) = (caller.actor(), body.value.view(&state.origins));
    state
        .app
        .write(move |write| visitors::view_page(write, &actor, &page))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
