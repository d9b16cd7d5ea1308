//! Jobs: work for later, leased to one worker at a time.

use std::sync::{Mutex, mpsc};

use model::{
    id::{JobNumber, Scope},
    job::{DeadJob, Job, JobKind, Unreadable},
};
use store::{Result, Tx, jobs};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, story, talk, write};

both_databases!(
    a_job_is_leased_when_it_is_due_and_ends_once,
    a_worker_that_lost_its_lease_changes_nothing,
    attempts_are_counted_until_a_job_is_put_off,
    a_job_that_was_not_begun_is_given_back,
    leases_of_the_dead_end_together,
    the_next_job_is_told_whenever_it_is_due,
    a_buried_job_waits_for_a_retry,
    dead_jobs_are_each_organizations_own,
    many_dead_jobs_are_listed_and_retried_in_bounds,
    a_job_of_an_unknown_kind_is_leased_as_what_it_is,
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

fn kinds_of(jobs: Vec<Job>) -> Vec<JobKind> {
    let kinds = jobs.into_iter().map(|job| job.kind);
    kinds
        .collect::<std::result::Result<_, _>>()
        .expect("known kinds")
}

async fn a_job_is_leased_when_it_is_due_and_ends_once(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, kinds) = finish_chats(tx, 1)?;
        assert_eq!(lease(tx, NOON - 1, 10)?, []);
        let leased = lease(tx, NOON, 10)?;
        let expected = Job {
            number: leased[0].number,
            organization: scope.organization,
            kind: Ok(kinds[0].clone()),
            run_at: NOON,
            attempts: 1,
            fence: 1,
            leased_until: LEASED,
        };
        assert_eq!(leased, std::slice::from_ref(&expected));
        assert_eq!(lease(tx, LEASED - 1, 10)?, [], "somebody has it");

        assert!(jobs::fail(tx, expected.number, 1, LEASED, "O'Neill 🍵")?);
        assert_eq!(lease(tx, LEASED - 1, 10)?, []);
        let again = jobs::lease(tx, LEASED, LEASED + 60, 10)?;
        let expected = Job {
            run_at: LEASED,
            attempts: 2,
            fence: 2,
            leased_until: LEASED + 60,
            ..expected
        };
        assert_eq!(again, std::slice::from_ref(&expected));
        assert!(jobs::put_off(tx, expected.number, 2, NOON)?);
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
        assert!(!jobs::put_off(tx, slow.number, slow.fence, NOON)?);
        assert!(!jobs::give_back(tx, slow.number, slow.fence, NOON)?);
        assert!(!jobs::fail(tx, slow.number, slow.fence, NOON, "late")?);
        assert!(!jobs::bury(tx, slow.number, slow.fence, NOON, "late")?);
        assert!(!jobs::delete(tx, slow.number, slow.fence)?);
        assert!(jobs::delete(tx, quick.number, quick.fence)?);

        // Nor may it end a later job that happens to have the place of the first.
        jobs::insert(tx, scope.organization, &kinds[0], NOON)?;
        let next = lease(tx, NOON, 1)?.remove(0);
        assert!(!jobs::delete(tx, slow.number, slow.fence)?);
        assert!(jobs::delete(tx, next.number, next.fence)?);
        assert!(!jobs::put_off(tx, JobNumber(999), 1, NOON)?);
        Ok(())
    })
    .await;
}

async fn attempts_are_counted_until_a_job_is_put_off(database: TestDatabase) {
    story(&database, |tx| {
        finish_chats(tx, 1)?;
        for attempts in 1..4 {
            let job = lease(tx, NOON, 1)?.remove(0);
            assert_eq!(job.attempts, attempts);
            assert!(jobs::fail(tx, job.number, job.fence, NOON, "no")?);
        }
        let job = lease(tx, NOON, 1)?.remove(0);
        assert!(jobs::put_off(tx, job.number, job.fence, NOON)?);
        assert_eq!(lease(tx, NOON, 1)?[0].attempts, 1);
        // One that dies has begun too.
        assert_eq!(lease(tx, LEASED, 1)?[0].attempts, 2);
        Ok(())
    })
    .await;
}

async fn a_job_that_was_not_begun_is_given_back(database: TestDatabase) {
    story(&database, |tx| {
        finish_chats(tx, 1)?;
        let taken = lease(tx, NOON, 1)?.remove(0);
        assert!(jobs::give_back(tx, taken.number, taken.fence, NOON)?);
        let again = lease(tx, NOON, 1)?.remove(0);
        assert_eq!((again.attempts, again.fence), (1, 2));
        assert!(jobs::give_back(tx, again.number, again.fence, NOON + 5)?);
        assert_eq!(lease(tx, NOON + 4, 1)?, []);
        assert_eq!(lease(tx, NOON + 5, 1)?[0].attempts, 1);
        Ok(())
    })
    .await;
}

async fn leases_of_the_dead_end_together(database: TestDatabase) {
    story(&database, |tx| {
        let (_, kinds) = finish_chats(tx, 3)?;
        let leased = lease(tx, NOON + 1, 10)?;
        assert_eq!(leased.len(), 2);
        assert_eq!(jobs::release_all(tx, LEASED)?, 0, "they have ended");
        assert_eq!(jobs::release_all(tx, NOON + 1)?, 2);
        assert_eq!(jobs::release_all(tx, NOON + 1)?, 0);
        let again = lease(tx, NOON + 2, 10)?;
        assert_eq!(again[0].attempts, 2, "the attempt of the dead counts");
        assert_eq!(kinds_of(again), kinds);
        // Whoever was not dead after all has lost them.
        for job in leased {
            assert!(!jobs::delete(tx, job.number, job.fence)?);
        }
        Ok(())
    })
    .await;
}

async fn the_next_job_is_told_whenever_it_is_due(database: TestDatabase) {
    story(&database, |tx| {
        assert_eq!(jobs::find_next_run_at(tx, NOON)?, None);
        finish_chats(tx, 3)?;
        assert_eq!(jobs::find_next_run_at(tx, NOON - 9)?, Some(NOON));
        assert_eq!(jobs::find_next_run_at(tx, NOON + 9)?, Some(NOON));
        let first = lease(tx, NOON, 1)?.remove(0);
        assert_eq!(jobs::find_next_run_at(tx, NOON)?, Some(NOON + 1));
        assert_eq!(
            jobs::find_next_run_at(tx, LEASED)?,
            Some(NOON),
            "its worker died"
        );
        assert!(jobs::bury(tx, first.number, first.fence, NOON, "no")?);
        assert_eq!(jobs::find_next_run_at(tx, LEASED)?, Some(NOON + 1));
        Ok(())
    })
    .await;
}

/// The first page of dead jobs.
fn list_dead(tx: &mut Tx<'_>, scope: Scope) -> Result<Vec<DeadJob>> {
    jobs::list_dead(tx, scope, (i64::MAX, JobNumber(i64::MAX)), 10)
}

async fn a_buried_job_waits_for_a_retry(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _) = finish_chats(tx, 1)?;
        let (_, _, other) = talk(tx, "two")?;
        assert_eq!(list_dead(tx, scope)?, []);
        let job = lease(tx, NOON, 1)?.remove(0);
        assert!(!jobs::retry(tx, scope, job.number, NOON)?, "it is not dead");
        assert!(jobs::bury(
            tx,
            job.number,
            job.fence,
            NOON + 7,
            "O'Neill 🍵"
        )?);
        assert_eq!(lease(tx, i64::MAX, 10)?, []);
        let [dead] = &list_dead(tx, scope)?[..] else {
            panic!("one is dead");
        };
        let conversation_id = dead.conversation_id.clone();
        assert!(conversation_id.is_some_and(|id| id != other.id));
        assert_eq!(
            (dead.number, dead.kind.as_str(), dead.attempts, dead.dead_at),
            (job.number, "finish_chat", 1, NOON + 7)
        );
        assert_eq!(dead.error.as_deref(), Some("O'Neill 🍵"));

        assert!(jobs::retry(tx, scope, job.number, NOON + 8)?);
        assert!(!jobs::retry(tx, scope, job.number, NOON + 8)?);
        assert_eq!(list_dead(tx, scope)?, []);
        assert_eq!(lease(tx, NOON + 7, 10)?, []);
        let again = lease(tx, NOON + 8, 10)?.remove(0);
        assert_eq!((again.number, again.attempts), (job.number, 1));
        Ok(())
    })
    .await;
}

async fn dead_jobs_are_each_organizations_own(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _) = finish_chats(tx, 2)?;
        let (other, _, _) = talk(tx, "two")?;
        assert_eq!(jobs::count_dead(tx)?, []);
        for job in lease(tx, NOON + 1, 2)? {
            assert!(jobs::bury(tx, job.number, job.fence, NOON, "no")?);
            assert!(!jobs::retry(tx, other, job.number, NOON)?);
        }
        assert_eq!(list_dead(tx, other)?, []);
        assert_eq!(jobs::retry_all(tx, other, NOON, 10)?, 0);
        assert_eq!(list_dead(tx, scope)?.len(), 2);
        assert_eq!(jobs::count_dead(tx)?, [("finish_chat".to_owned(), 2)]);
        Ok(())
    })
    .await;
}

async fn many_dead_jobs_are_listed_and_retried_in_bounds(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _) = finish_chats(tx, 5)?;
        // Two die at the same moment.
        for (job, dead_at) in lease(tx, NOON + 9, 5)?
            .into_iter()
            .zip([10, 11, 12, 12, 13])
        {
            assert!(jobs::bury(tx, job.number, job.fence, dead_at, "no")?);
        }
        let mut before = (i64::MAX, JobNumber(i64::MAX));
        let mut seen = Vec::new();
        while let Some(job) = jobs::list_dead(tx, scope, before, 1)?.pop() {
            before = (job.dead_at, job.number);
            seen.push(before);
        }
        let all = list_dead(tx, scope)?.into_iter();
        assert_eq!(
            seen,
            all.map(|job| (job.dead_at, job.number)).collect::<Vec<_>>()
        );
        assert_eq!(
            seen.iter().map(|job| job.0).collect::<Vec<_>>(),
            [13, 12, 12, 11, 10]
        );

        assert_eq!(jobs::retry_all(tx, scope, NOON, 2)?, 2);
        let left = list_dead(tx, scope)?.into_iter().map(|job| job.dead_at);
        assert_eq!(left.collect::<Vec<_>>(), [13, 12, 12]);
        assert_eq!(lease(tx, NOON, 10)?.len(), 2);
        assert_eq!(jobs::retry_all(tx, scope, NOON, 10)?, 3);
        assert_eq!(jobs::retry_all(tx, scope, NOON, 10)?, 0);
        Ok(())
    })
    .await;
}

async fn a_job_of_an_unknown_kind_is_leased_as_what_it_is(database: TestDatabase) {
    story(&database, |tx| {
        let (_, kinds) = finish_chats(tx, 3)?;
        tx.run(
            "update jobs set kind = 'brew_tea' where run_at = $1",
            &[NOON.into()],
        )?;
        tx.run(
            "update jobs set payload = 'x' where run_at = $1",
            &[(NOON + 1).into()],
        )?;
        let leased = lease(tx, NOON + 2, 10)?.into_iter().map(|job| job.kind);
        assert_eq!(
            leased.collect::<Vec<_>>(),
            [
                Err(Unreadable::Kind("brew_tea".to_owned())),
                Err(Unreadable::Content("finish_chat")),
                Ok(kinds[2].clone()),
            ]
        );
        Ok(())
    })
    .await;
}

async fn jobs_are_leased_in_bounds_the_longest_due_first(database: TestDatabase) {
    story(&database, |tx| {
        let (_, kinds) = finish_chats(tx, 5)?;
        let first = lease(tx, NOON + 3, 2)?;
        let second = lease(tx, NOON + 3, 10)?;
        assert_eq!(kinds_of(first), kinds[..2]);
        assert_eq!(kinds_of(second), kinds[2..4]);
        assert_eq!(lease(tx, NOON + 4, 0)?, []);
        assert_eq!(kinds_of(lease(tx, NOON + 4, 1)?), kinds[4..]);
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
    let (_, kinds) = write(&db, |tx| finish_chats(tx, 4)).await;

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
    assert_eq!(kinds_of(first), kinds[..2]);
    assert_eq!(kinds_of(second), kinds[2..]);
}
