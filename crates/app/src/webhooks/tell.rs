//! Write down what receivers are told, in the transaction of what happened: the event once, and a delivery to each
//! endpoint that wants it.

use std::collections::BTreeSet;

use model::{
    agent::Agent,
    conversation::Conversation,
    event::EventKind,
    id::{ConversationId, OrganizationNumber, Scope},
    limit::ENDPOINTS_MAX,
    message::Message,
    presence::Choice,
    visit::WebPage,
    visitor::Visitor,
    webhook::{Lane, WebhookEndpoint, WebhookEventKind, WebhookEvents},
};
use store::{
    webhook_deliveries, webhook_endpoints, webhook_events, webhook_events::NewWebhookEvent,
};

use super::{Happening, Thread};
use crate::{Result, Write, ids, write::Place};

/// Events forgotten at once when they are old.
const FORGOTTEN_AT_ONCE: i64 = 500;

/// Most messages of a transcript, and most bytes of text in them: its latest. A body must fit into a receiver's memory,
/// and dozens of them into ours.
const TRANSCRIPT_MESSAGES_MAX: usize = 5_000;
const TRANSCRIPT_BYTES_MAX: usize = 1_024 * 1_024;

/// Where and when something happened.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) organization: OrganizationNumber,
    pub(super) lane: Lane,
    pub(super) place: Option<(&'a ConversationId, i64)>,
}

impl<'a> Source<'a> {
    /// A conversation, at a `seq`.
    pub(super) fn conversation(place: &'a Place, seq: i64) -> Self {
        Self {
            organization: place.organization,
            lane: Lane::Conversation(place.conversation),
            place: Some((&place.conversation_id, seq)),
        }
    }
}

/// Tells every endpoint that wants it.
pub(super) fn tell(
    write: &mut Write<'_, '_>,
    source: Source<'_>,
    happening: &Happening,
) -> Result<()> {
    let kind = happening.kind();
    let enabled =
        webhook_endpoints::list_enabled(write.tx(), source.organization, ENDPOINTS_MAX as i64)?;
    let mut wanting = enabled
        .into_iter()
        .filter(|(_, wanted)| wanted.contains(kind))
        .peekable();
    if wanting.peek().is_none() {
        return Ok(());
    }
    let now = write.now();
    let body = write.settings().webhooks.renderer.render(happening, now);
    let event = NewWebhookEvent {
        organization: source.organization,
        kind,
        lane: source.lane,
        place: source.place,
        body: &body,
        created_at: now,
    };
    let event = webhook_events::insert(write.tx(), &event)?;
    for (endpoint, _) in wanting {
        let id = ids::delivery();
        webhook_deliveries::insert(write.tx(), event, endpoint, &id, source.lane, now)?;
    }
    write.wake();
    Ok(())
}

/// Whether any endpoint wants this kind.
pub(super) fn is_wanted(
    write: &mut Write<'_, '_>,
    organization: OrganizationNumber,
    kind: WebhookEventKind,
) -> Result<bool> {
    let wanted = store::organizations::webhook_events(write.tx(), organization)?;
    Ok(wanted.contains(kind))
}

/// The conversation of a place as receivers see it.
pub(super) fn thread(write: &mut Write<'_, '_>, place: &Place) -> Result<Thread> {
    let scope = Scope::organization(place.organization);
    Ok(Thread {
        conversation_id: Some(place.conversation_id.clone()),
        visitor: store::visitors::get(write.tx(), scope, place.visitor)?,
        channel: model::conversation::Channel::Widget,
        last_visit: store::visits::find_latest(write.tx(), scope, place.visitor)?,
    })
}

/// The agents who wrote these messages, each once, in the order of their first: receivers that look at one agent only take
/// the first for the author of the first message.
pub(super) fn authors(
    write: &mut Write<'_, '_>,
    organization: OrganizationNumber,
    messages: &[Message],
) -> Result<Vec<Agent>> {
    let scope = Scope::organization(organization);
    let mut seen = BTreeSet::new();
    let agents = messages
        .iter()
        .filter_map(|message| message.agent.as_ref().map(|agent| agent.number))
        .filter(|number| seen.insert(*number))
        .map(|number| Ok(store::agents::get(write.tx(), scope, number)?));
    agents.collect()
}

/// Whether no agent of an organization takes chats now.
pub(super) fn is_no_available_agent(
    write: &mut Write<'_, '_>,
    organization: OrganizationNumber,
) -> Result<bool> {
    let (scope, now) = (Scope::organization(organization), write.now());
    Ok(!store::agents::is_any_available(write.tx(), scope, now)?)
}

/// Tells that a message started a chat, on a page where that is known.
pub(crate) fn chat_started(
    write: &mut Write<'_, '_>,
    place: &Place,
    message: &Message,
    start_page: Option<WebPage>,
    wanted: WebhookEvents,
) -> Result<()> {
    if !wanted.contains(WebhookEventKind::ConversationStarted) {
        return Ok(());
    }
    let agents = authors(write, place.organization, std::slice::from_ref(message))?;
    let happening = Happening::Started {
        thread: thread(write, place)?,
        start_page,
        message: message.clone(),
        agent: agents.into_iter().next(),
        is_no_available_agent: is_no_available_agent(write, place.organization)?,
    };
    tell(write, Source::conversation(place, message.seq), &happening)
}

/// Tells that a chat was finished. `messages` are those since the chat before, oldest first, with what was missed.
pub(crate) fn chat_finished(
    write: &mut Write<'_, '_>,
    place: &Place,
    conversation: &Conversation,
    start_page: Option<WebPage>,
    mut messages: Vec<Message>,
    missed_messages_count: i64,
) -> Result<()> {
    if !is_wanted(
        write,
        place.organization,
        WebhookEventKind::ConversationTranscript,
    )? {
        return Ok(());
    }
    messages.retain(is_told);
    messages.drain(..first_that_fits(&messages));
    let happening = Happening::Transcript {
        thread: thread(write, place)?,
        start_page,
        agents: authors(write, place.organization, &messages)?,
        messages,
        missed_messages_count,
    };
    tell(
        write,
        Source::conversation(place, conversation.head),
        &happening,
    )
}

/// Where the latest messages begin that fit into a transcript.
fn first_that_fits(messages: &[Message]) -> usize {
    let latest = messages.iter().rev().take(TRANSCRIPT_MESSAGES_MAX);
    let fitting = latest.scan(0, |bytes, message| {
        *bytes += message.text.len();
        (*bytes <= TRANSCRIPT_BYTES_MAX).then_some(())
    });
    messages.len() - fitting.count()
}

/// Notes are between agents.
pub(super) fn is_told(message: &Message) -> bool {
    message.kind != model::message::MessageKind::Note
}

/// Tells what was recorded in a conversation besides messages.
pub(crate) fn recorded(
    write: &mut Write<'_, '_>,
    place: &Place,
    seq: i64,
    kind: &EventKind,
) -> Result<()> {
    let webhook_kind = match kind {
        EventKind::Edited(_) => WebhookEventKind::MessageUpdated,
        EventKind::Deleted(_) => WebhookEventKind::MessageDeleted,
        EventKind::Assigned(_) | EventKind::GroupChanged(_) => {
            WebhookEventKind::ConversationAssigned
        }
        EventKind::Closed => WebhookEventKind::ConversationClosed,
        EventKind::Message(_)
        | EventKind::Reopened
        | EventKind::VisitorChanged
        | EventKind::Rated { .. }
        | EventKind::Seen { .. }
        | EventKind::Hidden => return Ok(()),
    };
    if !is_wanted(write, place.organization, webhook_kind)? {
        return Ok(());
    }
    let (scope, thread) = (
        Scope::organization(place.organization),
        thread(write, place)?,
    );
    let happening = match kind {
        EventKind::Edited(message) if !is_told(message) => return Ok(()),
        EventKind::Edited(message) => Happening::MessageUpdated {
            thread,
            message: Message::clone(message),
        },
        EventKind::Deleted(id) => Happening::MessageDeleted {
            thread,
            message_id: id.clone(),
        },
        EventKind::Closed => Happening::Closed { thread },
        _ => {
            let conversation = store::conversations::get(write.tx(), scope, place.conversation)?;
            let agent = match &conversation.assignee_id {
                Some(id) => store::agents::find(write.tx(), scope, id)?,
                None => None,
            };
            Happening::Assigned {
                thread,
                agent,
                group_id: conversation.group_id,
            }
        }
    };
    tell(write, Source::conversation(place, seq), &happening)
}

/// Tells that a visitor has another e-mail address or phone number than before, and has one at all.
pub(crate) fn visitor_identified(
    write: &mut Write<'_, '_>,
    organization: OrganizationNumber,
    before: &Visitor,
    visitor: &Visitor,
    place: Option<&Place>,
) -> Result<()> {
    let is_new = |name: &str| {
        let value = visitor.attributes.get(name);
        value.is_some() && value != before.attributes.get(name)
    };
    if !(is_new("EMAIL") || is_new("SMS"))
        || !is_wanted(write, organization, WebhookEventKind::VisitorIdentified)?
    {
        return Ok(());
    }
    let scope = Scope::organization(organization);
    let happening = Happening::VisitorIdentified {
        thread: Thread {
            conversation_id: place.map(|place| place.conversation_id.clone()),
            visitor: visitor.clone(),
            channel: model::conversation::Channel::Widget,
            last_visit: store::visits::find_latest(write.tx(), scope, visitor.number)?,
        },
    };
    let source = Source {
        organization,
        lane: Lane::Visitor(visitor.number),
        place: None,
    };
    tell(write, source, &happening)
}

/// Tells that others see an agent differently now than they saw them with `before`.
pub(crate) fn agent_changed(
    write: &mut Write<'_, '_>,
    organization: OrganizationNumber,
    before: Choice,
    agent: &Agent,
) -> Result<()> {
    let status = agent.presence.status(write.now());
    if status == before || !is_wanted(write, organization, WebhookEventKind::AgentStatusChanged)? {
        return Ok(());
    }
    let happening = Happening::AgentStatusChanged {
        agent: agent.clone(),
        status,
    };
    let source = Source {
        organization,
        lane: Lane::Agent(agent.number),
        place: None,
    };
    tell(write, source, &happening)
}

/// Tells the other endpoints that one was disabled.
pub(super) fn webhook_disabled(
    write: &mut Write<'_, '_>,
    endpoint: &WebhookEndpoint,
) -> Result<()> {
    let Some((_, reason)) = endpoint.disabled else {
        return Ok(());
    };
    let happening = Happening::WebhookDisabled {
        endpoint_id: endpoint.id.clone(),
        description: endpoint.description.clone(),
        reason,
    };
    let source = Source {
        organization: endpoint.organization,
        lane: Lane::Endpoint(endpoint.number),
        place: None,
    };
    tell(write, source, &happening)
}

/// Forgets events, deliveries and attempts that are older than the log is kept. True where there may be more.
pub fn forget_old(write: &mut Write<'_, '_>) -> Result<bool> {
    let before = write.now() - write.settings().webhooks.kept_ms;
    let forgotten = webhook_events::delete_before(write.tx(), before, FORGOTTEN_AT_ONCE)?;
    Ok(forgotten >= FORGOTTEN_AT_ONCE as u64)
}
