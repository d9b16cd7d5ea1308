//! Groups of agents.

use app::groups::{self, CreateGroup, UpdateGroup};
use axum::{Json, extract::State, http::StatusCode};
use model::id::{AgentId, GroupId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::page::{PageParameters, PageQuery};
use crate::{
    http::{
        HttpState,
        extract::{Body, Caller, Id},
        problem::Problem,
        refusals::Refusals,
    },
    json::{GroupJson, ListJson},
};

/// What a new group is made of.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateGroupBody {
    /// The name visitors and agents see.
    #[schema(example = "Sales")]
    name: String,
    /// Who is in it; nobody when not given.
    #[serde(default)]
    agent_ids: Vec<String>,
    /// Not offered to visitors.
    #[serde(default)]
    is_private: bool,
}

/// What is changed; what is not given stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateGroupBody {
    /// The name visitors and agents see.
    name: Option<String>,
    /// Who is in it, all of them.
    agent_ids: Option<Vec<String>>,
    /// Not offered to visitors.
    is_private: Option<bool>,
}

fn agent_ids(ids: Vec<String>) -> Vec<AgentId> {
    ids.into_iter().map(AgentId::new).collect()
}

/// List groups
#[utoipa::path(get, path = "/api/v1/groups", tag = "Groups", operation_id = "listGroups", params(PageQuery),
    responses((status = 200, description = "A page of groups, oldest first", body = ListJson<GroupJson>), Refusals))]
pub(crate) async fn list(
    State(state): State<HttpState>,
    caller: Caller,
    query: PageParameters,
) -> Result<Json<ListJson<GroupJson>>, Problem> {
    let (actor, page) = (caller.actor(), query.0.page()?);
    let found = state
        .app
        .read(move |tx| groups::list(tx, &actor, &page))
        .await?;
    Ok(Json(ListJson::new(found, GroupJson::from)))
}

/// Create a group
#[utoipa::path(post, path = "/api/v1/groups", tag = "Groups", operation_id = "createGroup", request_body = CreateGroupBody,
    responses((status = 201, description = "The group", body = GroupJson), Refusals))]
pub(crate) async fn create(
    State(state): State<HttpState>,
    caller: Caller,
    body: Body<CreateGroupBody>,
) -> Result<(StatusCode, Json<GroupJson>), Problem> {
    let Body { value, once } = body;
    let actor = caller.actor();
    let command = CreateGroup {
        name: value.name,
        agent_ids: agent_ids(value.agent_ids),
        is_private: value.is_private,
    };
    let group = state
        .app
        .write(move |write| groups::create(write, &actor, once.as_ref(), &command))
        .await?;
    Ok((StatusCode::CREATED, Json(group.into())))
}

/// Get a group
#[utoipa::path(get, path = "/api/v1/groups/{id}", tag = "Groups", operation_id = "getGroup",
    params(("id" = String, Path, description = "The group's id")),
    responses((status = 200, description = "The group", body = GroupJson), Refusals))]
pub(crate) async fn get(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<GroupJson>, Problem> {
    let (actor, id) = (caller.actor(), GroupId::new(id));
    Ok(Json(
        state
            .app
            .read(move |tx| groups::get(tx, &actor, &id))
            .await?
            .into(),
    ))
}

/// Update a group
#[utoipa::path(put, path = "/api/v1/groups/{id}", tag = "Groups", operation_id = "updateGroup",
    params(("id" = String, Path, description = "The group's id")), request_body = UpdateGroupBody,
    responses((status = 200, description = "The group, changed", body = GroupJson), Refusals))]
pub(crate) async fn update(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
    body: Body<UpdateGroupBody>,
) -> Result<Json<GroupJson>, Problem> {
    let (actor, id, value) = (caller.actor(), GroupId::new(id), body.value);
    let command = UpdateGroup {
        name: value.name,
        agent_ids: value.agent_ids.map(agent_ids),
        is_private: value.is_private,
    };
    Ok(Json(
        state
            .app
            .write(move |write| groups::update(write, &actor, &id, &command))
            .await?
            .into(),
    ))
}

/// Delete a group
///
/// Its visitors are in none then.
#[utoipa::path(delete, path = "/api/v1/groups/{id}", tag = "Groups", operation_id = "deleteGroup",
    params(("id" = String, Path, description = "The group's id")),
    responses((status = 204, description = "The group is gone"), Refusals))]
pub(crate) async fn delete(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let (actor, id) = (caller.actor(), GroupId::new(id));
    state
        .app
        .write(move |write| groups::delete(write, &actor, &id))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
