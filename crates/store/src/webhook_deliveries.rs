//! Deliveries: each event on its way to each endpoint that wants it. Those of one lane are sent one after the other:
//! the first one pending holds the lane and is due, the others wait with no due time. One that stepped aside is due
//! but holds nothing.

use model::{
    delivery::{Attempt, Delivery, DeliveryStatus, LeasedDelivery},
    id::{DeliveryId, EndpointNumber, WebhookEventNumber},
    time::Millis,
    webhook::{Lane, WebhookEventKind},
};

use crate::{Error, Result, Row, Tx, value::named};

/// Locks what a lane belongs to, so that nobody joins the lane while its next one is chosen: whoever adds a delivery
/// holds the same lock, as what happened changed that row. SQLite has one writer anyway.
pub fn lock_lane(tx: &mut Tx<'_>, lane: Lane) -> Result<()> {
    const SQLITE: &str = "select $1";
    // Rows that refer to these may still be added: a message does not wait for a delivery.
    const POSTGRES_CONVERSATION: &str =
        "select number from conversations where number = $1 for no key update";
    const POSTGRES_VISITOR: &str =
        "select number from visitors where number = $1 for no key update";
    const POSTGRES_AGENT: &str = "select number from agents where number = $1 for no key update";
    const POSTGRES_ENDPOINT: &str =
        "select number from webhook_endpoints where number = $1 for no key update";
    let (sql, number) = match lane {
        Lane::Conversation(number) => (POSTGRES_CONVERSATION, number.0),
        Lane::Visitor(number) => (POSTGRES_VISITOR, number.0),
        Lane::Agent(number) => (POSTGRES_AGENT, number.0),
        Lane::Endpoint(number) => (POSTGRES_ENDPOINT, number.0),
    };
    let sql = tx.pick(SQLITE, sql);
    tx.find(sql, &[number.into()], |_| Ok(())).map(drop)
}

/// Adds a delivery of an event that just happened: due at once, or waiting where another of its lane is pending.
pub fn insert(
    tx: &mut Tx<'_>,
    event: WebhookEventNumber,
    endpoint: EndpointNumber,
    id: &DeliveryId,
    lane: Lane,
    now: Millis,
) -> Result<()> {
    const BUSY: &str = "select 1 from webhook_deliveries where endpoint = $1 and lane = $2 and status = 'pending' \
        and (holds_lane or due_at is null) limit 1";
    const SQL: &str = "insert into webhook_deliveries (event, endpoint, id, lane, status, due_at, holds_lane, leased_until, fence, tries, attempts) \
        values ($1, $2, $3, $4, 'pending', $5, $6, 0, 0, 0, 0)";
    let lane = lane.to_text();
    let is_busy = tx
        .find(BUSY, &[endpoint.into(), (&lane).into()], |_| Ok(()))?
        .is_some();
    let parameters = [
        event.into(),
        endpoint.into(),
        id.into(),
        (&lane).into(),
        (!is_busy).then_some(now).into(),
        (!is_busy).into(),
    ];
    tx.run(SQL, &parameters).map(drop)
}

/// Enabled endpoints after one with a delivery that is due at `now`, at most `limit`.
pub fn list_due_endpoints(
    tx: &mut Tx<'_>,
    now: Millis,
    after: EndpointNumber,
    limit: i64,
) -> Result<Vec<EndpointNumber>> {
    const SQL: &str = "select e.number from webhook_endpoints e where e.number > $2 and e.is_enabled and e.deleted_at is null and exists \
        (select 1 from webhook_deliveries d where d.endpoint = e.number and d.due_at <= $1 and d.leased_until <= $1) \
        order by e.number limit $3";
    let parameters = [now.into(), after.into(), limit.into()];
    tx.all(SQL, &parameters, |row| row.get(0))
}

/// When the next delivery is due after `now`; none where nothing waits for a time.
pub fn next_due_at(tx: &mut Tx<'_>, now: Millis) -> Result<Option<Millis>> {
    const SQL: &str = "select min(soonest) from (select (select min(d.due_at) from webhook_deliveries d \
        where d.endpoint = e.number and d.due_at > $1) as soonest from webhook_endpoints e where e.is_enabled and e.deleted_at is null) as endpoints";
    tx.one(SQL, &[now.into()], |row| row.get(0))
}

/// Leases what is due to an endpoint at `now`, in the order of events, at most `limit`, until `leased_until`.
pub fn lease(
    tx: &mut Tx<'_>,
    endpoint: EndpointNumber,
    now: Millis,
    leased_until: Millis,
    limit: i64,
) -> Result<Vec<LeasedDelivery>> {
    const SQLITE: &str = "update webhook_deliveries set leased_until = $3, fence = fence + 1 where endpoint = $1 and event in \
        (select event from webhook_deliveries where endpoint = $1 and due_at <= $2 and leased_until <= $2 order by due_at, event limit $4) \
        returning event, id, lane, fence, tries, \
        (select conversation_id from webhook_events e where e.number = event), (select seq from webhook_events e where e.number = event), \
        (select body from webhook_events e where e.number = event)";
    const POSTGRES: &str = "with due as materialized (select event from webhook_deliveries where endpoint = $1 and due_at <= $2 \
        and leased_until <= $2 order by due_at, event limit $4 for update skip locked) \
        update webhook_deliveries d set leased_until = $3, fence = fence + 1 from webhook_events e \
        where d.endpoint = $1 and d.event in (select event from due) and e.number = d.event \
        returning d.event, d.id, d.lane, d.fence, d.tries, e.conversation_id, e.seq, e.body";
    let sql = tx.pick(SQLITE, POSTGRES);
    let parameters = [
        endpoint.into(),
        now.into(),
        leased_until.into(),
        limit.into(),
    ];
    let mut leased = tx.all(sql, &parameters, |row| {
        Ok(LeasedDelivery {
            event: row.get(0)?,
            endpoint,
            id: row.get(1)?,
            lane: named(row, 2, Lane::parse)?,
            fence: row.get(3)?,
            tries: row.get::<i64>(4)? + 1,
            conversation_id: row.get(5)?,
            seq: row.get(6)?,
            body: row.get(7)?,
        })
    })?;
    // Neither database promises an order for what an update returns.
    leased.sort_unstable_by_key(|delivery| delivery.event);
    Ok(leased)
}

/// Gives back a delivery that was leased and not tried; false where the lease was lost.
pub fn release(tx: &mut Tx<'_>, delivery: &LeasedDelivery) -> Result<bool> {
    const SQL: &str = "update webhook_deliveries set leased_until = 0 where event = $1 and endpoint = $2 and fence = $3";
    let parameters = [
        delivery.event.into(),
        delivery.endpoint.into(),
        delivery.fence.into(),
    ];
    Ok(tx.run(SQL, &parameters)? == 1)
}

/// Ends all leases: for a start where no other worker can be alive.
pub fn release_all(tx: &mut Tx<'_>, now: Millis) -> Result<u64> {
    const SQL: &str = "update webhook_deliveries set leased_until = 0, fence = fence + 1 where due_at is not null and leased_until > $1";
    tx.run(SQL, &[now.into()])
}

/// What is to become of a delivery after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its status.
    pub status: DeliveryStatus,
    /// When it is tried again, where it is pending.
    pub due_at: Option<Millis>,
    /// Whether others of its lane go on waiting for it, where it is pending. One that stepped aside, or is sent again by
    /// itself, holds nothing whatever becomes of it: others may have its place.
    pub holds_lane: bool,
}

/// Writes down what became of a leased delivery and the attempt; false, and nothing written, where the lease was lost.
/// The lane must be locked.
pub fn finish(
    tx: &mut Tx<'_>,
    delivery: &LeasedDelivery,
    attempt: &Attempt,
    outcome: Outcome,
) -> Result<bool> {
    const SQL: &str = "update webhook_deliveries set status = $4, due_at = $5, holds_lane = (holds_lane and $6), leased_until = 0, tries = $7, attempts = attempts + 1 \
        where event = $1 and endpoint = $2 and fence = $3 and status = 'pending' returning attempts";
    const ATTEMPT: &str = "insert into webhook_attempts (event, endpoint, attempt, at, http_status, error, duration_ms) \
        values ($1, $2, $3, $4, $5, $6, $7)";
    let parameters = [
        delivery.event.into(),
        delivery.endpoint.into(),
        delivery.fence.into(),
        outcome.status.as_str().into(),
        outcome.due_at.into(),
        outcome.holds_lane.into(),
        delivery.tries.into(),
    ];
    let Some(number) = tx.find(SQL, &parameters, |row| row.get::<i64>(0))? else {
        return Ok(false);
    };
    let parameters = [
        delivery.event.into(),
        delivery.endpoint.into(),
        number.into(),
        attempt.at.into(),
        attempt.http_status.map(i64::from).into(),
        attempt.error.as_ref().into(),
        attempt.duration_ms.into(),
    ];
    tx.run(ATTEMPT, &parameters)?;
    Ok(true)
}

/// Lets the next delivery of a lane go, where nobody holds the lane: it becomes due. The lane must be locked.
pub fn promote(tx: &mut Tx<'_>, endpoint: EndpointNumber, lane: Lane, now: Millis) -> Result<()> {
    const SQL: &str = "update webhook_deliveries set due_at = $3, holds_lane = true where endpoint = $1 and status = 'pending' and event = \
        (select min(event) from webhook_deliveries where endpoint = $1 and lane = $2 and status = 'pending' and due_at is null) \
        and not exists (select 1 from webhook_deliveries where endpoint = $1 and lane = $2 and status = 'pending' and holds_lane)";
    let lane = lane.to_text();
    tx.run(SQL, &[endpoint.into(), (&lane).into(), now.into()])
        .map(drop)
}

/// The same for every lane of an endpoint, without their locks. Where a delivery that holds its lane is just being
/// finished, one of the two waits for the other, so that one of them sees what is next.
pub fn promote_all(tx: &mut Tx<'_>, endpoint: EndpointNumber, now: Millis) -> Result<()> {
    const SQLITE: &str = "update webhook_deliveries set due_at = $2, holds_lane = true where endpoint = $1 and event in \
        (select min(event) from webhook_deliveries where endpoint = $1 and status = 'pending' and (due_at is null or holds_lane) \
        group by lane having max(case when holds_lane then 1 else 0 end) = 0)";
    const POSTGRES: &str = "with held as materialized (select lane from webhook_deliveries \
        where endpoint = $1 and status = 'pending' and holds_lane for update) \
        update webhook_deliveries set due_at = $2, holds_lane = true where endpoint = $1 and status = 'pending' and due_at is null and event in \
        (select min(event) from webhook_deliveries where endpoint = $1 and status = 'pending' and due_at is null \
        and lane not in (select lane from held) group by lane)";
    let sql = tx.pick(SQLITE, POSTGRES);
    tx.run(sql, &[endpoint.into(), now.into()]).map(drop)
}

macro_rules! delivery_columns {
    () => {
        "select d.event, d.endpoint, d.id, e.kind, d.status, d.due_at, e.created_at \
        from webhook_deliveries d join webhook_events e on e.number = d.event"
    };
}

fn read(row: &Row<'_>) -> Result<Delivery> {
    Ok(Delivery {
        event: row.get(0)?,
        endpoint: row.get(1)?,
        id: row.get(2)?,
        kind: named(row, 3, WebhookEventKind::parse)?,
        status: named(row, 4, DeliveryStatus::parse)?,
        due_at: row.get(5)?,
        created_at: row.get(6)?,
    })
}

/// Deliveries to an endpoint before one, newest first, at most `limit`; all or those of one status.
pub fn list(
    tx: &mut Tx<'_>,
    endpoint: EndpointNumber,
    status: Option<DeliveryStatus>,
    before: WebhookEventNumber,
    limit: i64,
) -> Result<Vec<Delivery>> {
    const SQL: &str = concat!(
        delivery_columns!(),
        " where d.endpoint = $1 and d.event < $2 and (cast($3 as text) is null or d.status = $3) order by d.event desc limit $4"
    );
    let parameters = [
        endpoint.into(),
        before.into(),
        status.map(DeliveryStatus::as_str).into(),
        limit.into(),
    ];
    tx.all(SQL, &parameters, read)
}

/// The delivery of an id.
pub fn find(
    tx: &mut Tx<'_>,
    endpoint: EndpointNumber,
    id: &DeliveryId,
) -> Result<Option<Delivery>> {
    const SQL: &str = concat!(delivery_columns!(), " where d.endpoint = $1 and d.id = $2");
    tx.find(SQL, &[endpoint.into(), id.into()], read)
}

/// The attempts of a delivery, oldest first, at most `limit`.
pub fn list_attempts(tx: &mut Tx<'_>, delivery: &Delivery, limit: i64) -> Result<Vec<Attempt>> {
    const SQL: &str = "select at, http_status, error, duration_ms from webhook_attempts where event = $1 and endpoint = $2 order by attempt limit $3";
    let parameters = [
        delivery.event.into(),
        delivery.endpoint.into(),
        limit.into(),
    ];
    tx.all(SQL, &parameters, |row| {
        let status: Option<i64> = row.get(1)?;
        let status = status.map(u16::try_from).transpose();
        Ok(Attempt {
            at: row.get(0)?,
            http_status: status.map_err(|error| Error::Content(error.to_string()))?,
            error: row.get(2)?,
            duration_ms: row.get(3)?,
        })
    })
}

/// Which deliveries are sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplayRange {
    /// Events from this time on.
    pub from: Millis,
    /// And before this one.
    pub until: Millis,
    /// All that are not pending, or those of one status.
    pub status: Option<DeliveryStatus>,
    /// How many at most, oldest first.
    pub limit: i64,
}

/// Makes deliveries wait to be sent again, under the ids they have; tells how many. They go once [`promote_all`]
/// lets them.
pub fn replay_range(tx: &mut Tx<'_>, endpoint: EndpointNumber, range: ReplayRange) -> Result<u64> {
    const SQL: &str = "update webhook_deliveries set status = 'pending', due_at = null, holds_lane = false, leased_until = 0, fence = fence + 1, tries = 0 \
        where endpoint = $1 and event in (select d.event from webhook_deliveries d join webhook_events e on e.number = d.event \
        where d.endpoint = $1 and d.status <> 'pending' and e.created_at >= $2 and e.created_at < $3 \
        and (cast($4 as text) is null or d.status = $4) order by d.event limit $5)";
    let parameters = [
        endpoint.into(),
        range.from.into(),
        range.until.into(),
        range.status.map(DeliveryStatus::as_str).into(),
        range.limit.into(),
    ];
    tx.run(SQL, &parameters)
}

/// Sends one delivery again at once, under the id it has and beside its lane: somebody asked for just this one.
pub fn replay(tx: &mut Tx<'_>, delivery: &Delivery, now: Millis) -> Result<()> {
    const SQL: &str = "update webhook_deliveries set status = 'pending', due_at = $3, leased_until = 0, fence = fence + 1, tries = 0 \
        where event = $1 and endpoint = $2";
    let parameters = [delivery.event.into(), delivery.endpoint.into(), now.into()];
    tx.run(SQL, &parameters).map(drop)
}

/// Cancels what is pending to an endpoint; tells how many.
pub fn cancel(tx: &mut Tx<'_>, endpoint: EndpointNumber) -> Result<u64> {
    const SQL: &str = "update webhook_deliveries set status = 'cancelled', due_at = null, holds_lane = false, leased_until = 0, fence = fence + 1 \
        where endpoint = $1 and status = 'pending'";
    tx.run(SQL, &[endpoint.into()])
}

/// How many deliveries to an endpoint are pending.
pub fn count_pending(tx: &mut Tx<'_>, endpoint: EndpointNumber) -> Result<i64> {
    const SQL: &str = "select cast(count(*) as bigint) from webhook_deliveries where endpoint = $1 and status = 'pending'";
    tx.one(SQL, &[endpoint.into()], |row| row.get(0))
}
