//! Fragments: new messages of both sides, collected for a while and sent together (contract G-5). The conversation's
//! row says which messages no fragment has taken; a job looks when nobody has written for long enough. It is written
//! with the first such message and looks again when it came too early, so that later messages cost nothing.

use model::{
    id::{ConversationNumber, OrganizationNumber, Scope},
    job::JobKind,
    message::Message,
    webhook::WebhookEventKind,
};
use store::conversations::{self, Advanced, Unsent};

use super::{
    Happening,
    tell::{Source, authors, is_no_available_agent, is_told, is_wanted, tell, thread},
};
use crate::{Result, Write, jobs::Due, write::Place};

/// Most messages of a fragment: one that has as many does not wait.
const MESSAGES_MAX: i64 = 200;

/// Takes a new message into account: it joins the messages that wait, or ends their fragment and begins another where the
/// other side wrote them.
pub(crate) fn collect(
    write: &mut Write<'_, '_>,
    place: &Place,
    message: &Message,
    advanced: &Advanced,
) -> Result<()> {
    let is_wanted = advanced
        .webhook_events
        .contains(WebhookEventKind::ConversationFragment);
    if !is_wanted || !is_told(message) {
        return Ok(());
    }
    let begins = Unsent {
        seq: message.seq,
        at: message.created_at,
        by: message.kind,
    };
    match advanced.unsent {
        None => {
            conversations::set_unsent(write.tx(), place.conversation, Some(begins))?;
            let job = JobKind::SendFragment {
                conversation: place.conversation,
            };
            let run_at = message.created_at + write.settings().webhooks.fragment_silence_ms;
            write.call_for(place.organization, &job, run_at)
        }
        Some(unsent) if unsent.by != message.kind || message.seq - unsent.seq >= MESSAGES_MAX => {
            cut(write, place, unsent, message.seq - 1)?;
            // The job that waits for the fragment before waits for this one too.
            Ok(conversations::set_unsent(
                write.tx(),
                place.conversation,
                Some(begins),
            )?)
        }
        Some(_) => Ok(()),
    }
}

/// Sends what waits, before a transcript. The conversation must be locked.
pub(crate) fn cut_rest(write: &mut Write<'_, '_>, place: &Place, head: i64) -> Result<()> {
    if let Some(unsent) = conversations::unsent(write.tx(), place.conversation)? {
        cut(write, place, unsent, head)?;
        conversations::set_unsent(write.tx(), place.conversation, None)?;
    }
    Ok(())
}

/// Sends what waits in a conversation if nobody has written for long enough; otherwise tells when to look again.
pub fn send_fragment(
    write: &mut Write<'_, '_>,
    organization: OrganizationNumber,
    number: ConversationNumber,
) -> Result<Due> {
    let scope = Scope::organization(organization);
    conversations::lock(write.tx(), number)?;
    let Some(unsent) = conversations::unsent(write.tx(), number)? else {
        return Ok(Due::Done);
    };
    let conversation = conversations::get(write.tx(), scope, number)?;
    let settings = &write.settings().webhooks;
    let silent_at = conversation.last_message_at + settings.fragment_silence_ms;
    let due_at = silent_at.min(unsent.at + settings.fragment_wait_ms_max);
    if due_at > write.now() {
        return Ok(Due::Again(due_at));
    }
    let place = Place {
        organization,
        conversation: number,
        conversation_id: conversation.id,
        visitor: conversation.visitor,
    };
    cut_rest(write, &place, conversation.head)?;
    Ok(Due::Done)
}

/// Makes a fragment of the messages from the first that waits to a `seq`.
fn cut(write: &mut Write<'_, '_>, place: &Place, unsent: Unsent, last_seq: i64) -> Result<()> {
    let kind = WebhookEventKind::ConversationFragment;
    if !is_wanted(write, place.organization, kind)? {
        return Ok(());
    }
    let scope = Scope::organization(place.organization);
    let limit = last_seq - unsent.seq + 1;
    let mut messages =
        store::messages::list_from(write.tx(), scope, place.conversation, unsent.seq, limit)?;
    messages.retain(|message| is_told(message) && message.seq <= last_seq);
    let Some(last) = messages.last().map(|message| message.seq) else {
        return Ok(());
    };
    let agents = authors(write, place.organization, &messages)?;
    let happening = Happening::Fragment {
        thread: thread(write, place)?,
        messages,
        agents,
        is_no_available_agent: is_no_available_agent(write, place.organization)?,
    };
    tell(write, Source::conversation(place, last), &happening)
}
