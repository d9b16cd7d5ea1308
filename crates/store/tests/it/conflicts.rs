//! PostgreSQL: what happens when operations meet each other, and when a connection is cut.

use std::sync::{
    Arc, Barrier, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use model::{
    agent::Agent,
    id::{AgentId, ConversationId, KeyId, KeyNumber, VisitorId},
    key::{Key, KeyKind, Privileges},
};
use store::{
    Db, Error, Location, Options, Result, Tx, Verdict, agents, conversations,
    idempotent_requests::{self, Earlier},
    keys, organizations, visitors,
};
use testing::database::{TestDatabase, apart};
use tokio::sync::oneshot;

use crate::scene::{
    NOON, agent, conversation, new_agent, organization, read, talk, visitor, write,
};

#[tokio::test]
async fn operations_that_wait_for_each_other_in_a_circle_both_succeed() {
    let database = TestDatabase::postgres();
    let db = database.open();
    let [one, two] = write(&db, |tx| {
        let (scope, _, one) = talk(tx, "one")?;
        let second = visitor(tx, scope, "second")?;
        Ok([one.number, conversation(tx, scope, &second)?.number])
    })
    .await;

    let barrier = Arc::new(Barrier::new(2));
    let advance_both = |first, second| {
        let (barrier, is_first_run) = (Arc::clone(&barrier), AtomicBool::new(true));
        write(&db, move |tx| {
            let seq = conversations::take_seq(tx, first, NOON)?;
            if is_first_run.swap(false, Ordering::Relaxed) {
                barrier.wait();
            }
            Ok((seq, conversations::take_seq(tx, second, NOON)?))
        })
    };
    let (mut forth, back) = tokio::join!(advance_both(one, two), advance_both(two, one));
    if forth.0 > back.0 {
        forth = (forth.1, forth.0);
    }
    let mut seqs = [forth, back];
    seqs.sort_unstable();
    assert_eq!(seqs, [(1, 1), (2, 2)], "each ran once in the end");
    assert!(db.statistics().reruns.load(Ordering::Relaxed) >= 1);
}

#[tokio::test]
async fn a_connection_that_was_cut_while_idle_is_nobodys_failure() {
    let database = TestDatabase::postgres();
    let options = Options {
        readers: 1,
        writers: 1,
        ..database.options()
    };
    let db = apart(|| Db::open(&options, drop)).expect("a fresh database opens");
    for name in ["one", "two", "three"] {
        write(&db, move |tx| organization(tx, name)).await;
        read(&db, |tx| organizations::list(tx, 9)).await;
        let Location::Postgres(url) = database.location() else {
            panic!("a PostgreSQL database")
        };
        let cut = apart(|| {
            let mut client = postgres::Client::connect(&url, postgres::NoTls)?;
            client.query(
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity \
                where datname = current_database() and pid <> pg_backend_pid()",
                &[],
            )
        });
        assert!(cut.expect("connections are cut").len() >= 2);
    }

    write(&db, |tx| organization(tx, "four")).await;
    let found = read(&db, |tx| organizations::list(tx, 9)).await;
    assert_eq!(found.len(), 4, "each was written once");
    assert!(db.statistics().reruns.load(Ordering::Relaxed) >= 3);
}

#[tokio::test]
async fn what_went_on_after_a_failed_statement_is_not_acknowledged() {
    let database = TestDatabase::postgres();
    let db = database.open();
    write(&db, |tx| organization(tx, "one")).await;
    let answer = db
        .write(|tx| {
            organization(tx, "two")?;
            // The mistake: PostgreSQL undoes everything here, and its commit would not say so.
            drop(organization(tx, "one"));
            Ok(Verdict::<(), ()>::Keep((), Vec::new()))
        })
        .await;
    assert!(matches!(answer, Err(Error::Database(_))), "{answer:?}");
    let found = read(&db, |tx| organizations::list(tx, 9)).await;
    assert_eq!(found.len(), 1);
}

/// Runs an operation, and before its commit another one that has to wait for it; tells both answers.
pub(crate) async fn meet<T: Send + 'static, U: Send + 'static>(
    db: &Db,
    first: impl Fn(&mut Tx<'_>) -> Result<Verdict<T, ()>> + Send + 'static,
    second: impl Fn(&mut Tx<'_>) -> Result<U> + Send + 'static,
) -> (std::result::Result<T, ()>, U) {
    // Activity is seen as it was when a transaction first looked, unless that is forgotten.
    const FORGET: &str = "select pg_stat_clear_snapshot()";
    const WAITS: &str = "select 1 from pg_stat_activity \
        where datname = current_database() and wait_event_type = 'Lock'";
    let (has_run, may_run) = oneshot::channel();
    let has_run = Mutex::new(Some(has_run));
    let first = db.write(move |tx| {
        let verdict = first(tx)?;
        let has_run = has_run
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        has_run
            .expect("no second run")
            .send(())
            .expect("the second operation waits");
        while tx.find(WAITS, &[], |_| Ok(()))?.is_none() {
            tx.run(FORGET, &[])?;
        }
        Ok(verdict)
    });
    let second = async {
        may_run.await.expect("the first operation runs");
        write(db, second).await
    };
    let (first, second) = tokio::join!(first, second);
    (first.expect("the story holds"), second)
}

#[tokio::test]
async fn whoever_writes_to_a_locked_conversation_waits() {
    let database = TestDatabase::postgres();
    let db = database.open();
    let (_, _, talk) = write(&db, |tx| talk(tx, "one")).await;
    let (first, second) = meet(
        &db,
        move |tx| {
            conversations::lock(tx, talk.number)?;
            let seq = conversations::take_seq(tx, talk.number, NOON)?;
            Ok(Verdict::Keep(seq, Vec::new()))
        },
        move |tx| Ok(conversations::advance(tx, talk.number, NOON)?.seq),
    )
    .await;
    assert_eq!((first, second), (Ok(1), 2));
}

#[tokio::test]
async fn what_two_make_at_once_is_made_once() {
    let database = TestDatabase::postgres();
    let db = database.open();
    let (scope, guest) = write(&db, |tx| {
        let scope = organization(tx, "one")?;
        Ok((scope, visitor(tx, scope, "guest")?))
    })
    .await;

    let insert = move |tx: &mut Tx<'_>| {
        let id = VisitorId::known("same");
        visitors::insert(tx, scope.organization, &id, "#7b61ff", NOON)
    };
    let first = move |tx: &mut Tx<'_>| Ok(Verdict::Keep(insert(tx)?, Vec::new()));
    let (first, second) = meet(&db, first, insert).await;
    assert_eq!(first, Ok(second));

    let insert = move |tx: &mut Tx<'_>, id: &str| {
        let id = ConversationId::new(id);
        conversations::insert(tx, scope.organization, guest.number, &id, NOON)
    };
    let (first, second) = meet(
        &db,
        move |tx| Ok(Verdict::Keep(insert(tx, "first")?, Vec::new())),
        move |tx| insert(tx, "second"),
    )
    .await;
    assert_eq!(first, Ok(second));

    let insert = move |tx: &mut Tx<'_>, id: &str| {
        let made = Agent {
            id: AgentId::new(id),
            email: "same@parlour.example".to_owned(),
            ..agent(tx, scope, &format!("other-{id}"))?
        };
        agents::insert(tx, scope.organization, &new_agent(&made))
    };
    let (first, second) = meet(
        &db,
        move |tx| Ok(Verdict::Keep(insert(tx, "first")?, Vec::new())),
        move |tx| insert(tx, "second"),
    )
    .await;
    assert!(matches!((first, second), (Ok(Some(_)), None)));
}

#[tokio::test]
async fn of_two_who_take_the_same_email_the_second_is_refused_in_words() {
    let database = TestDatabase::postgres();
    let db = database.open();
    let (scope, one, two) = write(&db, |tx| {
        let scope = organization(tx, "one")?;
        Ok((
            scope,
            agent(tx, scope, "first")?,
            agent(tx, scope, "second")?,
        ))
    })
    .await;
    let rename = |agent: &Agent| Agent {
        email: "same@parlour.example".to_owned(),
        ..agent.clone()
    };
    let (one, two) = (rename(&one), rename(&two));
    let (first, second) = meet(
        &db,
        move |tx| Ok(Verdict::Keep(agents::update(tx, scope, &one)?, Vec::new())),
        move |tx| agents::update(tx, scope, &two),
    )
    .await;
    assert_eq!((first, second), (Ok(true), false));
    assert!(db.statistics().reruns.load(Ordering::Relaxed) >= 1);
}

#[tokio::test]
async fn a_repeated_request_waits_for_the_first_to_be_made_or_undone() {
    let database = TestDatabase::postgres();
    let db = database.open();
    let key = write(&db, |tx| {
        let key = Key {
            number: KeyNumber(0),
            id: KeyId::new("shop"),
            organization: organization(tx, "one")?.organization,
            kind: KeyKind::ApiKey,
            name: "Shop".to_owned(),
            hint: "wxyz".to_owned(),
            client_id: None,
            privileges: Privileges::ALL,
            created_at: NOON,
            revoked_at: None,
        };
        keys::insert(tx, &key, "hash")
    })
    .await;
    let request = |subject: &str| Earlier {
        fingerprint: "body".to_owned(),
        subject: subject.to_owned(),
    };
    let claim = move |tx: &mut Tx<'_>, text: &str, subject: &str| {
        idempotent_requests::claim(tx, key, text, &request(subject), NOON)
    };

    let (first, second) = meet(
        &db,
        move |tx| Ok(Verdict::Keep(claim(tx, "made", "first")?, Vec::new())),
        move |tx| claim(tx, "made", "second"),
    )
    .await;
    assert_eq!((first, second), (Ok(None), Some(request("first"))));

    let (first, second) = meet(
        &db,
        move |tx| {
            claim(tx, "undone", "first")?;
            Ok(Verdict::<(), ()>::Refuse(()))
        },
        move |tx| claim(tx, "undone", "second"),
    )
    .await;
    assert_eq!((first, second), (Err(()), None));
}
