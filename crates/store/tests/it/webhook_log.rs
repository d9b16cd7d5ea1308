//! The log of deliveries, and sending them again.

use model::{
    delivery::{Attempt, Delivery, DeliveryStatus, LeasedDelivery},
    id::{EndpointNumber, VisitorNumber, WebhookEventNumber},
    webhook::{Lane, WebhookEventKind},
};
use store::{
    Result, Tx,
    webhook_deliveries::{self, Outcome, ReplayRange},
};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, delivery, delivery_id, endpoint, organization, story, webhook_event};

both_databases!(
    deliveries_are_listed_with_their_attempts,
    a_range_is_replayed_within_its_bounds,
);

/// When leases of these tests end.
const LEASED: i64 = NOON + 60;

const DELIVERED: Outcome = Outcome {
    status: DeliveryStatus::Delivered,
    due_at: None,
    holds_lane: false,
};

/// Lanes that nobody shares: nothing waits.
fn lane(place: i64) -> Lane {
    Lane::Visitor(VisitorNumber(place))
}

fn lease(tx: &mut Tx<'_>, endpoint: EndpointNumber) -> Result<Vec<LeasedDelivery>> {
    webhook_deliveries::lease(tx, endpoint, NOON, LEASED, 100)
}

fn attempt(place: i64) -> Attempt {
    Attempt {
        at: NOON + place,
        http_status: Some(503),
        error: Some("the receiver answered 503: O'Neill 🍵".to_owned()),
        duration_ms: place,
    }
}

fn again_at(due_at: i64) -> Outcome {
    Outcome {
        status: DeliveryStatus::Pending,
        due_at: Some(due_at),
        holds_lane: true,
    }
}

fn get(tx: &mut Tx<'_>, hook: EndpointNumber, event: WebhookEventNumber) -> Result<Delivery> {
    let found = webhook_deliveries::find(tx, hook, &delivery_id(hook, event))?;
    Ok(found.expect("it was made"))
}

async fn deliveries_are_listed_with_their_attempts(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let (hook, other) = (endpoint(tx, scope, "hook")?, endpoint(tx, scope, "other")?);
        let mut made = Vec::new();
        for place in 0..4 {
            made.push(delivery(tx, scope, hook, lane(place))?);
        }
        delivery(tx, scope, other, lane(9))?;
        let leased = lease(tx, hook)?;
        let silent = Attempt {
            http_status: None,
            error: None,
            ..attempt(5)
        };
        for (place, again) in [(1, true), (2, true), (3, false)] {
            let outcome = if again { again_at(NOON) } else { DELIVERED };
            let delivery = webhook_deliveries::lease(tx, hook, LEASED, LEASED + place, 1)?;
            assert_eq!((delivery[0].event, delivery[0].tries), (made[0], place));
            webhook_deliveries::finish(tx, &delivery[0], &attempt(place), outcome)?;
        }
        webhook_deliveries::finish(tx, &leased[1], &silent, again_at(NOON + 9))?;

        let top = WebhookEventNumber(i64::MAX);
        let list = |tx: &mut Tx<'_>, status, before, limit| -> Result<Vec<WebhookEventNumber>> {
            let listed = webhook_deliveries::list(tx, hook, status, before, limit)?;
            Ok(listed.into_iter().map(|delivery| delivery.event).collect())
        };
        let [first, second, third, fourth] = made[..] else {
            panic!("four were made")
        };
        assert_eq!(list(tx, None, top, 9)?, [fourth, third, second, first]);
        assert_eq!(list(tx, None, top, 2)?, [fourth, third]);
        assert_eq!(list(tx, None, third, 9)?, [second, first]);
        let pending = Some(DeliveryStatus::Pending);
        assert_eq!(list(tx, pending, top, 9)?, [fourth, third, second]);
        let delivered = Some(DeliveryStatus::Delivered);
        assert_eq!(list(tx, delivered, top, 9)?, [first]);
        assert_eq!(list(tx, Some(DeliveryStatus::Failed), top, 9)?, []);

        let found = get(tx, hook, second)?;
        let expected = Delivery {
            event: second,
            endpoint: hook,
            id: delivery_id(hook, second),
            kind: WebhookEventKind::MessageUpdated,
            status: DeliveryStatus::Pending,
            due_at: Some(NOON + 9),
            created_at: NOON,
        };
        assert_eq!(found, expected);
        assert_eq!(webhook_deliveries::list_attempts(tx, &found, 9)?, [silent]);
        let found = get(tx, hook, first)?;
        let attempts = webhook_deliveries::list_attempts(tx, &found, 9)?;
        assert_eq!(attempts, [attempt(1), attempt(2), attempt(3)]);
        let attempts = webhook_deliveries::list_attempts(tx, &found, 2)?;
        assert_eq!(attempts, [attempt(1), attempt(2)]);
        let id = delivery_id(hook, first);
        assert_eq!(webhook_deliveries::find(tx, other, &id)?, None);
        Ok(())
    })
    .await;
}

async fn a_range_is_replayed_within_its_bounds(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let hook = endpoint(tx, scope, "hook")?;
        let other = endpoint(tx, scope, "other")?;
        let failed = Outcome {
            status: DeliveryStatus::Failed,
            ..DELIVERED
        };
        let mut made = Vec::new();
        for (place, outcome) in [
            (0, DELIVERED),
            (1, failed),
            (2, DELIVERED),
            (3, failed),
            (4, again_at(NOON + 99)),
        ] {
            let event = webhook_event(tx, scope, lane(place), NOON + place)?;
            for endpoint in [hook, other] {
                let id = delivery_id(endpoint, event);
                webhook_deliveries::insert(tx, event, endpoint, &id, lane(place), NOON)?;
                let leased = lease(tx, endpoint)?.remove(0);
                webhook_deliveries::finish(tx, &leased, &attempt(place), outcome)?;
            }
            made.push(event);
        }
        let range = ReplayRange {
            from: NOON + 1,
            until: NOON + 4,
            status: None,
            limit: 9,
        };
        let replay = |tx: &mut Tx<'_>, range| -> Result<(u64, Vec<WebhookEventNumber>)> {
            let count = webhook_deliveries::replay_range(tx, hook, range)?;
            webhook_deliveries::promote_all(tx, hook, NOON)?;
            let leased = lease(tx, hook)?;
            for delivery in &leased {
                assert_eq!(delivery.tries, 1, "the schedule begins anew");
                webhook_deliveries::finish(tx, delivery, &attempt(7), failed)?;
            }
            Ok((
                count,
                leased.into_iter().map(|delivery| delivery.event).collect(),
            ))
        };
        let only_failed = ReplayRange {
            status: Some(DeliveryStatus::Failed),
            ..range
        };
        assert_eq!(replay(tx, only_failed)?, (2, vec![made[1], made[3]]));
        let oldest = ReplayRange { limit: 2, ..range };
        assert_eq!(replay(tx, oldest)?, (2, vec![made[1], made[2]]));
        assert_eq!(replay(tx, range)?, (3, made[1..4].to_vec()));
        let everything = ReplayRange {
            from: 0,
            until: i64::MAX,
            ..range
        };
        assert_eq!(replay(tx, everything)?, (4, made[..4].to_vec()));

        let found = get(tx, hook, made[4])?;
        assert_eq!(found.due_at, Some(NOON + 99), "what is pending stays so");
        let found = get(tx, hook, made[1])?;
        let attempts = webhook_deliveries::list_attempts(tx, &found, 9)?;
        assert_eq!(attempts.len(), 5, "the log goes on");
        assert_eq!(webhook_deliveries::count_pending(tx, other)?, 1);
        Ok(())
    })
    .await;
}
