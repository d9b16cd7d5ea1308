//! What a new message does to the chat of its conversation.

use model::{
    chat::{Chat, Effect, effect},
    conversation::Status,
    job::JobKind,
    message::Message,
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
        let chat = Chat {
            number: advanced.chat + 1,
            started_by: message.kind,
            first_seq: message.seq,
            started_at: message.created_at,
            finished_at: None,
            last_seq: None,
            missed_messages_count: 0,
        };
        store::chats::insert(write.tx(), place.conversation, &chat)?;
        store::conversations::set_chat(write.tx(), place.conversation, chat.number, true)?;
        let job = JobKind::FinishChat {
            conversation: place.conversation,
            chat: chat.number,
        };
        let run_at = message.created_at + write.settings().chat_idle_ms;
        write.call_for(place.organization, &job, run_at)?;
        webhooks::chat_started(write, place, message, advanced.webhook_events)?;
    }
    if advanced.status == Status::Closed {
        write.record_status(place, Status::Open)?;
    }
    Ok(())
}
