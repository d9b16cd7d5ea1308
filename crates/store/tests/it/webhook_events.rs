//! Webhook events: what happened, as it is sent.

use model::{
    delivery::{Attempt, DeliveryStatus},
    id::{EndpointNumber, VisitorNumber, WebhookEventNumber},
    webhook::Lane,
};
use store::{
    Result, Tx,
    webhook_deliveries::{self, Outcome},
    webhook_events,
};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, delivery_id, endpoint, organization, story, webhook_event};

both_databases!(
    events_are_numbered_as_they_happen_and_never_twice,
    old_events_are_forgotten_but_not_what_is_still_to_be_delivered,
);

/// Whose deliveries these are does not matter here.
const LANE: Lane = Lane::Visitor(VisitorNumber(1));

async fn events_are_numbered_as_they_happen_and_never_twice(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let mut made = Vec::new();
        for at in [NOON + 2, NOON, NOON + 1] {
            made.push(webhook_event(tx, scope, LANE, at)?);
        }
        assert!(made.is_sorted_by(|one, next| one < next), "{made:?}");
        assert_eq!(webhook_events::delete_before(tx, i64::MAX, 9)?, 3);
        // Where numbers came again, an old replay could pass for a new event.
        assert!(webhook_event(tx, scope, LANE, NOON)? > made[2]);
        Ok(())
    })
    .await;
}

/// Delivers an event to an endpoint.
fn deliver(
    tx: &mut Tx<'_>,
    event: WebhookEventNumber,
    endpoint: EndpointNumber,
    status: DeliveryStatus,
) -> Result<()> {
    let attempt = Attempt {
        at: NOON,
        http_status: Some(204),
        error: None,
        duration_ms: 1,
    };
    let outcome = Outcome {
        status,
        due_at: (status == DeliveryStatus::Pending).then_some(NOON + 99),
        holds_lane: false,
    };
    let id = delivery_id(endpoint, event);
    webhook_deliveries::insert(tx, event, endpoint, &id, LANE, NOON)?;
    let leased = webhook_deliveries::lease(tx, endpoint, NOON, NOON + 1, 9)?;
    assert_eq!(leased.len(), 1);
    assert!(webhook_deliveries::finish(
        tx, &leased[0], &attempt, outcome
    )?);
    Ok(())
}

async fn old_events_are_forgotten_but_not_what_is_still_to_be_delivered(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let (hook, other) = (endpoint(tx, scope, "hook")?, endpoint(tx, scope, "other")?);
        let mut made = Vec::new();
        for (age, status) in [
            (5, DeliveryStatus::Delivered),
            (4, DeliveryStatus::Pending),
            (3, DeliveryStatus::Failed),
            (2, DeliveryStatus::Cancelled),
            (0, DeliveryStatus::Delivered),
        ] {
            let event = webhook_event(tx, scope, LANE, NOON - age)?;
            deliver(tx, event, hook, DeliveryStatus::Delivered)?;
            deliver(tx, event, other, status)?;
            made.push(event);
        }
        // One that nobody wanted.
        webhook_event(tx, scope, LANE, NOON - 1)?;
        let left = |tx: &mut Tx<'_>| -> Result<Vec<WebhookEventNumber>> {
            let top = WebhookEventNumber(i64::MAX);
            let listed = webhook_deliveries::list(tx, hook, None, top, 9)?;
            Ok(listed.into_iter().map(|delivery| delivery.event).collect())
        };

        let first = webhook_deliveries::find(tx, hook, &delivery_id(hook, made[0]))?;
        let first = first.expect("it was made");
        assert_eq!(webhook_events::delete_before(tx, NOON - 5, 9)?, 0);
        assert_eq!(webhook_events::delete_before(tx, NOON, 1)?, 1);
        assert_eq!(left(tx)?, [made[4], made[3], made[2], made[1]]);
        assert_eq!(webhook_deliveries::list_attempts(tx, &first, 9)?, []);
        assert_eq!(webhook_events::delete_before(tx, NOON, 9)?, 3);
        assert_eq!(left(tx)?, [made[4], made[1]]);
        assert_eq!(webhook_events::delete_before(tx, NOON, 9)?, 0);

        let pending = webhook_deliveries::lease(tx, other, NOON + 99, NOON + 100, 9)?;
        assert_eq!((pending.len(), pending[0].event), (1, made[1]));
        webhook_deliveries::cancel(tx, other)?;
        assert_eq!(webhook_events::delete_before(tx, NOON, 9)?, 1);
        assert_eq!(left(tx)?, [made[4]]);
        Ok(())
    })
    .await;
}
