//! Jobs that failed: work in the background that somebody has to look at.

use app::jobs;
use axum::{Json, extract::State, http::StatusCode};

use super::page::{PageParameters, PageQuery};
use crate::{
    http::{
        HttpState,
        extract::{Caller, Id},
        problem::Problem,
        refusals::Refusals,
    },
    json::{JobJson, ListJson},
};

/// List failed jobs
///
/// What the server does in the background it tries again for hours. Only what failed each time is here.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "Jobs", operation_id = "listJobs", params(PageQuery),
    responses((status = 200, description = "A page of failed jobs, the last that failed first", body = ListJson<JobJson>), Refusals))]
pub(crate) async fn list(
    State(state): State<HttpState>,
    caller: Caller,
    query: PageParameters,
) -> Result<Json<ListJson<JobJson>>, Problem> {
    let (actor, page) = (caller.actor(), query.0.page()?);
    let dead = state
        .app
        .read(move |tx| jobs::list_dead(tx, &actor, &page))
        .await?;
    Ok(Json(ListJson::new(dead, JobJson::from)))
}

/// Retry a failed job
///
/// It runs at once, and when it fails again it has all its attempts before it.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/retry", tag = "Jobs", operation_id = "retryJob",
    params(("id" = String, Path, description = "The job's id")),
    responses((status = 204, description = "The job is due now, and no longer listed"), Refusals))]
pub(crate) async fn retry(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let actor = caller.actor();
    state
        .app
        .write(move |write| jobs::retry(write, &actor, &id))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
