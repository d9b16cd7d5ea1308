//! Pages show visitors automatic messages.

use app::messages::{self, ShowMessage};
use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    http::{
        HttpState,
        extract::{Body, VisitorCaller},
        problem::Problem,
        refusals::Refusals,
    },
    json::PlacedMessageJson,
};

/// What is shown, and from whom.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ShowMessage)]
pub(crate) struct ShowBody {
    /// The text, at most 1,000 characters.
    #[schema(required, nullable = false, example = "Do you need help?")]
    text: Option<String>,
    /// The agent it comes from.
    agent_id: Option<String>,
    /// Or a group, for any agent of it. Without either, the visitor's group, or any agent.
    group_id: Option<String>,
}

/// Show the visitor an automatic message
///
/// For `sendAutoMessage` of the JavaScript API. It comes from an agent who takes chats now, and starts no chat; where nobody
/// takes chats, the code is `agent_unavailable`, and nothing is shown. The same text again within ten minutes is answered
/// with the message that was shown before, as is the same `Idempotency-Key` at any time.
#[utoipa::path(post, path = "/live/auto-message", tag = "Live", operation_id = "showAutoMessage", request_body = ShowBody,
    security(("visitorToken" = [])),
    responses((status = 201, description = "The message", body = PlacedMessageJson), Refusals))]
pub(crate) async fn show(
    State(state): State<HttpState>,
    caller: VisitorCaller,
    body: Body<ShowBody>,
) -> Result<(StatusCode, Json<PlacedMessageJson>), Problem> {
    state.limits.count_visitor_call(caller.0.visitor)?;
    let (actor, once, body) = (caller.actor(), body.once, body.value);
    let command = ShowMessage {
        text: body.text,
        agent_id: body.agent_id,
        group_id: body.group_id,
    };
    let shown = state
        .app
        .write(move |write| messages::show(write, &actor, once.as_ref(), &command));
    let json = PlacedMessageJson::new(&*shown.await?, &state.file_link_base);
    Ok((StatusCode::CREATED, Json(json)))
}
