//! Give a conversation to an agent, to a group, or to nobody.

use model::{
    conversation::Conversation,
    event::EventKind,
    id::{AgentId, ConversationId, GroupId},
    key::Privilege,
};

use super::{get, place};
use crate::{Actor, Error, Result, Write, visitors};

/// To whom.
#[derive(Clone, Debug)]
pub enum Assignment {
    /// An agent, or none.
    Agent(Option<AgentId>),
    /// A group of agents, or none: the visitor's, from then on.
    Group(Option<GroupId>),
}

/// Assigns a conversation. Nothing happens where it is so already.
pub fn assign(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    id: &ConversationId,
    to: &Assignment,
) -> Result<Conversation> {
    actor.require(Privilege::Assign)?;
    let conversation = get(write.tx(), actor, id)?;
    let place = place(actor, &conversation);
    match to {
        Assignment::Agent(agent_id) if *agent_id != conversation.assignee_id => {
            let agent = match agent_id {
                Some(agent_id) => Some(
                    store::agents::find(write.tx(), actor.scope(), agent_id)?
                        .ok_or_else(|| Error::Invalid("Agent not found".to_owned()))?,
                ),
                None => None,
            };
            store::conversations::set_assignee(
                write.tx(),
                conversation.number,
                agent.map(|agent| agent.number),
            )?;
            write.record(&place, EventKind::Assigned(agent_id.clone()))?;
        }
        Assignment::Agent(_) => {}
        Assignment::Group(group_id) => {
            let group = match group_id {
                Some(group_id) => Some(
                    store::groups::find(write.tx(), actor.scope(), group_id)?
                        .ok_or_else(|| Error::Invalid("Group not found".to_owned()))?,
                ),
                None => None,
            };
            let visitor = visitors::get(write.tx(), actor, &conversation.visitor_id)?;
            visitors::record_group(write, actor, &visitor, group.as_ref(), Some(&place))?;
        }
    }
    get(write.tx(), actor, id)
}
