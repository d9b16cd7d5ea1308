//! Where visitors have been.

use app::visitors;
use axum::{Json, extract::State};

use super::{
    page::{PageParameters, PageQuery},
    visitors::known,
};
use crate::{
    http::{
        HttpState,
        extract::{Caller, Id},
        problem::Problem,
        refusals::Refusals,
    },
    json::{ListJson, VisitJson},
};

/// List a visitor's visits
#[utoipa::path(get, path = "/api/v1/visitors/{visitorId}/visits", tag = "Visitors", operation_id = "listVisits",
    params(("visitorId" = String, Path, description = "The visitor's id"), PageQuery),
    responses((status = 200, description = "A page of visits, latest first; the latest 100 are kept", body = ListJson<VisitJson>), Refusals))]
pub(crate) async fn list(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
    query: PageParameters,
) -> Result<Json<ListJson<VisitJson>>, Problem> {
    let (actor, id, page) = (caller.actor(), known(id)?, query.0.page()?);
    let now = state.app.clock().now();
    let found = state
        .app
        .read(move |tx| visitors::list_visits(tx, &actor, &id, &page))
        .await?;
    Ok(Json(ListJson::new(found, |visit| {
        VisitJson::new(visit, now)
    })))
}
