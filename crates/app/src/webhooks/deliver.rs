//! Deliver: lease what is due, and write down what became of it (trust 1.4).

use std::collections::BTreeMap;

use model::{
    delivery::{Attempt, DeliveryStatus, LeasedDelivery, steps_aside},
    id::EndpointNumber,
    time::{Millis, SECOND_MS},
    webhook::{DisabledReason, FAILING_MS_MAX, WebhookEndpoint},
};
use store::{webhook_deliveries, webhook_deliveries::Outcome, webhook_endpoints};

use super::{endpoint::save_wanted, tell};
use crate::{Result, Write, ids};

/// How long a worker has a delivery for itself: longer than an attempt may take, and short enough that another node
/// takes over soon.
const LEASE_MS: i64 = 30 * SECOND_MS;

/// Endpoints that are read at once.
const ENDPOINTS_AT_ONCE: i64 = 1_000;

/// Leased deliveries of one endpoint, in the order of events.
#[derive(Clone, Debug)]
pub struct Given {
    /// Where they go.
    pub endpoint: WebhookEndpoint,
    /// What goes there.
    pub deliveries: Vec<LeasedDelivery>,
}

/// What a look for due deliveries brought.
#[derive(Clone, Debug)]
pub struct Leased {
    /// What is to be sent, by endpoint.
    pub given: Vec<Given>,
    /// Until when it is leased.
    pub until: Millis,
    /// When the next one is due that is not yet.
    pub next_due_at: Option<Millis>,
}

/// Leases what is due, for each endpoint as much as there is room for. `room` is what each endpoint has left; one that is
/// not in it has `room_max`, and one that fails never more than one.
pub fn lease(
    write: &mut Write<'_, '_>,
    room: &BTreeMap<EndpointNumber, i64>,
    room_max: i64,
) -> Result<Leased> {
    let now = write.now();
    let until = now + LEASE_MS;
    let mut given = Vec::new();
    for number in list_due(write)? {
        let mut left = room.get(&number).copied().unwrap_or(room_max);
        if left <= 0 {
            continue;
        }
        let endpoint = webhook_endpoints::get(write.tx(), number)?;
        if endpoint.failing_since.is_some() {
            left = (left - room_max + 1).clamp(0, 1);
        }
        let deliveries = webhook_deliveries::lease(write.tx(), number, now, until, left)?;
        if !deliveries.is_empty() {
            given.push(Given {
                endpoint,
                deliveries,
            });
        }
    }
    Ok(Leased {
        given,
        until,
        next_due_at: webhook_deliveries::next_due_at(write.tx(), now)?,
    })
}

/// Every endpoint with something due: those that come late in the list must not wait for the stuck ones before them.
fn list_due(write: &mut Write<'_, '_>) -> Result<Vec<EndpointNumber>> {
    let (now, mut due) = (write.now(), Vec::new());
    loop {
        let after = due.last().copied().unwrap_or(EndpointNumber(0));
        let page =
            webhook_deliveries::list_due_endpoints(write.tx(), now, after, ENDPOINTS_AT_ONCE)?;
        let is_last = (page.len() as i64) < ENDPOINTS_AT_ONCE;
        due.extend(page);
        if is_last {
            return Ok(due);
        }
    }
}

/// Gives back a delivery that was leased and not tried.
pub fn give_back(write: &mut Write<'_, '_>, delivery: &LeasedDelivery) -> Result<()> {
    webhook_deliveries::release(write.tx(), delivery)?;
    Ok(())
}

/// What an attempt brought.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The attempt, as the log keeps it. Without an error the receiver took the delivery.
    pub attempt: Attempt,
    /// How long the receiver asks to be left alone, in milliseconds.
    pub retry_after_ms: Option<i64>,
}

/// Writes down what an attempt brought and decides what comes next: for the delivery, for its lane, and for the endpoint.
/// Nothing happens where the lease was lost.
pub fn finish(write: &mut Write<'_, '_>, delivery: &LeasedDelivery, answer: &Answer) -> Result<()> {
    webhook_deliveries::lock_lane(write.tx(), delivery.lane)?;
    let now = write.now();
    let outcome = decide(write, delivery, answer);
    if !webhook_deliveries::finish(write.tx(), delivery, &answer.attempt, outcome)? {
        return Ok(());
    }
    if answer.attempt.error.is_none() {
        webhook_endpoints::set_working(write.tx(), delivery.endpoint)?;
    } else {
        count_failure(write, delivery.endpoint, answer)?;
    }
    if !outcome.holds_lane {
        webhook_deliveries::promote(write.tx(), delivery.endpoint, delivery.lane, now)?;
    }
    write.wake();
    Ok(())
}

fn decide(write: &Write<'_, '_>, delivery: &LeasedDelivery, answer: &Answer) -> Outcome {
    let done = |status| Outcome {
        status,
        due_at: None,
        holds_lane: false,
    };
    let http_status = answer.attempt.http_status;
    if answer.attempt.error.is_none() {
        return done(DeliveryStatus::Delivered);
    }
    let jitter = ids::place(2_001) as f64 / 1_000.0 - 1.0;
    let schedule = write.settings().webhooks.schedule;
    let wait_ms = schedule.retry_ms(delivery.tries, http_status, answer.retry_after_ms, jitter);
    match wait_ms.filter(|_| http_status != Some(410)) {
        None => done(DeliveryStatus::Failed),
        Some(wait_ms) => Outcome {
            status: DeliveryStatus::Pending,
            due_at: Some(write.now() + wait_ms),
            holds_lane: !steps_aside(delivery.tries, http_status),
        },
    }
}

/// Notes that an endpoint failed, and disables it where it is gone or has only failed for too long.
fn count_failure(write: &mut Write<'_, '_>, number: EndpointNumber, answer: &Answer) -> Result<()> {
    let now = write.now();
    let mut endpoint = webhook_endpoints::lock(write.tx(), number)?;
    let failing_since = endpoint.failing_since.unwrap_or(now);
    let reason = if answer.attempt.http_status == Some(410) {
        Some(DisabledReason::Gone)
    } else {
        (now - failing_since >= FAILING_MS_MAX).then_some(DisabledReason::Failing)
    };
    let Some(reason) = reason.filter(|_| endpoint.is_enabled) else {
        return Ok(webhook_endpoints::set_failing(write.tx(), number, now)?);
    };
    endpoint.is_enabled = false;
    endpoint.disabled = Some((now, reason));
    endpoint.failing_since = Some(failing_since);
    webhook_endpoints::update(write.tx(), &endpoint)?;
    save_wanted(write, endpoint.organization)?;
    tell::webhook_disabled(write, &endpoint)
}
