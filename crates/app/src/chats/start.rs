//! What a new message does to the chat of its conversation.

use model::{
    chat::{Chat, Effect, effect},
    conversation::Status,
    id::Scope,
    job::JobKind,
    message::Message,
    visit::WebPage,
};
use store::conversations::Advanced;

use crate::{Result, Write, webhooks, write::Place};

/// Starts a chat where a message does that and none runs, and opens a closed conversation.
pub(crate) fn keep_going(
    write: &mut Write<'_, '_>,
    place: &Place,
    message: &Message,
    advanced: Advanced,
) -> Result<()> {
    if effect(message.kind, message.is_pushed, message.is_trigger) == Effect::None {
        return Ok(());
    }
    if !advanced.is_chat_open {
        let start_page = open_page(write, place)?;
        let chat = Chat {
            number: advanced.chat + 1,
            started_by: message.kind,
            first_seq: message.seq,
            started_at: message.created_at,
            finished_at: None,
            last_seq: None,
            missed_messages_count: 0,
            start_page: start_page.clone(),
            rating: None,
        };
        store::chats::insert(write.tx(), place.conversation, &chat)?;
        store::conversations::set_chat(write.tx(), place.conversation, chat.number, true)?;
        let job = JobKind::FinishChat {
            conversation: place.conversation,
            chat: chat.number,
        };
        let run_at = message.created_at + write.settings().chat_idle_ms;
        write.call_for(place.organization, &job, run_at)?;
        webhooks::chat_started(write, place, message, start_page, advanced.webhook_events)?;
    }
    if advanced.status == Status::Closed {
        write.record_status(place, Status::Open)?;
    }
    Ok(())
}

/// The page that the visitor is on now; none where they are on none, or were never seen on one.
fn open_page(write: &mut Write<'_, '_>, place: &Place) -> Result<Option<WebPage>> {
    let (now, scope) = (write.now(), Scope::organization(place.organization));
    let latest = store::visits::find_latest(write.tx(), scope, place.visitor)?;
    Ok(latest.and_then(|visit| visit.open_page(now)))
}
