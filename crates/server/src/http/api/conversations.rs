//! Conversations.

use app::conversations::{self, Assignment, Filter};
use axum::{Json, extract::State};
use model::{
    conversation::Status,
    id::{AgentId, ConversationId, GroupId},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{agents::given, page::page};
use crate::{
    http::{
        HttpState,
        extract::{Body, Caller, Id, Query},
        problem::Problem,
        refusals::Refusals,
    },
    json::{ConversationJson, ListJson},
};

/// Which conversations, and which page of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConversationsQuery {
    /// `open` or `closed`.
    status: Option<String>,
    /// The id of the agent who works on it.
    assignee: Option<String>,
    /// The id of the visitor's group.
    group: Option<String>,
    /// A text in the visitor's id or attributes, in any case.
    q: Option<String>,
    /// How many rows, from 1 to 100; 50 when not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// To whom: one of the two, null for nobody.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AssignBody {
    /// An agent.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    agent_id: Option<Option<String>>,
    /// A group of agents: the visitor's, from then on.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    group_id: Option<Option<String>>,
}

/// List conversations
#[utoipa::path(get, path = "/api/v1/conversations", tag = "Inbox", operation_id = "listConversations", params(ConversationsQuery),
    responses((status = 200, description = "A page of conversations, the latest message first", body = ListJson<ConversationJson>), Refusals))]
pub(crate) async fn list(
    State(state): State<HttpState>,
    caller: Caller,
    Query(query): Query<ConversationsQuery>,
) -> Result<Json<ListJson<ConversationJson>>, Problem> {
    let (actor, page) = (caller.actor(), page(query.limit.as_deref(), query.cursor)?);
    let status = query.status.as_deref().map(|name| {
        Status::parse(name).ok_or_else(|| Problem::invalid("status must be open or closed"))
    });
    let filter = Filter {
        status: status.transpose()?,
        assignee: query.assignee.map(AgentId::new),
        group: query.group.map(GroupId::new),
        text: query.q,
    };
    let found = state
        .app
        .read(move |tx| conversations::list(tx, &actor, &filter, &page))
        .await?;
    Ok(Json(ListJson::new(found, ConversationJson::from)))
}

/// Get a conversation
#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "Inbox", operation_id = "getConversation",
    params(("id" = String, Path, description = "The conversation's id")),
    responses((status = 200, description = "The conversation", body = ConversationJson), Refusals))]
pub(crate) async fn get(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<ConversationJson>, Problem> {
    let (actor, id) = (caller.actor(), ConversationId::new(id));
    Ok(Json(
        state
            .app
            .read(move |tx| conversations::get(tx, &actor, &id))
            .await?
            .into(),
    ))
}

/// Close a conversation
///
/// Finishes the chat that runs in it.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/close", tag = "Inbox", operation_id = "closeConversation",
    params(("id" = String, Path, description = "The conversation's id")),
    responses((status = 200, description = "The conversation, closed", body = ConversationJson), Refusals))]
pub(crate) async fn close(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<ConversationJson>, Problem> {
    let (actor, id) = (caller.actor(), ConversationId::new(id));
    Ok(Json(
        state
            .app
            .write(move |write| conversations::close(write, &actor, &id))
            .await?
            .into(),
    ))
}

/// Open a conversation again
#[utoipa::path(post, path = "/api/v1/conversations/{id}/reopen", tag = "Inbox", operation_id = "reopenConversation",
    params(("id" = String, Path, description = "The conversation's id")),
    responses((status = 200, description = "The conversation, open", body = ConversationJson), Refusals))]
pub(crate) async fn reopen(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<ConversationJson>, Problem> {
    let (actor, id) = (caller.actor(), ConversationId::new(id));
    Ok(Json(
        state
            .app
            .write(move |write| conversations::reopen(write, &actor, &id))
            .await?
            .into(),
    ))
}

/// Assign a conversation
///
/// To an agent, to a group, or to nobody.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/assign", tag = "Inbox", operation_id = "assignConversation",
    params(("id" = String, Path, description = "The conversation's id")), request_body = AssignBody,
    responses((status = 200, description = "The conversation, assigned", body = ConversationJson), Refusals))]
pub(crate) async fn assign(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
    body: Body<AssignBody>,
) -> Result<Json<ConversationJson>, Problem> {
    let (actor, id) = (caller.actor(), ConversationId::new(id));
    let to = match (body.value.agent_id, body.value.group_id) {
        (Some(agent_id), None) => Assignment::Agent(agent_id.map(AgentId::new)),
        (None, Some(group_id)) => Assignment::Group(group_id.map(GroupId::new)),
        (None, None) => return Err(Problem::missing("agentId or groupId is missing")),
        (Some(_), Some(_)) => {
            return Err(Problem::invalid("agentId and groupId exclude each other"));
        }
    };
    Ok(Json(
        state
            .app
            .write(move |write| conversations::assign(write, &actor, &id, &to))
            .await?
            .into(),
    ))
}
