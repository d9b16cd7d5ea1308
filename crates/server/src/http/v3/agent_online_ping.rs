//! Keep an agent online (contract A.2).

use app::agents::{self, AgentReference};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::{
    HttpState,
    extract::{Body, Caller},
    problem::Problem,
    refusals::Refusals,
};

/// The path, which has rate limits of its own.
pub(crate) const PING_PATH: &str = "/v3/conversations/agentOnlinePing";

/// The agent: an id, or all three of the others.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"agentId": "d9nKoegKSjmCtyK78"}))]
pub(crate) struct PingBody {
    /// The agent's id.
    agent_id: Option<String>,
    /// The e-mail of an agent there is or will be.
    agent_email: Option<String>,
    /// The agent's name.
    agent_name: Option<String>,
    /// A label of the calling system.
    received_from: Option<String>,
}

impl From<PingBody> for AgentReference {
    fn from(body: PingBody) -> Self {
        Self {
            agent_id: body.agent_id,
            agent_email: body.agent_email,
            agent_name: body.agent_name,
            received_from: body.received_from,
        }
    }
}

/// Set an agent's status to online for 2–3 minutes
///
/// Repeat it every minute. An e-mail that no agent has makes a new agent.
#[utoipa::path(post, path = "/v3/conversations/agentOnlinePing", tag = "Conversations",
    operation_id = "setsAgentsStatusToOnlineFor23Minutes", request_body = PingBody,
    responses((status = 201, description = "The agent is online"), Refusals))]
pub(crate) async fn ping(
    State(state): State<HttpState>,
    caller: Caller,
    body: Body<PingBody>,
) -> Result<Response, Problem> {
    let (actor, reference) = (caller.actor(), AgentReference::from(body.value));
    // Ids differ by case, addresses do not.
    let named = [
        reference.agent_id.clone(),
        reference.agent_email.as_deref().map(str::to_lowercase),
    ];
    let (standing, refusal) = match named.into_iter().flatten().find(|name| !name.is_empty()) {
        Some(name) => state.limits.count_ping(actor.organization(), name),
        // It will be refused; meanwhile it must not use up the pings of any agent.
        None => state
            .limits
            .count_request(caller.0.key, state.app.clock().now()),
    };
    let mut response = match refusal {
        Some(problem) => problem.into_response(),
        None => match state
            .app
            .write(move |write| agents::ping(write, &actor, &reference))
            .await
        {
            Ok(()) => StatusCode::CREATED.into_response(),
            Err(error) => Problem::from(error).into_response(),
        },
    };
    standing.write(response.headers_mut());
    Ok(response)
}
