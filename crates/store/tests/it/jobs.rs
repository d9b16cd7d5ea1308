//! Jobs: work for later, leased to one worker at a time.

use std::sync::{Mutex, mpsc};

use model::{
    id::{JobNumber, Scope},
    job::{Job, JobKind},
};
use store::{Result, Tx, jobs};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, story, talk, write};

both_databases!(
    a_job_is_leased_when_it_is_due_and_ends_once,
    a_worker_that_lost_its_lease_changes_nothing,
    jobs_are_leased_in_bounds_the_longest_due_first,
    a_lease_stays_in_bounds_where_the_planner_expects_one_job,
);

/// When leases of these tests end.
const LEASED: i64 = NOON + 60;

fn finish_chats(tx: &mut Tx<'_>, count: i64) -> Result<(Scope, Vec<JobKind>)> {
    let (scope, _, conversation) = talk(tx, "one")?;
    let kinds = (1..=count).map(|chat| JobKind::FinishChat {
        conversation: conversation.number,
        chat,
    });
    let kinds: Vec<_> = kinds.collect();
    for (index, kind) in kinds.iter().enumerate() {
        jobs::insert(tx, scope.organization, kind, NOON + index as i64)?;
    }
    Ok((scope, kinds))
}

fn lease(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<Vec<Job>> {
    let mut leased = jobs::lease(tx, now, LEASED, limit)?;
    leased.sort_by_key(|job| job.run_at);
    Ok(leased)
}

async fn a_job_is_leased_when_it_is_due_and_ends_once(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, kinds) = finish_chats(tx, 1)?;
        assert_eq!(lease(tx, NOON - 1, 10)?, []);
        let leased = lease(tx, NOON, 10)?;
        let expected = Job {
            number: leased[0].number,
            organization: scope.organization,
            kind: kinds[0].clone(),
            run_at: NOON,
            attempts: 1,
            fence: 1,
        };
        assert_eq!(leased, std::slice::from_ref(&expected));
        assert_eq!(lease(tx, LEASED - 1, 10)?, [], "somebody has it");

        assert!(jobs::put_off(
            tx,
            expected.number,
            1,
            LEASED,
            Some("O'Neill 🍵")
        )?);
        assert_eq!(lease(tx, LEASED - 1, 10)?, []);
        let again = jobs::lease(tx, LEASED, LEASED + 60, 10)?;
        let expected = Job {
            run_at: LEASED,
            attempts: 2,
            fence: 2,
            ..expected
        };
        assert_eq!(again, std::slice::from_ref(&expected));
        assert!(jobs::put_off(tx, expected.number, 2, NOON, None)?);
        let [third] = &lease(tx, NOON, 10)?[..] else {
            panic!("a job that was put off is free");
        };
        assert!(jobs::delete(tx, third.number, third.fence)?);
        assert!(!jobs::delete(tx, third.number, third.fence)?);
        assert_eq!(lease(tx, i64::MAX, 10)?, []);
        Ok(())
    })
    .await;
}

async fn a_worker_that_lost_its_lease_changes_nothing(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, kinds) = finish_chats(tx, 1)?;
        let slow = lease(tx, NOON, 1)?.remove(0);
        let quick = jobs::lease(tx, LEASED, LEASED + 60, 1)?.remove(0);
        assert_eq!((quick.number, quick.fence), (slow.number, slow.fence + 1));
        assert!(!jobs::put_off(tx, slow.number, slow.fence, NOON, None)?);
        assert!(!jobs::delete(tx, slow.number, slow.fence)?);
        assert!(jobs::delete(tx, quick.number, quick.fence)?);

        // Nor may it end a later job that happens to have the place of the first.
        jobs::insert(tx, scope.organization, &kinds[0], NOON)?;
        let next = lease(tx, NOON, 1)?.remove(0);
        assert!(!jobs::delete(tx, slow.number, slow.fence)?);
        assert!(jobs::delete(tx, next.number, next.fence)?);
        assert!(!jobs::put_off(tx, JobNumber(999), 1, NOON, None)?);
        Ok(())
    })
    .await;
}

async fn jobs_are_leased_in_bounds_the_longest_due_first(database: TestDatabase) {
    story(&database, |tx| {
        let (_, kinds) = finish_chats(tx, 5)?;
        let first = lease(tx, NOON + 3, 2)?;
        let second = lease(tx, NOON + 3, 10)?;
        let kinds_of =
            |jobs: &[Job]| -> Vec<JobKind> { jobs.iter().map(|job| job.kind.clone()).collect() };
        assert_eq!(kinds_of(&first), kinds[..2]);
        assert_eq!(kinds_of(&second), kinds[2..4]);
        assert_eq!(lease(tx, NOON + 4, 0)?, []);
        assert_eq!(kinds_of(&lease(tx, NOON + 4, 1)?), kinds[4..]);
        Ok(())
    })
    .await;
}

/// PostgreSQL would run a nested query again for every row when it expects few, and lease them all.
async fn a_lease_stays_in_bounds_where_the_planner_expects_one_job(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, kinds) = finish_chats(tx, 1)?;
        tx.run("analyze jobs", &[])?;
        for _ in 0..8 {
            jobs::insert(tx, scope.organization, &kinds[0], NOON)?;
        }
        assert_eq!(lease(tx, NOON, 2)?.len(), 2);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn two_workers_at_once_lease_different_jobs() {
    let database = TestDatabase::postgres();
    let db = database.open();
    write(&db, |tx| finish_chats(tx, 4)).await;

    // The first worker does not commit before the second has leased.
    let (first_leased, second_may) = tokio::sync::oneshot::channel();
    let (second_leased, first_may) = mpsc::channel::<()>();
    let hand = Mutex::new(Some((first_leased, first_may)));
    let first = write(&db, move |tx| {
        let leased = lease(tx, NOON + 9, 2)?;
        let hand = hand.lock().expect("one worker").take();
        let (told, wait) = hand.expect("no conflict, no second run");
        told.send(()).expect("the second worker waits");
        wait.recv().expect("the second worker tells");
        Ok(leased)
    });
    let second = async {
        second_may.await.expect("the first worker tells");
        let leased = write(&db, |tx| lease(tx, NOON + 9, 9)).await;
        second_leased.send(()).expect("the first worker waits");
        leased
    };
    let (first, second) = tokio::join!(first, second);
    let chats = |jobs: Vec<Job>| -> Vec<i64> {
        let chat = |job: Job| match job.kind {
            JobKind::FinishChat { chat, .. } => chat,
        };
        jobs.into_iter().map(chat).collect()
    };
    assert_eq!((chats(first), chats(second)), (vec![1, 2], vec![3, 4]));
}
