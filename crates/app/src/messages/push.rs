//! Send an automatic message: it starts no chat (contract A.4).

use std::sync::Arc;

use model::{
    agent::Agent,
    id::{AgentId, GroupId, MessageId},
    key::Privilege,
    message::{Message, MessageKind},
};

use super::{
    append::{Draft, Origin, append},
    get,
};
use crate::{
    Actor, Error, Result, Write, field, ids,
    once::{self, Once},
    visitors,
};

/// Agents from which a random one is taken.
pub(super) const SENDERS_MAX: i64 = 1_000;

/// What is sent, and from whom.
#[derive(Clone, Debug, Default)]
pub struct PushMessage {
    /// The visitor; made where there is none.
    pub visitor_id: Option<String>,
    /// The text.
    pub text: Option<String>,
    /// The agent it comes from.
    pub agent_id: Option<String>,
    /// Or a group, for a random agent of it.
    pub group_id: Option<String>,
}

/// Sends an automatic message from an agent, from a random agent of a group, or from a random agent.
pub fn push(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    once: Option<&Once>,
    command: &PushMessage,
) -> Result<Arc<Message>> {
    actor.require(Privilege::Access)?;
    let visitor_id = visitors::parse_id(command.visitor_id.as_deref())?;
    let text = field::text(command.text.as_deref())?;
    let id = ids::message(write.now());
    if let Some(earlier) = once::claim(write, actor, once, id.as_str())? {
        return get(write.tx(), actor, &MessageId::new(earlier)).map(Arc::new);
    }
    let agent = choose_sender(write, actor, command)?;
    let place = visitors::ensure(write, actor.organization(), &visitor_id)?;
    let draft = Draft {
        id,
        kind: MessageKind::Agent,
        visitor_id: &visitor_id,
        text,
        agent: Some(&agent),
        origin: Origin::Pushed,
        received_from: None,
        cid: None,
        details: None,
    };
    append(write, &place, draft)
}

/// The named agent, or a random one: of those who are available if any is, else of all (contract G-4).
fn choose_sender(write: &mut Write<'_, '_>, actor: &Actor, command: &PushMessage) -> Result<Agent> {
    let scope = actor.scope();
    if let Some(id) = command.agent_id.as_deref().filter(|id| !id.is_empty()) {
        let agent = store::agents::find(write.tx(), scope, &AgentId::new(id))?;
        return agent.ok_or_else(|| Error::Invalid("Agent not found".to_owned()));
    }
    let group = match command.group_id.as_deref().filter(|id| !id.is_empty()) {
        Some(id) => {
            let group = store::groups::find(write.tx(), scope, &GroupId::new(id))?;
            Some(group.ok_or_else(|| Error::Invalid("Group not found".to_owned()))?)
        }
        None => None,
    };
    let now = write.now();
    let mut senders = store::agents::list_senders(
        write.tx(),
        scope,
        group.as_ref().map(|group| group.number),
        now,
        SENDERS_MAX,
    )?;
    let available = senders
        .iter()
        .take_while(|agent| agent.presence.is_available(now))
        .count();
    if available > 0 {
        senders.truncate(available);
    }
    if senders.is_empty() {
        return Err(Error::Invalid(
            "groupId names a group without agents".to_owned(),
        ));
    }
    Ok(senders.swap_remove(ids::place(senders.len())))
}
