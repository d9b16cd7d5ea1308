//! Finish a chat: when its conversation is closed, or when nothing was written for a while (contract G-7).

use model::{
    chat::missed,
    id::{ConversationNumber, OrganizationNumber, Scope},
    message::Message,
};

use crate::{Result, Write, jobs::Due, webhooks, write::Place};

/// Messages of a chat read at once.
const PAGE: i64 = 500;

/// Finishes the chat that runs in a conversation, if one does: finds out what was missed, writes it down and tells
/// webhooks. The conversation must be locked.
pub fn finish(write: &mut Write<'_, '_>, scope: Scope, number: ConversationNumber) -> Result<()> {
    let conversation = store::conversations::get(write.tx(), scope, number)?;
    if !conversation.is_chat_open {
        return Ok(());
    }
    let chat = store::chats::find(write.tx(), number, conversation.chat)?;
    let (first_seq, start_page) = chat.map_or((1, None), |chat| (chat.first_seq, chat.start_page));
    let before = store::chats::find(write.tx(), number, conversation.chat - 1)?;
    // Automatic messages before the first one of the chat belong to its transcript.
    let told_from = before.map_or(1, |chat| chat.last_seq.unwrap_or(0) + 1);
    let mut messages = list_all(write, scope, number, told_from)?;
    let own = messages.partition_point(|message| message.seq < first_seq);
    let missed = missed(&messages[own..], conversation.visitor_seen);
    for seq in &missed.by_agents {
        store::messages::mark_missed(write.tx(), number, *seq)?;
    }
    for seq in &missed.by_visitor {
        store::messages::mark_missed_by_visitor(write.tx(), number, *seq)?;
    }
    for message in &mut messages {
        message.is_missed |= missed.by_agents.contains(&message.seq);
        message.is_missed_by_visitor |= missed.by_visitor.contains(&message.seq);
    }
    let (now, count) = (write.now(), missed.by_agents.len() as i64);
    store::chats::finish(
        write.tx(),
        number,
        conversation.chat,
        now,
        conversation.head,
        count,
    )?;
    store::conversations::set_chat(write.tx(), number, conversation.chat, false)?;
    let place = Place {
        organization: scope.organization,
        conversation: number,
        conversation_id: conversation.id.clone(),
        visitor: conversation.visitor,
    };
    webhooks::cut_rest(write, &place, conversation.head)?;
    webhooks::chat_finished(write, &place, &conversation, start_page, messages, count)
}

fn list_all(
    write: &mut Write<'_, '_>,
    scope: Scope,
    number: ConversationNumber,
    first_seq: i64,
) -> Result<Vec<Message>> {
    let mut messages: Vec<Message> = Vec::new();
    loop {
        let from = messages.last().map_or(first_seq, |message| message.seq + 1);
        let page = store::messages::list_from(write.tx(), scope, number, from, PAGE)?;
        let is_last = (page.len() as i64) < PAGE;
        messages.extend(page);
        if is_last {
            return Ok(messages);
        }
    }
}

/// Finishes a chat if nothing was written for long enough; otherwise tells when to look again. The timer was set when
/// the chat started and is never moved by messages.
pub fn finish_when_idle(
    write: &mut Write<'_, '_>,
    organization: OrganizationNumber,
    number: ConversationNumber,
    chat: i64,
) -> Result<Due> {
    let scope = Scope::organization(organization);
    store::conversations::lock(write.tx(), number)?;
    let conversation = store::conversations::get(write.tx(), scope, number)?;
    let idle_at = conversation.last_message_at + write.settings().chat_idle_ms;
    if conversation.chat != chat || !conversation.is_chat_open {
        Ok(Due::Done)
    } else if idle_at > write.now() {
        Ok(Due::Again(idle_at))
    } else {
        finish(write, scope, number)?;
        Ok(Due::Done)
    }
}
