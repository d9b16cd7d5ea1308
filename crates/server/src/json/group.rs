//! The public form of a group.

use model::group::Group;
use serde::Serialize;
use utoipa::ToSchema;

/// A group of agents.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Group)]
pub(crate) struct GroupJson {
    /// Public id.
    #[schema(example = "PjRBMhWGen6aRHjif")]
    id: String,
    /// The name visitors and agents see.
    name: String,
    /// Who is in it.
    agent_ids: Vec<String>,
    /// Not offered to visitors.
    is_private: bool,
    /// When it was made, in Unix milliseconds.
    created_at: i64,
}

impl From<Group> for GroupJson {
    fn from(group: Group) -> Self {
        Self {
            id: group.id.to_string(),
            name: group.name,
            agent_ids: group.agent_ids.iter().map(ToString::to_string).collect(),
            is_private: group.is_private,
            created_at: group.created_at,
        }
    }
}
