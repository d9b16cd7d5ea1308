//! Webhook events: what happened, as it is sent, once for all endpoints.

use model::{
    id::{ConversationId, OrganizationNumber, WebhookEventNumber},
    time::Millis,
    webhook::{Lane, WebhookEventKind},
};

use crate::{Result, Tx};

/// What is written about an event.
#[derive(Clone, Debug)]
pub struct NewWebhookEvent<'a> {
    /// Whose.
    pub organization: OrganizationNumber,
    /// What happened.
    pub kind: WebhookEventKind,
    /// What keeps its order.
    pub lane: Lane,
    /// The conversation it is about, and its `seq` then.
    pub place: Option<(&'a ConversationId, i64)>,
    /// What is sent.
    pub body: &'a str,
    /// When it happened.
    pub created_at: Millis,
}

/// Adds an event.
pub fn insert(tx: &mut Tx<'_>, event: &NewWebhookEvent<'_>) -> Result<WebhookEventNumber> {
    const SQL: &str = "insert into webhook_events (organization, kind, lane, conversation_id, seq, body, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7) returning number";
    let lane = event.lane.to_text();
    let parameters = [
        event.organization.into(),
        event.kind.as_str().into(),
        (&lane).into(),
        event.place.map(|(id, _)| id).into(),
        event.place.map(|(_, seq)| seq).into(),
        event.body.into(),
        event.created_at.into(),
    ];
    tx.one(SQL, &parameters, |row| row.get(0))
}

/// Deletes events from before a time with their deliveries, oldest first, at most `limit`; those that an endpoint has yet
/// to get stay. Tells how many.
pub fn delete_before(tx: &mut Tx<'_>, before: Millis, limit: i64) -> Result<u64> {
    const SQL: &str = "delete from webhook_events where number in \
        (select e.number from webhook_events e where e.created_at < $1 and not exists \
        (select 1 from webhook_deliveries d where d.event = e.number and d.status = 'pending') order by e.created_at limit $2)";
    tx.run(SQL, &[before.into(), limit.into()])
}
