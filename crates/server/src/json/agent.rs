//! The public form of an agent.

use model::{agent::Agent, time::Millis};
use serde::Serialize;
use utoipa::ToSchema;

/// An agent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Agent)]
pub(crate) struct AgentJson {
    /// Public id; contains `Dummy` for an agent made from an e-mail by the API.
    #[schema(example = "d9nKoegKSjmCtyK78")]
    id: String,
    /// E-mail address.
    email: String,
    /// The name visitors see.
    name: String,
    /// Address of a picture.
    userpic: Option<String>,
    /// `owner`, `administrator` or `agent`.
    role: &'static str,
    /// Made from an e-mail by the API; nobody signs in as it.
    is_dummy: bool,
    /// What others see now: `online`, `offline` or `invisible`.
    status: &'static str,
    /// Takes new chats now.
    is_available: bool,
    /// When it was made, in Unix milliseconds.
    created_at: i64,
}

impl AgentJson {
    pub(crate) fn new(agent: Agent, now: Millis) -> Self {
        Self {
            id: agent.id.to_string(),
            email: agent.email,
            name: agent.name,
            userpic: agent.userpic,
            role: agent.role.as_str(),
            is_dummy: agent.is_dummy,
            status: agent.presence.status(now).as_str(),
            is_available: agent.presence.is_available(now),
            created_at: agent.created_at,
        }
    }
}
