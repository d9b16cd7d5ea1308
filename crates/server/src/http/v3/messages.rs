//! Messages as an agent (contract A.3).

use app::{
    agents::AgentReference,
    messages::{self, SendMessage, Which},
};
use axum::{Json, extract::State, http::StatusCode};
use model::id::MessageId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    http::{
        HttpState,
        extract::{Body, Caller, Id},
        problem::Problem,
        refusals::Refusals,
    },
    json::MessageJson,
};

/// What is sent, to whom, in whose name.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "visitorId": "kZMvWhf8npAu3H6qd57w2Hv6nh6rnxvg",
    "text": "Hello! How can I help you?",
    "agentId": "d9nKoegKSjmCtyK78",
    "receivedFrom": "SuperAwesomeHelpdesk",
}))]
pub(crate) struct SendBody {
    /// The visitor; made where there is none.
    #[schema(required, value_type = String)]
    visitor_id: Option<String>,
    /// The text, at most 5,000 characters.
    #[schema(required, value_type = String)]
    text: Option<String>,
    /// The agent's id, or all three of the next.
    agent_id: Option<String>,
    /// The e-mail of an agent there is or will be.
    agent_email: Option<String>,
    /// The agent's name.
    agent_name: Option<String>,
    /// A label of the calling system, echoed in webhooks so that it can skip its own messages.
    received_from: Option<String>,
}

/// The new text of a message.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TextBody {
    /// The text, at most 5,000 characters.
    #[schema(required, value_type = String, example = "Good morning! How can I help you?")]
    pub(super) text: Option<String>,
}

/// Send a message as an agent
///
/// An unknown visitor is made, and so is an agent for an unknown e-mail.
#[utoipa::path(post, path = "/v3/conversations/messages", tag = "Conversations", operation_id = "sendAMessageAsAnAgent",
    request_body = SendBody, params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same request gives the first message again")),
    responses((status = 200, description = "The message, stored", body = MessageJson), Refusals))]
pub(crate) async fn send(
    State(state): State<HttpState>,
    caller: Caller,
    body: Body<SendBody>,
) -> Result<Json<MessageJson>, Problem> {
    let Body { value, once } = body;
    let actor = caller.actor();
    let command = SendMessage {
        visitor_id: value.visitor_id,
        conversation_id: None,
        text: value.text,
        file_ids: Vec::new(),
        agent: AgentReference {
            agent_id: value.agent_id,
            agent_email: value.agent_email,
            agent_name: value.agent_name,
            received_from: value.received_from,
        },
    };
    let message = state
        .app
        .write(move |write| messages::send(write, &actor, once.as_ref(), &command))
        .await?;
    Ok(Json(MessageJson::new(&message, &state.file_link_base)))
}

/// Get a message
///
/// Any message of a conversation, of either side.
#[utoipa::path(get, path = "/v3/conversations/messages/{id}", tag = "Conversations", operation_id = "getAMessage",
    params(("id" = String, Path, description = "The message's id")),
    responses((status = 200, description = "The message", body = MessageJson), Refusals))]
pub(crate) async fn get(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<MessageJson>, Problem> {
    let (actor, id) = (caller.actor(), MessageId::new(id));
    let message = state
        .app
        .read(move |tx| messages::get(tx, &actor, &id))
        .await?;
    Ok(Json(MessageJson::new(&message, &state.file_link_base)))
}

/// Update a message sent by an agent
///
/// Visitors' messages cannot be changed.
#[utoipa::path(put, path = "/v3/conversations/messages/{id}", tag = "Conversations", operation_id = "updateAMessageSentByAnAgent",
    params(("id" = String, Path, description = "The message's id")), request_body = TextBody,
    responses((status = 200, description = "The message, changed", body = MessageJson), Refusals))]
pub(crate) async fn edit(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
    body: Body<TextBody>,
) -> Result<Json<MessageJson>, Problem> {
    edit_which(&state, &caller, Which::Any, id, body.value.text).await
}

/// Delete a message sent by an agent
///
/// Visitors' messages cannot be deleted.
#[utoipa::path(delete, path = "/v3/conversations/messages/{id}", tag = "Conversations", operation_id = "deleteAMessageSentByAnAgent",
    params(("id" = String, Path, description = "The message's id")),
    responses((status = 204, description = "The message is gone"), Refusals))]
pub(crate) async fn delete(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    delete_which(&state, &caller, Which::Any, id).await
}

pub(super) async fn edit_which(
    state: &HttpState,
    caller: &Caller,
    which: Which,
    id: String,
    text: Option<String>,
) -> Result<Json<MessageJson>, Problem> {
    let (actor, id) = (caller.actor(), MessageId::new(id));
    let message = state
        .app
        .write(move |write| messages::edit(write, &actor, which, &id, text.as_deref()))
        .await?;
    Ok(Json(MessageJson::new(&message, &state.file_link_base)))
}

pub(super) async fn delete_which(
    state: &HttpState,
    caller: &Caller,
    which: Which,
    id: String,
) -> Result<StatusCode, Problem> {
    let (actor, id) = (caller.actor(), MessageId::new(id));
    state
        .app
        .write(move |write| messages::delete(write, &actor, which, &id))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
