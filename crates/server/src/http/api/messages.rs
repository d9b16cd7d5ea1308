//! Messages and notes of a conversation.

use app::{
    agents::AgentReference,
    messages::{self, SendMessage, WriteNote},
};
use axum::{Json, extract::State, http::StatusCode};
use model::id::{ConversationId, FileId};
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
    json::{ListJson, PlacedMessageJson},
};

/// What is written, and by whom.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WriteBody {
    /// The text, at most 5,000 characters. May be left out where there are files.
    text: Option<String>,
    /// Files that were uploaded before, at most 10.
    #[serde(default)]
    file_ids: Vec<String>,
    /// The agent. When not given, a message is from who works on the conversation or from the owner, a note from nobody.
    agent_id: Option<String>,
}

/// List a conversation's messages
///
/// The newest page first; inside a page the oldest message first. Internal notes are among them.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/messages", tag = "Inbox", operation_id = "listMessages",
    params(("id" = String, Path, description = "The conversation's id"), PageQuery),
    responses((status = 200, description = "A page of messages", body = ListJson<PlacedMessageJson>), Refusals))]
pub(crate) async fn list(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
    query: PageParameters,
) -> Result<Json<ListJson<PlacedMessageJson>>, Problem> {
    let (actor, id, page) = (caller.actor(), ConversationId::new(id), query.0.page()?);
    let found = state
        .app
        .read(move |tx| messages::list(tx, &actor, &id, &page))
        .await?;
    Ok(Json(ListJson::new(found, |message| {
        PlacedMessageJson::new(&message, &state.file_link_base)
    })))
}

/// Send a message into a conversation
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages", tag = "Inbox", operation_id = "sendMessage",
    params(("id" = String, Path, description = "The conversation's id")), request_body = WriteBody,
    responses((status = 201, description = "The message, stored", body = PlacedMessageJson), Refusals))]
pub(crate) async fn send(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
    body: Body<WriteBody>,
) -> Result<(StatusCode, Json<PlacedMessageJson>), Problem> {
    let Body { value, once } = body;
    let actor = caller.actor();
    let command = SendMessage {
        visitor_id: None,
        conversation_id: Some(ConversationId::new(id)),
        text: value.text,
        file_ids: value.file_ids.into_iter().map(FileId::new).collect(),
        agent: AgentReference {
            agent_id: value.agent_id,
            ..AgentReference::default()
        },
    };
    let message = state
        .app
        .write(move |write| messages::send(write, &actor, once.as_ref(), &command))
        .await?;
    let json = PlacedMessageJson::new(&message, &state.file_link_base);
    Ok((StatusCode::CREATED, Json(json)))
}

/// Write an internal note
///
/// Agents see it, the visitor never does.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/notes", tag = "Inbox", operation_id = "writeNote",
    params(("id" = String, Path, description = "The conversation's id")), request_body = WriteBody,
    responses((status = 201, description = "The note, stored", body = PlacedMessageJson), Refusals))]
pub(crate) async fn note(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
    body: Body<WriteBody>,
) -> Result<(StatusCode, Json<PlacedMessageJson>), Problem> {
    let Body { value, once } = body;
    let (actor, id) = (caller.actor(), ConversationId::new(id));
    let command = WriteNote {
        text: value.text,
        file_ids: value.file_ids.into_iter().map(FileId::new).collect(),
        agent_id: value.agent_id,
    };
    let note = state
        .app
        .write(move |write| messages::note(write, &actor, once.as_ref(), &id, &command))
        .await?;
    let json = PlacedMessageJson::new(&note, &state.file_link_base);
    Ok((StatusCode::CREATED, Json(json)))
}
