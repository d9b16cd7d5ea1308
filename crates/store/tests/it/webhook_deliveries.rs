//! Deliveries: leased to one worker at a time.

use model::{
    delivery::{Attempt, Delivery, DeliveryStatus, LeasedDelivery},
    id::{ConversationId, DeliveryId, EndpointNumber, Scope, VisitorNumber, WebhookEventNumber},
    webhook::{Lane, WebhookEventKind},
};
use store::{
    Result, Tx,
    webhook_deliveries::{self, Outcome},
    webhook_endpoints,
    webhook_events::{self, NewWebhookEvent},
};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, delivery, delivery_id, endpoint, organization, story, talk};

both_databases!(
    a_leased_delivery_has_all_that_is_sent,
    deliveries_are_leased_in_bounds_in_the_order_of_events,
    a_lease_ends_and_whoever_had_it_changes_nothing,
    what_was_not_tried_is_given_back,
    leases_of_the_dead_end_together,
    endpoints_with_something_due_are_told,
    the_next_due_time_is_told,
);

/// When leases of these tests end.
const LEASED: i64 = NOON + 60;

/// Lanes that nobody shares: nothing waits.
fn lane(place: i64) -> Lane {
    Lane::Visitor(VisitorNumber(place))
}

/// An endpoint with deliveries that are all due at noon.
fn due(tx: &mut Tx<'_>, count: i64) -> Result<(Scope, EndpointNumber, Vec<WebhookEventNumber>)> {
    let scope = organization(tx, "one")?;
    let hook = endpoint(tx, scope, "hook")?;
    let made = (0..count).map(|place| delivery(tx, scope, hook, lane(place)));
    let made = made.collect::<Result<_>>()?;
    Ok((scope, hook, made))
}

fn lease(tx: &mut Tx<'_>, endpoint: EndpointNumber) -> Result<Vec<LeasedDelivery>> {
    webhook_deliveries::lease(tx, endpoint, NOON, LEASED, 100)
}

fn events(leased: &[LeasedDelivery]) -> Vec<WebhookEventNumber> {
    leased.iter().map(|delivery| delivery.event).collect()
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

const DELIVERED: Outcome = Outcome {
    status: DeliveryStatus::Delivered,
    due_at: None,
    holds_lane: false,
};

fn get(tx: &mut Tx<'_>, hook: EndpointNumber, event: WebhookEventNumber) -> Result<Delivery> {
    let found = webhook_deliveries::find(tx, hook, &delivery_id(hook, event))?;
    Ok(found.expect("it was made"))
}

async fn a_leased_delivery_has_all_that_is_sent(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _, conversation) = talk(tx, "one")?;
        let hook = endpoint(tx, scope, "hook")?;
        let lane = Lane::Conversation(conversation.number);
        let body = "{\"eventName\":\"messageUpdated\",\"text\":\"O'Neill 🍵\"}";
        let event = NewWebhookEvent {
            organization: scope.organization,
            kind: WebhookEventKind::MessageUpdated,
            lane,
            place: Some((&conversation.id, 7)),
            body,
            created_at: NOON - 1,
        };
        let event = webhook_events::insert(tx, &event)?;
        let id = DeliveryId::new("delivery");
        webhook_deliveries::insert(tx, event, hook, &id, lane, NOON)?;

        assert_eq!(
            webhook_deliveries::lease(tx, hook, NOON - 1, LEASED, 9)?.len(),
            0
        );
        let [leased] = &lease(tx, hook)?[..] else {
            panic!("one delivery")
        };
        assert_eq!((leased.event, leased.endpoint), (event, hook));
        assert_eq!((&leased.id, leased.lane), (&id, lane));
        assert_eq!((leased.fence, leased.tries), (1, 1));
        let conversation_id: Option<&ConversationId> = leased.conversation_id.as_ref();
        assert_eq!(
            (conversation_id, leased.seq),
            (Some(&conversation.id), Some(7))
        );
        assert_eq!(leased.body, body);
        Ok(())
    })
    .await;
}

async fn deliveries_are_leased_in_bounds_in_the_order_of_events(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, hook, made) = due(tx, 5)?;
        let other = endpoint(tx, scope, "other")?;
        let elsewhere = delivery(tx, scope, other, lane(0))?;
        let bounded = webhook_deliveries::lease(tx, hook, NOON, LEASED, 2)?;
        assert_eq!(events(&bounded), made[..2]);
        assert_eq!(
            webhook_deliveries::lease(tx, hook, NOON, LEASED, 0)?.len(),
            0
        );
        assert_eq!(events(&lease(tx, hook)?), made[2..]);
        assert_eq!(events(&lease(tx, other)?), [elsewhere]);
        Ok(())
    })
    .await;
}

async fn a_lease_ends_and_whoever_had_it_changes_nothing(database: TestDatabase) {
    story(&database, |tx| {
        let (_, hook, made) = due(tx, 1)?;
        let slow = lease(tx, hook)?.remove(0);
        assert_eq!(
            webhook_deliveries::lease(tx, hook, LEASED - 1, LEASED, 9)?.len(),
            0,
            "somebody has it"
        );
        let quick = webhook_deliveries::lease(tx, hook, LEASED, LEASED + 60, 9)?.remove(0);
        assert_eq!(
            (quick.fence, quick.tries),
            (2, 1),
            "what is not finished is no try"
        );
        assert!(!webhook_deliveries::release(tx, &slow)?);
        assert!(!webhook_deliveries::finish(
            tx,
            &slow,
            &attempt(1),
            DELIVERED
        )?);
        let found = get(tx, hook, made[0])?;
        assert_eq!(found.status, DeliveryStatus::Pending);
        assert_eq!(webhook_deliveries::list_attempts(tx, &found, 9)?, []);

        assert!(webhook_deliveries::finish(
            tx,
            &quick,
            &attempt(2),
            DELIVERED
        )?);
        assert!(!webhook_deliveries::finish(
            tx,
            &quick,
            &attempt(3),
            again_at(NOON)
        )?);
        let found = get(tx, hook, made[0])?;
        assert_eq!(
            (found.status, found.due_at),
            (DeliveryStatus::Delivered, None)
        );
        assert_eq!(
            webhook_deliveries::list_attempts(tx, &found, 9)?,
            [attempt(2)]
        );
        Ok(())
    })
    .await;
}

async fn what_was_not_tried_is_given_back(database: TestDatabase) {
    story(&database, |tx| {
        let (_, hook, made) = due(tx, 1)?;
        let leased = lease(tx, hook)?.remove(0);
        assert!(webhook_deliveries::release(tx, &leased)?);
        let again = lease(tx, hook)?.remove(0);
        assert_eq!(
            (again.event, again.fence, again.tries),
            (made[0], leased.fence + 1, 1)
        );
        assert!(!webhook_deliveries::release(tx, &leased)?);
        assert_eq!(lease(tx, hook)?.len(), 0);
        Ok(())
    })
    .await;
}

async fn leases_of_the_dead_end_together(database: TestDatabase) {
    story(&database, |tx| {
        let (_, hook, made) = due(tx, 3)?;
        let leased = webhook_deliveries::lease(tx, hook, NOON, LEASED, 2)?;
        assert_eq!(webhook_deliveries::release_all(tx, LEASED)?, 0);
        assert_eq!(webhook_deliveries::release_all(tx, NOON)?, 2);
        assert_eq!(webhook_deliveries::release_all(tx, NOON)?, 0);
        assert_eq!(events(&lease(tx, hook)?), made);
        // Whoever was not dead after all has lost them.
        for delivery in leased {
            assert!(!webhook_deliveries::finish(
                tx,
                &delivery,
                &attempt(1),
                DELIVERED
            )?);
        }
        Ok(())
    })
    .await;
}

async fn endpoints_with_something_due_are_told(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, hook, _) = due(tx, 2)?;
        let (idle, off, gone) = (
            endpoint(tx, scope, "idle")?,
            endpoint(tx, scope, "off")?,
            endpoint(tx, scope, "gone")?,
        );
        let other = endpoint(tx, scope, "other")?;
        for endpoint in [off, gone, other] {
            delivery(tx, scope, endpoint, lane(1))?;
        }
        let mut disabled = webhook_endpoints::get(tx, off)?;
        disabled.is_enabled = false;
        webhook_endpoints::update(tx, &disabled)?;
        webhook_endpoints::delete(tx, gone, NOON)?;

        let told = |tx: &mut Tx<'_>, now, limit| {
            webhook_deliveries::list_due_endpoints(tx, now, EndpointNumber(0), limit)
        };
        assert_eq!(told(tx, NOON - 1, 9)?, []);
        assert_eq!(told(tx, NOON, 9)?, [hook, other]);
        assert_eq!(told(tx, NOON, 1)?, [hook]);
        let rest = webhook_deliveries::list_due_endpoints(tx, NOON, hook, 1)?;
        assert_eq!(rest, [other]);
        webhook_deliveries::lease(tx, hook, NOON, LEASED, 1)?;
        assert_eq!(told(tx, NOON, 9)?, [hook, other], "one is left");
        lease(tx, hook)?;
        assert_eq!(told(tx, NOON, 9)?, [other]);
        assert_eq!(told(tx, LEASED, 9)?, [hook, other]);
        assert_eq!(webhook_deliveries::count_pending(tx, idle)?, 0);
        // Turned on again it gets what waited.
        disabled.is_enabled = true;
        webhook_endpoints::update(tx, &disabled)?;
        assert_eq!(told(tx, NOON, 9)?, [off, other]);
        Ok(())
    })
    .await;
}

async fn the_next_due_time_is_told(database: TestDatabase) {
    story(&database, |tx| {
        assert_eq!(webhook_deliveries::next_due_at(tx, 0)?, None);
        let (scope, hook, _) = due(tx, 2)?;
        let other = endpoint(tx, scope, "other")?;
        let next = webhook_deliveries::next_due_at;
        assert_eq!(next(tx, NOON - 1)?, Some(NOON));
        assert_eq!(next(tx, NOON)?, None);
        for (delivery, due_at) in lease(tx, hook)?.iter().zip([NOON + 20, NOON + 10]) {
            let outcome = again_at(due_at);
            webhook_deliveries::finish(tx, delivery, &attempt(1), outcome)?;
        }
        delivery(tx, scope, other, lane(1))?;
        assert_eq!(next(tx, NOON - 1)?, Some(NOON));
        assert_eq!(next(tx, NOON)?, Some(NOON + 10));
        assert_eq!(next(tx, NOON + 10)?, Some(NOON + 20));
        assert_eq!(next(tx, NOON + 20)?, None);
        webhook_endpoints::delete(tx, hook, NOON)?;
        assert_eq!(next(tx, NOON)?, None, "nobody waits for what is gone");
        Ok(())
    })
    .await;
}
