//! PostgreSQL: deliveries that are made, finished, replayed and cancelled at the same moment. None of them waits for ever.

use model::{
    delivery::{Attempt, DeliveryStatus, LeasedDelivery},
    id::{EndpointNumber, Scope, WebhookEventNumber},
    webhook::Lane,
};
use store::{
    Db, Result, Tx, Verdict, conversations, organizations,
    webhook_deliveries::{self, Outcome, ReplayRange},
    webhook_endpoints,
};
use testing::database::TestDatabase;

use crate::{
    conflicts::meet,
    scene::{NOON, delivery, delivery_id, endpoint, organization, read, talk, write},
};

/// When leases of these tests end.
const LEASED: i64 = NOON + 60;

/// An endpoint, and a conversation whose first delivery to it is under way.
struct Scene {
    scope: Scope,
    hook: EndpointNumber,
    lane: Lane,
    under_way: LeasedDelivery,
}

async fn under_way(db: &Db) -> Scene {
    write(db, |tx| {
        let (scope, _, conversation) = talk(tx, "one")?;
        let hook = endpoint(tx, scope, "hook")?;
        let lane = Lane::Conversation(conversation.number);
        delivery(tx, scope, hook, lane)?;
        let under_way = lease(tx, hook)?.remove(0);
        Ok(Scene {
            scope,
            hook,
            lane,
            under_way,
        })
    })
    .await
}

fn lease(tx: &mut Tx<'_>, endpoint: EndpointNumber) -> Result<Vec<LeasedDelivery>> {
    webhook_deliveries::lease(tx, endpoint, NOON, LEASED, 9)
}

/// Ends a delivery as a worker does.
fn finish(tx: &mut Tx<'_>, delivery: &LeasedDelivery) -> Result<bool> {
    let attempt = Attempt {
        at: NOON,
        http_status: Some(204),
        error: None,
        duration_ms: 1,
    };
    let outcome = Outcome {
        status: DeliveryStatus::Delivered,
        due_at: None,
        holds_lane: false,
    };
    webhook_deliveries::lock_lane(tx, delivery.lane)?;
    let is_finished = webhook_deliveries::finish(tx, delivery, &attempt, outcome)?;
    webhook_deliveries::promote(tx, delivery.endpoint, delivery.lane, NOON)?;
    Ok(is_finished)
}

/// Adds a delivery as an operation does: what happened has changed the conversation first.
fn join(
    tx: &mut Tx<'_>,
    scope: Scope,
    hook: EndpointNumber,
    lane: Lane,
) -> Result<WebhookEventNumber> {
    let Lane::Conversation(conversation) = lane else {
        panic!("the lane of a conversation")
    };
    conversations::take_seq(tx, conversation, NOON)?;
    delivery(tx, scope, hook, lane)
}

/// Sends everything again that is not pending.
fn replay_all(tx: &mut Tx<'_>, hook: EndpointNumber) -> Result<u64> {
    let range = ReplayRange {
        from: 0,
        until: i64::MAX,
        status: None,
        limit: 9,
    };
    let count = webhook_deliveries::replay_range(tx, hook, range)?;
    webhook_deliveries::promote_all(tx, hook, NOON)?;
    Ok(count)
}

/// Delivers what is due until nothing is; tells what is pending then, which must be nothing.
async fn left_waiting(db: &Db, hook: EndpointNumber) -> i64 {
    write(db, move |tx| {
        loop {
            let leased = lease(tx, hook)?;
            if leased.is_empty() {
                return webhook_deliveries::count_pending(tx, hook);
            }
            for delivery in leased {
                finish(tx, &delivery)?;
            }
        }
    })
    .await
}

#[tokio::test]
async fn whoever_joins_a_lane_and_whoever_finishes_it_see_each_other() {
    let database = TestDatabase::postgres();
    let db = database.open();
    let Scene {
        scope,
        hook,
        lane,
        under_way,
    } = under_way(&db).await;
    let (joined, is_finished) = meet(
        &db,
        move |tx| Ok(Verdict::Keep(join(tx, scope, hook, lane)?, Vec::new())),
        move |tx| finish(tx, &under_way),
    )
    .await;
    assert!(is_finished);
    let next = write(&db, move |tx| Ok(lease(tx, hook)?.remove(0))).await;
    assert_eq!(Ok(next.event), joined, "it was let go");

    let (is_finished, joined) = meet(
        &db,
        move |tx| Ok(Verdict::Keep(finish(tx, &next)?, Vec::new())),
        move |tx| join(tx, scope, hook, lane),
    )
    .await;
    assert_eq!(is_finished, Ok(true));
    let id = delivery_id(hook, joined);
    let found = read(&db, move |tx| webhook_deliveries::find(tx, hook, &id)).await;
    let due_at = found.map(|delivery| delivery.due_at);
    assert_eq!(due_at, Some(Some(NOON)), "nobody is before it");
    assert_eq!(left_waiting(&db, hook).await, 0);
}

#[tokio::test]
async fn whoever_replays_a_lane_and_whoever_finishes_it_see_each_other() {
    for is_replay_first in [true, false] {
        let database = TestDatabase::postgres();
        let db = database.open();
        let Scene {
            scope,
            hook,
            lane,
            under_way,
        } = under_way(&db).await;
        let next = write(&db, move |tx| {
            finish(tx, &under_way)?;
            join(tx, scope, hook, lane)?;
            Ok(lease(tx, hook)?.remove(0))
        })
        .await;
        let replay = move |tx: &mut Tx<'_>| replay_all(tx, hook);
        let finish = move |tx: &mut Tx<'_>| finish(tx, &next);
        let done = if is_replay_first {
            let first = move |tx: &mut Tx<'_>| Ok(Verdict::Keep(replay(tx)?, Vec::new()));
            let (count, is_finished) = meet(&db, first, finish).await;
            (count, Ok(is_finished))
        } else {
            let first = move |tx: &mut Tx<'_>| Ok(Verdict::Keep(finish(tx)?, Vec::new()));
            let (is_finished, count) = meet(&db, first, replay).await;
            (Ok(count), is_finished)
        };
        assert_eq!(done, (Ok(1), Ok(true)), "replay first: {is_replay_first}");
        let leased = write(&db, move |tx| lease(tx, hook)).await;
        assert_eq!(leased.len(), 1, "replay first: {is_replay_first}");
    }
}

#[tokio::test]
async fn nothing_is_delivered_to_an_endpoint_that_is_being_deleted() {
    let database = TestDatabase::postgres();
    let db = database.open();
    let (scope, hook, lane) = write(&db, |tx| {
        let (scope, _, conversation) = talk(tx, "one")?;
        let lane = Lane::Conversation(conversation.number);
        Ok((scope, endpoint(tx, scope, "hook")?, lane))
    })
    .await;
    let tell = move |tx: &mut Tx<'_>| {
        let enabled = webhook_endpoints::list_enabled(tx, scope.organization, 9)?;
        for (endpoint, _) in &enabled {
            join(tx, scope, *endpoint, lane)?;
        }
        Ok(enabled.len())
    };
    let delete = move |tx: &mut Tx<'_>, number| {
        webhook_endpoints::lock(tx, number)?;
        webhook_endpoints::delete(tx, number, NOON)?;
        webhook_deliveries::cancel(tx, number)
    };

    let first = move |tx: &mut Tx<'_>| Ok(Verdict::Keep(tell(tx)?, Vec::new()));
    let (told, cancelled) = meet(&db, first, move |tx| delete(tx, hook)).await;
    assert_eq!((told, cancelled), (Ok(1), 1));

    let other = write(&db, move |tx| endpoint(tx, scope, "other")).await;
    let first = move |tx: &mut Tx<'_>| Ok(Verdict::Keep(delete(tx, other)?, Vec::new()));
    let (cancelled, told) = meet(&db, first, tell).await;
    assert_eq!((cancelled, told), (Ok(0), 0));

    let last = write(&db, move |tx| endpoint(tx, scope, "last")).await;
    let first = move |tx: &mut Tx<'_>| Ok(Verdict::Keep(delete(tx, last)?, Vec::new()));
    let (_, is_kept) = meet(&db, first, move |tx| webhook_endpoints::keep(tx, last)).await;
    assert!(!is_kept, "nor is anything replayed there");
}

#[tokio::test]
async fn whoever_changes_an_endpoint_waits_for_others_but_deliveries_do_not() {
    let database = TestDatabase::postgres();
    let db = database.open();
    let Scene {
        scope, hook, lane, ..
    } = under_way(&db).await;
    let (is_changed, seen) = meet(
        &db,
        move |tx| {
            let mut endpoint = webhook_endpoints::lock(tx, hook)?;
            endpoint.description = "changed".to_owned();
            webhook_endpoints::update(tx, &endpoint)?;
            Ok(Verdict::Keep((), Vec::new()))
        },
        move |tx| webhook_endpoints::lock(tx, hook),
    )
    .await;
    assert_eq!((is_changed, seen.description.as_str()), (Ok(()), "changed"));

    let (may_join, locked) = tokio::sync::oneshot::channel();
    let (joined, may_end) = std::sync::mpsc::channel::<()>();
    let hand = std::sync::Mutex::new(Some((may_join, may_end)));
    let locking = write(&db, move |tx| {
        webhook_endpoints::lock(tx, hook)?;
        let hand = hand.lock().expect("one run").take();
        let (may_join, may_end) = hand.expect("no conflict, no second run");
        may_join.send(()).expect("somebody joins");
        may_end.recv().expect("somebody has joined");
        Ok(())
    });
    let joining = async {
        locked.await.expect("the endpoint is locked");
        write(&db, move |tx| join(tx, scope, hook, lane)).await;
        joined.send(()).expect("the lock is held");
    };
    tokio::join!(locking, joining);
}

#[tokio::test]
async fn whoever_makes_an_endpoint_sees_those_that_others_make() {
    let database = TestDatabase::postgres();
    let db = database.open();
    let scope = write(&db, |tx| organization(tx, "one")).await;
    let make = move |tx: &mut Tx<'_>, id: &str| {
        organizations::lock(tx, scope.organization)?;
        endpoint(tx, scope, id)?;
        Ok(webhook_endpoints::list(tx, scope, EndpointNumber(0), 9)?.len())
    };
    let first = move |tx: &mut Tx<'_>| Ok(Verdict::Keep(make(tx, "first")?, Vec::new()));
    let (first, second) = meet(&db, first, move |tx| make(tx, "second")).await;
    assert_eq!((first, second), (Ok(1), 2));
}
