//! Automatic messages (contract A.4).

use app::messages::{self, PushMessage, Which};
use axum::{Json, extract::State, http::StatusCode};
use model::id::MessageId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::messages::{TextBody, delete_which, edit_which};
use crate::{
    http::{
        HttpState,
        extract::{Body, Caller, Id},
        problem::Problem,
        refusals::Refusals,
    },
    json::MessageJson,
};

/// What is sent, and from whom.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "visitorId": "kZMvWhf8npAu3H6qd57w2Hv6nh6rnxvg",
    "text": "Your order has shipped!",
    "groupId": "PjRBMhWGen6aRHjif",
}))]
pub(crate) struct PushBody {
    /// The visitor; made where there is none.
    #[schema(required, value_type = String)]
    visitor_id: Option<String>,
    /// The text, at most 5,000 characters.
    #[schema(required, value_type = String)]
    text: Option<String>,
    /// The agent it comes from.
    agent_id: Option<String>,
    /// Or a group: a random agent of it. Without both, a random agent.
    group_id: Option<String>,
}

/// Send an automated message to a visitor
///
/// It starts no chat until the visitor answers.
#[utoipa::path(post, path = "/v3/conversations/pushedMessages", tag = "Conversations", operation_id = "sendAnAutomatedMessageToAVisitor",
    request_body = PushBody, params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same request gives the first message again")),
    responses((status = 200, description = "The message, stored", body = MessageJson), Refusals))]
pub(crate) async fn push(
    State(state): State<HttpState>,
    caller: Caller,
    body: Body<PushBody>,
) -> Result<Json<MessageJson>, Problem> {
    let Body { value, once } = body;
    let actor = caller.actor();
    let command = PushMessage {
        visitor_id: value.visitor_id,
        text: value.text,
        agent_id: value.agent_id,
        group_id: value.group_id,
    };
    let message = state
        .app
        .write(move |write| messages::push(write, &actor, once.as_ref(), &command))
        .await?;
    Ok(Json(MessageJson::new(&message, &state.file_link_base)))
}

/// Get an automated message
///
/// Messages that were written by people are not found here.
#[utoipa::path(get, path = "/v3/conversations/pushedMessages/{id}", tag = "Conversations", operation_id = "getAnAutomatedMessage",
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
        .read(move |tx| messages::get_pushed(tx, &actor, &id))
        .await?;
    Ok(Json(MessageJson::new(&message, &state.file_link_base)))
}

/// Update an automated message
#[utoipa::path(put, path = "/v3/conversations/pushedMessages/{id}", tag = "Conversations", operation_id = "updateAnAutomatedMessage",
    params(("id" = String, Path, description = "The message's id")), request_body = TextBody,
    responses((status = 200, description = "The message, changed", body = MessageJson), Refusals))]
pub(crate) async fn edit(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
    body: Body<TextBody>,
) -> Result<Json<MessageJson>, Problem> {
    edit_which(&state, &caller, Which::Pushed, id, body.value.text).await
}

/// Delete an automated message
#[utoipa::path(delete, path = "/v3/conversations/pushedMessages/{id}", tag = "Conversations", operation_id = "deleteAnAutomatedMessage",
    params(("id" = String, Path, description = "The message's id")),
    responses((status = 204, description = "The message is gone"), Refusals))]
pub(crate) async fn delete(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    delete_which(&state, &caller, Which::Pushed, id).await
}
