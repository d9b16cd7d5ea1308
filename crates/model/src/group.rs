//! A group of agents that visitors are assigned to.

use crate::{
    id::{AgentId, GroupId, GroupNumber},
    time::Millis,
};

/// A group of agents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Internal key.
    pub number: GroupNumber,
    /// Public id.
    pub id: GroupId,
    /// The name visitors and agents see.
    pub name: String,
    /// Not offered to visitors.
    pub is_private: bool,
    /// Who is in it, in order of id.
    pub agent_ids: Vec<AgentId>,
    /// When it was made.
    pub created_at: Millis,
}
