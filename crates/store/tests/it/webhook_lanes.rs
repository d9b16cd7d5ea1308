//! Lanes: what keeps the order of deliveries, and lets others go past.

use model::{
    delivery::{Attempt, DeliveryStatus, LeasedDelivery},
    id::{EndpointNumber, Scope, WebhookEventNumber},
    webhook::Lane,
};
use store::{
    Result, Tx,
    webhook_deliveries::{self, Outcome, ReplayRange},
};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, agent, delivery, delivery_id, endpoint, organization, story, talk};

both_databases!(
    the_first_of_a_lane_is_due_and_the_others_wait,
    lanes_and_endpoints_do_not_wait_for_each_other,
    what_fails_holds_its_lane,
    what_steps_aside_lets_the_next_one_go,
    what_is_replayed_alone_goes_beside_its_lane,
    what_is_replayed_together_goes_in_order,
    a_replay_waits_behind_what_is_under_way,
    what_is_cancelled_holds_nothing,
);

/// When leases of these tests end.
const LEASED: i64 = NOON + 60;

/// The attempt of every delivery here.
const ATTEMPT: Attempt = Attempt {
    at: NOON,
    http_status: Some(500),
    error: None,
    duration_ms: 1,
};

const DELIVERED: Outcome = Outcome {
    status: DeliveryStatus::Delivered,
    due_at: None,
    holds_lane: false,
};

/// An endpoint, and a conversation to tell it about.
fn receiver(tx: &mut Tx<'_>) -> Result<(Scope, EndpointNumber, Lane)> {
    let (scope, _, conversation) = talk(tx, "one")?;
    let lane = Lane::Conversation(conversation.number);
    Ok((scope, endpoint(tx, scope, "hook")?, lane))
}

/// Several deliveries in a lane.
fn deliveries<const N: usize>(
    tx: &mut Tx<'_>,
    scope: Scope,
    endpoint: EndpointNumber,
    lane: Lane,
) -> Result<[WebhookEventNumber; N]> {
    let mut made = [WebhookEventNumber(0); N];
    for event in &mut made {
        *event = delivery(tx, scope, endpoint, lane)?;
    }
    Ok(made)
}

/// What is due at noon, leased.
fn lease(tx: &mut Tx<'_>, endpoint: EndpointNumber) -> Result<Vec<LeasedDelivery>> {
    webhook_deliveries::lease(tx, endpoint, NOON, LEASED, 100)
}

fn events(leased: &[LeasedDelivery]) -> Vec<WebhookEventNumber> {
    leased.iter().map(|delivery| delivery.event).collect()
}

/// Ends a delivery as a worker does.
fn finish(tx: &mut Tx<'_>, delivery: &LeasedDelivery, outcome: Outcome) -> Result<()> {
    webhook_deliveries::lock_lane(tx, delivery.lane)?;
    assert!(webhook_deliveries::finish(tx, delivery, &ATTEMPT, outcome)?);
    if !outcome.holds_lane {
        webhook_deliveries::promote(tx, delivery.endpoint, delivery.lane, NOON)?;
    }
    Ok(())
}

/// Delivers what is due, again and again; tells the events in the order of their delivery.
fn deliver_all(tx: &mut Tx<'_>, endpoint: EndpointNumber) -> Result<Vec<Vec<WebhookEventNumber>>> {
    let mut rounds = Vec::new();
    loop {
        let leased = lease(tx, endpoint)?;
        if leased.is_empty() {
            return Ok(rounds);
        }
        rounds.push(events(&leased));
        for delivery in leased {
            finish(tx, &delivery, DELIVERED)?;
        }
    }
}

fn put_off(holds_lane: bool) -> Outcome {
    Outcome {
        status: DeliveryStatus::Pending,
        due_at: Some(NOON + 10),
        holds_lane,
    }
}

/// All that is not pending, as many as there are.
fn everything() -> ReplayRange {
    ReplayRange {
        from: 0,
        until: i64::MAX,
        status: None,
        limit: 100,
    }
}

async fn the_first_of_a_lane_is_due_and_the_others_wait(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, hook, lane) = receiver(tx)?;
        let [first, second, third] = deliveries(tx, scope, hook, lane)?;
        let leased = lease(tx, hook)?;
        assert_eq!(events(&leased), [first]);
        let fourth = delivery(tx, scope, hook, lane)?;
        assert_eq!(lease(tx, hook)?.len(), 0, "one at a time");
        assert_eq!(webhook_deliveries::count_pending(tx, hook)?, 4);
        finish(tx, &leased[0], DELIVERED)?;
        assert_eq!(
            deliver_all(tx, hook)?,
            [vec![second], vec![third], vec![fourth]]
        );
        // The lane is empty again.
        let fifth = delivery(tx, scope, hook, lane)?;
        assert_eq!(deliver_all(tx, hook)?, [[fifth]]);
        assert_eq!(webhook_deliveries::count_pending(tx, hook)?, 0);
        Ok(())
    })
    .await;
}

async fn lanes_and_endpoints_do_not_wait_for_each_other(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, guest, conversation) = talk(tx, "one")?;
        let (hook, other) = (endpoint(tx, scope, "hook")?, endpoint(tx, scope, "other")?);
        let ann = agent(tx, scope, "ann")?;
        let lanes = [
            Lane::Conversation(conversation.number),
            Lane::Visitor(guest.number),
            Lane::Agent(ann.number),
            Lane::Endpoint(other),
        ];
        let mut firsts = Vec::new();
        for lane in lanes {
            webhook_deliveries::lock_lane(tx, lane)?;
            firsts.push(delivery(tx, scope, hook, lane)?);
            delivery(tx, scope, hook, lane)?;
        }
        let elsewhere = delivery(tx, scope, other, lanes[0])?;
        let leased = lease(tx, hook)?;
        assert_eq!(events(&leased), firsts);
        let leased_lanes: Vec<Lane> = leased.iter().map(|delivery| delivery.lane).collect();
        assert_eq!(leased_lanes, lanes);
        assert_eq!(events(&lease(tx, other)?), [elsewhere]);
        Ok(())
    })
    .await;
}

async fn what_fails_holds_its_lane(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, hook, lane) = receiver(tx)?;
        let [first, second] = deliveries(tx, scope, hook, lane)?;
        let leased = lease(tx, hook)?;
        finish(tx, &leased[0], put_off(true))?;
        let third = delivery(tx, scope, hook, lane)?;
        webhook_deliveries::promote(tx, hook, lane, NOON)?;
        webhook_deliveries::promote_all(tx, hook, NOON)?;
        assert_eq!(lease(tx, hook)?.len(), 0, "nobody goes past it");

        let again = webhook_deliveries::lease(tx, hook, NOON + 10, LEASED, 10)?;
        assert_eq!((events(&again), again[0].tries), (vec![first], 2));
        let failed = Outcome {
            status: DeliveryStatus::Failed,
            ..DELIVERED
        };
        finish(tx, &again[0], failed)?;
        assert_eq!(deliver_all(tx, hook)?, [[second], [third]]);
        Ok(())
    })
    .await;
}

async fn what_steps_aside_lets_the_next_one_go(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, hook, lane) = receiver(tx)?;
        let [first, second, third] = deliveries(tx, scope, hook, lane)?;
        let leased = lease(tx, hook)?;
        finish(tx, &leased[0], put_off(false))?;
        assert_eq!(deliver_all(tx, hook)?, [[second], [third]]);
        // What comes now does not wait for it either.
        let fourth = delivery(tx, scope, hook, lane)?;
        assert_eq!(deliver_all(tx, hook)?, [[fourth]]);
        let fifth = delivery(tx, scope, hook, lane)?;

        let again = webhook_deliveries::lease(tx, hook, NOON + 10, LEASED, 10)?;
        assert_eq!(events(&again), [first, fifth]);
        let sixth = delivery(tx, scope, hook, lane)?;
        // It has lost its place, whatever becomes of it.
        finish(tx, &again[0], put_off(true))?;
        assert_eq!(lease(tx, hook)?.len(), 0, "the fifth holds the lane");
        finish(tx, &again[1], DELIVERED)?;
        assert_eq!(deliver_all(tx, hook)?, [[sixth]]);
        let last = webhook_deliveries::lease(tx, hook, NOON + 10, LEASED, 10)?;
        assert_eq!((events(&last), last[0].tries), (vec![first], 3));
        finish(tx, &last[0], DELIVERED)?;
        assert_eq!(webhook_deliveries::count_pending(tx, hook)?, 0);
        Ok(())
    })
    .await;
}

async fn what_is_replayed_alone_goes_beside_its_lane(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, hook, lane) = receiver(tx)?;
        let [first, second, third, fourth] = deliveries(tx, scope, hook, lane)?;
        let done = lease(tx, hook)?;
        finish(tx, &done[0], DELIVERED)?;
        let under_way = lease(tx, hook)?;
        assert_eq!(events(&under_way), [second]);

        for event in [first, fourth] {
            let id = delivery_id(hook, event);
            let found = webhook_deliveries::find(tx, hook, &id)?.expect("a delivery");
            webhook_deliveries::replay(tx, &found, NOON)?;
        }
        let leased = lease(tx, hook)?;
        assert_eq!(events(&leased), [first, fourth]);
        for delivery in leased {
            assert_eq!(delivery.tries, 1);
            finish(tx, &delivery, DELIVERED)?;
        }
        assert_eq!(lease(tx, hook)?.len(), 0, "the second holds the lane");
        finish(tx, &under_way[0], DELIVERED)?;
        assert_eq!(deliver_all(tx, hook)?, [[third]]);

        // What is under way is sent once more, and the attempt that runs has lost.
        let [fifth, sixth] = deliveries(tx, scope, hook, lane)?;
        let under_way = lease(tx, hook)?;
        let id = delivery_id(hook, fifth);
        let found = webhook_deliveries::find(tx, hook, &id)?.expect("a delivery");
        webhook_deliveries::replay(tx, &found, NOON)?;
        let late = webhook_deliveries::finish(tx, &under_way[0], &ATTEMPT, DELIVERED)?;
        assert!(!late);
        assert_eq!(deliver_all(tx, hook)?, [[fifth], [sixth]]);
        Ok(())
    })
    .await;
}

async fn what_is_replayed_together_goes_in_order(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, hook, lane) = receiver(tx)?;
        let (_, guest, _) = talk(tx, "two")?;
        let other = Lane::Visitor(guest.number);
        let [first, second] = deliveries(tx, scope, hook, lane)?;
        let [third, fourth] = deliveries(tx, scope, hook, other)?;
        deliver_all(tx, hook)?;
        let count = webhook_deliveries::replay_range(tx, hook, everything())?;
        assert_eq!((count, lease(tx, hook)?.len()), (4, 0));
        webhook_deliveries::promote_all(tx, hook, NOON)?;
        let fifth = delivery(tx, scope, hook, lane)?;
        assert_eq!(
            deliver_all(tx, hook)?,
            [vec![first, third], vec![second, fourth], vec![fifth]]
        );
        Ok(())
    })
    .await;
}

async fn a_replay_waits_behind_what_is_under_way(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, hook, lane) = receiver(tx)?;
        let [first, second] = deliveries(tx, scope, hook, lane)?;
        deliver_all(tx, hook)?;
        let [third, fourth] = deliveries(tx, scope, hook, lane)?;
        let under_way = lease(tx, hook)?;
        assert_eq!(events(&under_way), [third]);
        let count = webhook_deliveries::replay_range(tx, hook, everything())?;
        webhook_deliveries::promote_all(tx, hook, NOON)?;
        assert_eq!((count, lease(tx, hook)?.len()), (2, 0));
        finish(tx, &under_way[0], DELIVERED)?;
        assert_eq!(deliver_all(tx, hook)?, [[first], [second], [fourth]]);
        Ok(())
    })
    .await;
}

async fn what_is_cancelled_holds_nothing(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, hook, lane) = receiver(tx)?;
        let elsewhere = organization(tx, "other")?;
        let other = endpoint(tx, elsewhere, "other")?;
        let [first, second, third] = deliveries(tx, scope, hook, lane)?;
        let foreign = delivery(tx, scope, other, lane)?;
        let done = lease(tx, hook)?;
        finish(tx, &done[0], DELIVERED)?;
        let under_way = lease(tx, hook)?;
        assert_eq!(webhook_deliveries::cancel(tx, hook)?, 2);
        assert_eq!(webhook_deliveries::cancel(tx, hook)?, 0);
        let late = webhook_deliveries::finish(tx, &under_way[0], &ATTEMPT, DELIVERED)?;
        assert!(!late, "it is too late to say that it was delivered");
        for (event, status) in [
            (first, DeliveryStatus::Delivered),
            (second, DeliveryStatus::Cancelled),
            (third, DeliveryStatus::Cancelled),
        ] {
            let id = delivery_id(hook, event);
            let found = webhook_deliveries::find(tx, hook, &id)?.expect("a delivery");
            assert_eq!((found.status, found.due_at), (status, None));
        }
        assert_eq!(webhook_deliveries::count_pending(tx, hook)?, 0);
        let fourth = delivery(tx, scope, hook, lane)?;
        assert_eq!(deliver_all(tx, hook)?, [[fourth]]);
        assert_eq!(deliver_all(tx, other)?, [[foreign]]);
        Ok(())
    })
    .await;
}
