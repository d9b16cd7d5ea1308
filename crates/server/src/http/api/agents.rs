//! Agents.

use app::agents::{self, CreateAgent, UpdateAgent};
use axum::{Json, extract::State, http::StatusCode};
use model::{agent::Role, id::AgentId, presence::Choice};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::page::{PageParameters, PageQuery};
use crate::{
    http::{
        HttpState,
        extract::{Body, Caller, Id},
        problem::Problem,
        refusals::Refusals,
    },
    json::{AgentJson, ListJson},
};

/// What a new agent is made of.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateAgentBody {
    /// E-mail address. A dummy that has it becomes this person.
    #[schema(example = "liz@getwear.com")]
    email: String,
    /// The name visitors see.
    #[schema(example = "Liz")]
    name: String,
    /// Address of a picture.
    userpic: Option<String>,
    /// `owner`, `administrator` or `agent`, which is meant when it is not given.
    role: Option<String>,
}

/// What is changed; what is not given stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateAgentBody {
    /// E-mail address.
    email: Option<String>,
    /// The name visitors see.
    name: Option<String>,
    /// Address of a picture; null removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    userpic: Option<Option<String>>,
    /// `owner`, `administrator` or `agent`.
    role: Option<String>,
    /// What the agent wants to be: `online`, `offline` or `invisible`.
    status: Option<String>,
}

/// Tells a field that is null from one that is not given.
pub(in crate::http) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn role(name: &str) -> Result<Role, Problem> {
    Role::parse(name).ok_or_else(|| Problem::invalid("role must be owner, administrator or agent"))
}

/// List agents
#[utoipa::path(get, path = "/api/v1/agents", tag = "Agents", operation_id = "listAgents", params(PageQuery),
    responses((status = 200, description = "A page of agents, oldest first", body = ListJson<AgentJson>), Refusals))]
pub(crate) async fn list(
    State(state): State<HttpState>,
    caller: Caller,
    query: PageParameters,
) -> Result<Json<ListJson<AgentJson>>, Problem> {
    let (actor, page, now) = (caller.actor(), query.0.page()?, state.app.clock().now());
    let found = state
        .app
        .read(move |tx| agents::list(tx, &actor, &page))
        .await?;
    Ok(Json(ListJson::new(found, |agent| {
        AgentJson::new(agent, now)
    })))
}

/// Create an agent
#[utoipa::path(post, path = "/api/v1/agents", tag = "Agents", operation_id = "createAgent", request_body = CreateAgentBody,
    responses((status = 201, description = "The agent", body = AgentJson), Refusals))]
pub(crate) async fn create(
    State(state): State<HttpState>,
    caller: Caller,
    body: Body<CreateAgentBody>,
) -> Result<(StatusCode, Json<AgentJson>), Problem> {
    let Body { value, once } = body;
    let (actor, now) = (caller.actor(), state.app.clock().now());
    let role = value.role.as_deref().map_or(Ok(Role::Agent), role)?;
    let command = CreateAgent {
        email: value.email,
        name: value.name,
        userpic: value.userpic,
        role,
    };
    let agent = state
        .app
        .write(move |write| agents::create(write, &actor, once.as_ref(), &command))
        .await?;
    Ok((StatusCode::CREATED, Json(AgentJson::new(agent, now))))
}

/// Get an agent
#[utoipa::path(get, path = "/api/v1/agents/{id}", tag = "Agents", operation_id = "getAgent",
    params(("id" = String, Path, description = "The agent's id")),
    responses((status = 200, description = "The agent", body = AgentJson), Refusals))]
pub(crate) async fn get(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<AgentJson>, Problem> {
    let (actor, id, now) = (caller.actor(), AgentId::new(id), state.app.clock().now());
    let agent = state
        .app
        .read(move |tx| agents::get(tx, &actor, &id))
        .await?;
    Ok(Json(AgentJson::new(agent, now)))
}

/// Update an agent
#[utoipa::path(put, path = "/api/v1/agents/{id}", tag = "Agents", operation_id = "updateAgent",
    params(("id" = String, Path, description = "The agent's id")), request_body = UpdateAgentBody,
    responses((status = 200, description = "The agent, changed", body = AgentJson), Refusals))]
pub(crate) async fn update(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
    body: Body<UpdateAgentBody>,
) -> Result<Json<AgentJson>, Problem> {
    let (actor, id, now) = (caller.actor(), AgentId::new(id), state.app.clock().now());
    let value = body.value;
    let choice = value.status.as_deref().map(|name| {
        Choice::parse(name)
            .ok_or_else(|| Problem::invalid("status must be online, offline or invisible"))
    });
    let command = UpdateAgent {
        email: value.email,
        name: value.name,
        userpic: value.userpic,
        role: value.role.as_deref().map(role).transpose()?,
        choice: choice.transpose()?,
    };
    let agent = state
        .app
        .write(move |write| agents::update(write, &actor, &id, &command))
        .await?;
    Ok(Json(AgentJson::new(agent, now)))
}

/// Delete an agent
///
/// The messages they wrote keep their name. The last owner cannot be deleted.
#[utoipa::path(delete, path = "/api/v1/agents/{id}", tag = "Agents", operation_id = "deleteAgent",
    params(("id" = String, Path, description = "The agent's id")),
    responses((status = 204, description = "The agent is gone"), Refusals))]
pub(crate) async fn delete(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let (actor, id) = (caller.actor(), AgentId::new(id));
    state
        .app
        .write(move |write| agents::delete(write, &actor, &id))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
