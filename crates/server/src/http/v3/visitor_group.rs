//! Put a visitor into a group of agents (contract A.5).

use app::visitors;
use axum::{Json, extract::State};
use model::id::GroupId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::{
    HttpState,
    extract::{Body, Caller, Query},
    problem::Problem,
    refusals::Refusals,
};

/// Which visitor, and which group.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GroupBody {
    /// The group; null or empty takes the visitor out of theirs.
    #[schema(example = "PjRBMhWGen6aRHjif")]
    group_id: Option<String>,
    /// The visitor; may stand in the query instead.
    #[schema(example = "kZMvWhf8npAu3H6qd57w2Hv6nh6rnxvg")]
    visitor_id: Option<String>,
}

/// Which visitor, where the body does not say.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GroupQuery {
    /// The visitor, where the body does not name one.
    #[serde(rename = "visitorId")]
    visitor_id: Option<String>,
}

/// The visitor and their group from now on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VisitorGroupJson {
    /// The group, or null.
    group_id: Option<String>,
    /// The visitor.
    visitor_id: String,
}

/// Set visitor group assignment
///
/// Both the visitor and the group must exist.
#[utoipa::path(put, path = "/v3/conversations/visitorGroup", tag = "Conversations", operation_id = "setVisitorGroupAssignment",
    request_body = GroupBody, params(GroupQuery),
    responses((status = 200, description = "The assignment", body = VisitorGroupJson), Refusals))]
pub(crate) async fn set(
    State(state): State<HttpState>,
    caller: Caller,
    Query(query): Query<GroupQuery>,
    body: Body<GroupBody>,
) -> Result<Json<VisitorGroupJson>, Problem> {
    let actor = caller.actor();
    let visitor_id = body.value.visitor_id.or(query.visitor_id);
    let group_id = body
        .value
        .group_id
        .filter(|id| !id.is_empty())
        .map(GroupId::new);
    let assigned = state
        .app
        .write(move |write| {
            visitors::set_group(write, &actor, visitor_id.as_deref(), group_id.as_ref())
        })
        .await?;
    Ok(Json(VisitorGroupJson {
        group_id: assigned.group_id.map(|id| id.to_string()),
        visitor_id: assigned.id.as_str().to_owned(),
    }))
}
