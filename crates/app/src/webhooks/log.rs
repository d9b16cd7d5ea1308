//! The log of deliveries, and sending them again.

use model::{
    delivery::{Attempt, Delivery, DeliveryStatus},
    id::{DeliveryId, EndpointId, EndpointNumber, WebhookEventNumber},
    key::Privilege,
    time::Millis,
};
use store::{Tx, webhook_deliveries, webhook_deliveries::ReplayRange, webhook_endpoints};

use crate::{
    Actor, Error, Result, Write,
    page::{Items, Page},
};

/// Attempts shown of one delivery: more than a schedule has, as it may be replayed.
const ATTEMPTS_MAX: i64 = 100;

/// Deliveries that are sent again at once.
const REPLAYED_AT_ONCE: i64 = 10_000;

/// A delivery with its attempts.
#[derive(Clone, Debug)]
pub struct Logged {
    /// The delivery.
    pub delivery: Delivery,
    /// Its attempts, oldest first.
    pub attempts: Vec<Attempt>,
}

/// Finds an endpoint, even a deleted one: its log can still be read.
fn find_endpoint(tx: &mut Tx<'_>, actor: &Actor, id: &EndpointId) -> Result<EndpointNumber> {
    actor.require(Privilege::Configure)?;
    webhook_endpoints::find_number(tx, actor.scope(), id)?.ok_or(Error::NotFound("Webhook"))
}

/// Finds an endpoint that deliveries go to, and keeps it from being deleted meanwhile.
fn keep_endpoint(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    id: &EndpointId,
) -> Result<EndpointNumber> {
    let number = super::get(write.tx(), actor, id)?.number;
    if webhook_endpoints::keep(write.tx(), number)? {
        Ok(number)
    } else {
        Err(Error::NotFound("Webhook"))
    }
}

fn with_attempts(tx: &mut Tx<'_>, delivery: Delivery) -> Result<Logged> {
    let attempts = webhook_deliveries::list_attempts(tx, &delivery, ATTEMPTS_MAX)?;
    Ok(Logged { delivery, attempts })
}

/// A page of an endpoint's deliveries, newest first; all or those of one status.
pub fn list_deliveries(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: &EndpointId,
    status: Option<DeliveryStatus>,
    page: &Page,
) -> Result<Items<Logged>> {
    let endpoint = find_endpoint(tx, actor, id)?;
    let (limit, [before]) = (page.limit()?, page.numbers([i64::MAX])?);
    let before = WebhookEventNumber(before);
    let deliveries = webhook_deliveries::list(tx, endpoint, status, before, limit as i64 + 1)?;
    let page = Items::cut(deliveries, limit, |delivery| delivery.event.0.to_string());
    let items = page
        .items
        .into_iter()
        .map(|delivery| with_attempts(tx, delivery))
        .collect::<Result<_>>()?;
    Ok(Items {
        items,
        next_cursor: page.next_cursor,
    })
}

/// Sends a delivery again at once, whatever became of it, under the id it has.
pub fn replay(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    endpoint: &EndpointId,
    id: &DeliveryId,
) -> Result<Logged> {
    let (endpoint, now) = (keep_endpoint(write, actor, endpoint)?, write.now());
    let find = |tx: &mut Tx<'_>| {
        webhook_deliveries::find(tx, endpoint, id)?.ok_or(Error::NotFound("Delivery"))
    };
    let delivery = find(write.tx())?;
    webhook_deliveries::replay(write.tx(), &delivery, now)?;
    write.wake();
    let delivery = find(write.tx())?;
    with_attempts(write.tx(), delivery)
}

/// Which deliveries of an endpoint are sent again. One of these must be given: nobody means everything by nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Replay {
    /// Those of events from this time on.
    pub from: Option<Millis>,
    /// And before this one.
    pub until: Option<Millis>,
    /// Those of one status; all that are not pending when nothing is said.
    pub status: Option<DeliveryStatus>,
}

/// Sends an endpoint's deliveries of a time again, oldest first and in order, under the ids they have. Tells how many:
/// 10,000 at most, oldest first.
pub fn replay_range(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    id: &EndpointId,
    replay: Replay,
) -> Result<u64> {
    let endpoint = keep_endpoint(write, actor, id)?;
    if replay.status == Some(DeliveryStatus::Pending) {
        return Err(Error::Invalid(
            "status must be delivered, failed or cancelled: what is pending is sent anyway"
                .to_owned(),
        ));
    }
    if (replay.from, replay.until, replay.status) == (None, None, None) {
        return Err(Error::missing("from, to or status"));
    }
    let range = ReplayRange {
        from: replay.from.unwrap_or(0),
        until: replay.until.unwrap_or(Millis::MAX),
        status: replay.status,
        limit: REPLAYED_AT_ONCE,
    };
    if range.from >= range.until {
        return Err(Error::OutOfRange("from must be before to".to_owned()));
    }
    let now = write.now();
    let count = webhook_deliveries::replay_range(write.tx(), endpoint, range)?;
    webhook_deliveries::promote_all(write.tx(), endpoint, now)?;
    write.wake();
    Ok(count)
}
