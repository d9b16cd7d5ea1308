//! Put a message at the end of a conversation: what all ways of writing share.

use std::sync::Arc;

use model::{
    agent::Agent,
    id::{MessageId, VisitorId},
    message::{Message, MessageAgent, MessageDetails, MessageKind},
    text::MessageText,
};

use crate::{Result, Write, chats, webhooks, write::Place};

/// How a message came to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Somebody wrote it.
    Written,
    /// A program sent it, and starts no chat by it.
    Pushed,
    /// The page that the visitor looks at showed it, and starts no chat by it.
    Page,
}

/// A message before it has its place.
pub(super) struct Draft<'a> {
    pub(super) id: MessageId,
    pub(super) kind: MessageKind,
    pub(super) visitor_id: &'a VisitorId,
    pub(super) text: MessageText,
    pub(super) agent: Option<&'a Agent>,
    pub(super) origin: Origin,
    pub(super) received_from: Option<String>,
    pub(super) cid: Option<String>,
    pub(super) details: Option<Box<MessageDetails>>,
}

/// Gives a draft its place, and starts a chat where it does.
pub(super) fn append(
    write: &mut Write<'_, '_>,
    place: &Place,
    draft: Draft<'_>,
) -> Result<Arc<Message>> {
    let agent = draft.agent.map(|agent| MessageAgent {
        number: agent.number,
        id: agent.id.clone(),
        name: agent.name.clone(),
        userpic: agent.userpic.clone(),
    });
    let message = Message {
        conversation: place.conversation,
        conversation_id: place.conversation_id.clone(),
        // The conversation's row says both when it is locked.
        seq: 0,
        created_at: 0,
        id: draft.id,
        kind: draft.kind,
        text: draft.text.as_str().to_owned(),
        visitor_id: draft.visitor_id.clone(),
        agent,
        is_pushed: draft.origin == Origin::Pushed,
        is_trigger: draft.origin == Origin::Page,
        is_missed: false,
        is_missed_by_visitor: false,
        is_bot: false,
        is_sent_via_js_api: draft.origin == Origin::Page,
        received_from: draft.received_from,
        cid: draft.cid,
        details: draft.details,
    };
    let (message, advanced) = write.record_message(place, message)?;
    // A fragment that this message ends holds only earlier ones: it is told before the chat that this message starts.
    webhooks::collect(write, place, &message, &advanced)?;
    chats::keep_going(write, place, &message, advanced)?;
    if message
        .details
        .as_ref()
        .is_some_and(|details| details.has_files())
    {
        store::files::set_seq(write.tx(), place.conversation, message.seq)?;
    }
    if message.kind == MessageKind::Visitor {
        // Who writes has seen what stands above.
        store::read_markers::set_visitor_seen(write.tx(), place.conversation, message.seq)?;
    }
    Ok(message)
}
