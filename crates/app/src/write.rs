//! The only way to change anything: a transaction that remembers what to tell the world.

use std::sync::Arc;

use model::{
    conversation::Status,
    event::{Event, EventKind},
    id::{ConversationId, ConversationNumber, OrganizationNumber, VisitorNumber},
    job::JobKind,
    message::Message,
    revocation::{Revocation, RevocationKind},
    time::{HOUR_MS, Millis},
};
use store::{Tx, conversations::Advanced, events, messages, revocations};

use crate::{Result, Settings, sealing::Sealer, webhooks, work::Calls};

/// How long it is remembered that access ended: much longer than nodes take to notice, and than their clocks differ.
const REVOCATIONS_KEPT_MS: i64 = HOUR_MS;

/// Old revocations deleted with each new one: more than come in, so that they never pile up.
const REVOCATIONS_FORGOTTEN_AT_ONCE: i64 = 4;

/// An open transaction with its time and what happened in it. Rows are locked in the order agents, visitors,
/// conversations, so that operations never wait for each other in a circle.
pub struct Write<'w, 'c> {
    tx: &'w mut Tx<'c>,
    now: Millis,
    settings: &'w Settings,
    sealer: &'w Sealer,
    events: Vec<Event>,
    calls: Calls,
}

/// A conversation that something happens in.
#[derive(Clone, Debug)]
pub struct Place {
    /// Whose.
    pub organization: OrganizationNumber,
    /// The conversation, by internal key.
    pub conversation: ConversationNumber,
    /// The conversation, by public id.
    pub conversation_id: ConversationId,
    /// With whom.
    pub visitor: VisitorNumber,
}

impl<'w, 'c> Write<'w, 'c> {
    pub(crate) fn new(
        tx: &'w mut Tx<'c>,
        now: Millis,
        settings: &'w Settings,
        sealer: &'w Sealer,
    ) -> Self {
        Self {
            tx,
            now,
            settings,
            sealer,
            events: Vec::new(),
            calls: Calls::default(),
        }
    }

    /// The transaction.
    pub fn tx(&mut self) -> &mut Tx<'c> {
        self.tx
    }

    /// The time of everything in this transaction.
    pub fn now(&self) -> Millis {
        self.now
    }

    /// The settings of this server.
    pub fn settings(&self) -> &Settings {
        self.settings
    }

    /// What seals and opens secrets.
    pub fn sealer(&self) -> &'w Sealer {
        self.sealer
    }

    /// Takes the conversation's next `seq` and writes the event there. It is told after the commit.
    pub fn record(&mut self, place: &Place, kind: EventKind) -> Result<()> {
        let seq = store::conversations::take_seq(self.tx, place.conversation, self.now)?;
        let event = event(place, seq, self.now, kind);
        events::insert(self.tx, &event)?;
        webhooks::recorded(self, place, seq, &event.kind)?;
        self.events.push(event);
        Ok(())
    }

    /// Takes the conversation's next `seq` and writes a message there: it is its own event. Tells the message with its
    /// place and time, and what the conversation was like.
    pub fn record_message(
        &mut self,
        place: &Place,
        mut message: Message,
    ) -> Result<(Arc<Message>, Advanced)> {
        let advanced = store::conversations::advance(self.tx, place.conversation, self.now)?;
        message.seq = advanced.seq;
        message.created_at = advanced.at;
        messages::insert(self.tx, &message)?;
        let message = Arc::new(message);
        self.events.push(event(
            place,
            advanced.seq,
            advanced.at,
            EventKind::Message(Arc::clone(&message)),
        ));
        Ok((message, advanced))
    }

    /// Opens or closes the conversation in the inbox, unless it is so already; tells whether it was changed.
    pub fn record_status(&mut self, place: &Place, status: Status) -> Result<bool> {
        let is_changed = store::conversations::set_status(self.tx, place.conversation, status)?;
        if is_changed {
            let kind = match status {
                Status::Open => EventKind::Reopened,
                Status::Closed => EventKind::Closed,
            };
            self.record(place, kind)?;
        }
        Ok(is_changed)
    }

    /// Notes that access ended. Every node is told after the commit, and finds out whose within seconds.
    pub fn revoke(&mut self, organization: OrganizationNumber, kind: RevocationKind) -> Result<()> {
        let revocation = Revocation {
            organization,
            kind,
            at: self.now,
        };
        revocations::delete_before(
            self.tx,
            self.now - REVOCATIONS_KEPT_MS,
            REVOCATIONS_FORGOTTEN_AT_ONCE,
        )?;
        revocations::insert(self.tx, &revocation)?;
        self.calls.for_revocation();
        Ok(())
    }

    /// Writes a job that is due at `run_at`. It is run then, not when somebody happens to look.
    pub fn call_for(
        &mut self,
        organization: OrganizationNumber,
        kind: &JobKind,
        run_at: Millis,
    ) -> Result<()> {
        store::jobs::insert(self.tx, organization, kind, run_at)?;
        self.calls.for_job(run_at);
        Ok(())
    }

    /// Has jobs looked for after the commit, as one was made due at `run_at`.
    pub(crate) fn wake_for_jobs(&mut self, run_at: Millis) {
        self.calls.for_job(run_at);
    }

    /// Has deliveries looked for after the commit, as one was made due now.
    pub fn wake(&mut self) {
        self.calls.for_delivery(self.now);
    }

    pub(crate) fn into_parts(self) -> (Vec<Event>, Calls) {
        (self.events, self.calls)
    }
}

fn event(place: &Place, seq: i64, at: Millis, kind: EventKind) -> Event {
    Event {
        organization: place.organization,
        conversation: place.conversation,
        conversation_id: place.conversation_id.clone(),
        visitor: place.visitor,
        seq,
        at,
        kind,
    }
}
