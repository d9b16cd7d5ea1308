//! Show a visitor an automatic message, as their page asks for it (contract C.3, `sendAutoMessage`): it starts no chat.

use std::sync::Arc;

use model::{
    agent::Agent,
    id::{AgentId, GroupId, GroupNumber, MessageId},
    limit::AUTO_MESSAGE_LENGTH_MAX,
    message::{Message, MessageKind},
    text::MessageText,
    time::MINUTE_MS,
};
use sha2::{Digest, Sha256};

use super::{
    append::{Draft, Origin, append},
    push::SENDERS_MAX,
};
use crate::{Actor, Error, Result, Write, conversations, field, ids, once::Once, visitors};

/// How long a text is not shown again: pages are loaded anew, and ask for it each time.
const REPEATED_MS: i64 = 10 * MINUTE_MS;

/// Events of the conversation in which such a text is looked for, the latest.
const LOOKED_THROUGH: i64 = 500;

/// What the page wants to be shown.
#[derive(Clone, Debug, Default)]
pub struct ShowMessage {
    /// The text.
    pub text: Option<String>,
    /// The agent it comes from.
    pub agent_id: Option<String>,
    /// Or a group, for any agent of it.
    pub group_id: Option<String>,
}

/// Shows the visitor who asks a text that comes from an agent who takes chats now: the named one, one of the named group,
/// or one of the visitor's. The same again soon is the same message, whoever takes chats by then.
pub fn show(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    once: Option<&Once>,
    command: &ShowMessage,
) -> Result<Arc<Message>> {
    let Actor::Visitor { visitor, .. } = *actor else {
        return Err(Error::Forbidden("only visitors may do this".to_owned()));
    };
    let text = parse(command.text.as_deref())?;
    let cid = once.map(cid_of);
    let known = find_shown(write, actor, &text, cid.as_deref())?;
    if let Some(shown) = known {
        return Ok(Arc::new(shown));
    }
    let agent = choose_sender(write, actor, command)?;
    let (visitor_id, place) = visitors::ensure_own(write, actor.organization(), visitor, None)?;
    // Of two who ask at once the second may have waited for the conversation that the first has made.
    if let Some(shown) = find_shown(write, actor, &text, cid.as_deref())? {
        return Ok(Arc::new(shown));
    }
    let draft = Draft {
        id: ids::message(write.now()),
        kind: MessageKind::Agent,
        visitor_id: &visitor_id,
        text,
        agent: Some(&agent),
        origin: Origin::Page,
        received_from: None,
        cid,
        details: None,
    };
    append(write, &place, draft)
}

fn parse(text: Option<&str>) -> Result<MessageText> {
    let text = field::text(text)?;
    if text.as_str().chars().count() > AUTO_MESSAGE_LENGTH_MAX {
        return Err(Error::Invalid(format!(
            "text is longer than {AUTO_MESSAGE_LENGTH_MAX} characters"
        )));
    }
    Ok(text)
}

/// What a request that must happen once is known by: visitors have no key that it could be remembered by.
fn cid_of(once: &Once) -> String {
    let digest = hex::encode(Sha256::digest(once.idempotency_key.as_bytes()));
    format!("page-{}", &digest[..32])
}

/// The message that was shown for an equal request before. The conversation is locked from then on.
fn find_shown(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    text: &MessageText,
    cid: Option<&str>,
) -> Result<Option<Message>> {
    let Some(own) = conversations::find_own(write.tx(), actor)? else {
        return Ok(None);
    };
    store::conversations::lock(write.tx(), own.number)?;
    if let Some(cid) = cid
        && let Some(shown) = store::messages::find_shown_by_cid(write.tx(), own.number, cid)?
    {
        return require_same(write, shown, text).map(Some);
    }
    let (since, above) = (write.now() - REPEATED_MS, own.head - LOOKED_THROUGH);
    Ok(store::messages::find_shown_by_page(
        write.tx(),
        own.number,
        text.as_str(),
        since,
        above,
    )?)
}

/// Refuses another text under the same key. One that was changed since is taken to be the same.
fn require_same(write: &mut Write<'_, '_>, shown: Message, text: &MessageText) -> Result<Message> {
    let (id, seq): (&MessageId, i64) = (&shown.id, shown.seq);
    if shown.text == text.as_str()
        || store::events::is_message_changed(write.tx(), shown.conversation, seq, id)?
    {
        return Ok(shown);
    }
    Err(Error::Reused(
        "the Idempotency-Key was used before with another request".to_owned(),
    ))
}

fn choose_sender(write: &mut Write<'_, '_>, actor: &Actor, command: &ShowMessage) -> Result<Agent> {
    const NOBODY: Error = Error::NobodyAvailable("no agent who could say it takes chats now");
    let (scope, now) = (actor.scope(), write.now());
    let named = |id: &Option<String>| id.clone().filter(|id| !id.is_empty());
    if let Some(id) = named(&command.agent_id) {
        let agent = store::agents::find(write.tx(), scope, &AgentId::new(id))?;
        let available = agent.filter(|agent| agent.presence.is_available(now));
        return available.ok_or(NOBODY);
    }
    let group: Option<GroupNumber> = match named(&command.group_id) {
        Some(id) => {
            let group = store::groups::find(write.tx(), scope, &GroupId::new(id))?;
            Some(group.ok_or(NOBODY)?.number)
        }
        None => visitors::own_group(write.tx(), actor)?,
    };
    let mut senders = store::agents::list_senders(write.tx(), scope, group, now, SENDERS_MAX)?;
    senders.retain(|agent| agent.presence.is_available(now));
    if senders.is_empty() {
        return Err(NOBODY);
    }
    Ok(senders.swap_remove(ids::place(senders.len())))
}
