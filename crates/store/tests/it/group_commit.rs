//! What a commit promises: whoever shares one is neither harmed nor told anything too early.

use std::sync::{Arc, Mutex, atomic::Ordering, mpsc};

use model::{conversation::Conversation, event::EventKind, id::Scope};
use store::{Error, Location, Result, Tx, Verdict, conversations, events, organizations};
use testing::{
    both_databases,
    database::{TestDatabase, apart},
};
use tokio::{sync::oneshot, task::JoinSet};

use crate::{
    queue::{
        Answer, NOTHING, QUEUED, gone, hold_writer, insert, is_sqlite, left, lock, open, queue,
    },
    scene::{NOON, event, read, talk, write},
};

both_databases!(
    who_fails_or_refuses_harms_nobody_else,
    a_refusal_that_wrote_nothing_costs_the_others_nothing,
    a_failed_commit_acknowledges_nobody,
    the_feed_is_told_after_the_commit_in_order_and_before_the_answer,
    a_panic_is_an_answer_and_the_thread_lives_on,
    a_reader_neither_waits_for_a_writer_nor_sees_its_work_too_early,
    what_was_queued_is_finished_when_the_database_closes,
);

async fn who_fails_or_refuses_harms_nobody_else(database: TestDatabase) {
    let db = open(&database, drop);
    let answers = queue(&db, |tx, index| {
        if index % 5 != 4 {
            insert(tx, index)?;
        }
        match index % 5 {
            0 => Err(Error::Database("made up".to_owned())),
            1 | 4 => Ok(Verdict::Refuse("no")),
            2 if index == 7 => panic!("made up"),
            _ => Ok(Verdict::Keep(index, Vec::new())),
        }
    })
    .await;

    let mut kept = Vec::new();
    for (index, answer) in answers.into_iter().enumerate() {
        match (index % 5, answer) {
            (0, Err(Error::Database(reason))) => assert_eq!(reason, "made up"),
            (1 | 4, Ok(Err(reason))) => assert_eq!(reason, "no"),
            (2, Err(Error::Database(_))) if index == 7 => {}
            (2 | 3, Ok(Ok(value))) if value == index => kept.push(index),
            (_, other) => panic!("operation {index} was answered {other:?}"),
        }
    }
    assert_eq!(kept, [2, 3, 8, 12, 13, 17, 18]);
    assert_eq!(left(&db).await, kept);

    let statistics = db.statistics();
    let commits = statistics.commits.load(Ordering::Relaxed);
    let operations = statistics.operations.load(Ordering::Relaxed);
    if is_sqlite(&db) {
        // One for the operation that held the writer, and one for all that waited.
        assert_eq!((commits, operations), (2, 1 + QUEUED as u64));
        assert!(statistics.reruns.load(Ordering::Relaxed) > 0);
    } else {
        assert_eq!((commits, operations), (1 + kept.len() as u64, commits));
    }
    assert!(statistics.reads.load(Ordering::Relaxed) > 0);
}

async fn a_refusal_that_wrote_nothing_costs_the_others_nothing(database: TestDatabase) {
    let db = open(&database, drop);
    let answers = queue(&db, |tx, index| {
        if index % 2 == 0 {
            organizations::list(tx, 1)?;
            return Ok(Verdict::Refuse("no"));
        }
        insert(tx, index)?;
        Ok(Verdict::Keep(index, Vec::new()))
    })
    .await;

    let kept: Vec<usize> = answers
        .into_iter()
        .filter_map(|answer| answer.expect("nothing fails").ok())
        .collect();
    assert_eq!(kept.len(), QUEUED / 2);
    assert_eq!(left(&db).await, kept);
    assert_eq!(db.statistics().reruns.load(Ordering::Relaxed), 0);
}

/// Takes the conversation's next `seq` for an event.
fn record(
    tx: &mut Tx<'_>,
    scope: Scope,
    conversation: &Conversation,
) -> Result<Verdict<i64, &'static str>> {
    let seq = conversations::take_seq(tx, conversation.number, NOON)?;
    let event = event(scope, conversation, seq, EventKind::Closed);
    events::insert(tx, &event)?;
    Ok(Verdict::Keep(seq, vec![event]))
}

async fn a_failed_commit_acknowledges_nobody(database: TestDatabase) {
    // Both let a row without its parent pass until the commit.
    const DEFER: (&str, &str) = (
        "pragma defer_foreign_keys = on",
        "set constraints all deferred",
    );
    const ORPHAN: (&str, &str) = (
        "insert into group_agents (group_number, agent) values (999, 999)",
        "insert into test_orphans (parent) values (999)",
    );
    const BAD: usize = 7;
    let told = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&told);
    let db = open(&database, move |events| {
        lock(&list).extend(events.iter().map(|event| event.seq));
    });
    if let Location::Postgres(url) = database.location() {
        apart(|| {
            let mut client = postgres::Client::connect(&url, postgres::NoTls)?;
            client.batch_execute(
                "create table test_orphans (parent bigint references organizations (number) deferrable)",
            )
        })
        .expect("a table of this test");
    }
    let (scope, _, conversation) = write(&db, |tx| talk(tx, "one")).await;
    let here = conversation.clone();

    let answers = queue(&db, move |tx, index| {
        if index == BAD {
            tx.run(tx.pick(DEFER.0, DEFER.1), &[])?;
            tx.run(tx.pick(ORPHAN.0, ORPHAN.1), &[])?;
        }
        record(tx, scope, &here)
    })
    .await;

    let number = conversation.number;
    let seqs = read(&db, move |tx| events::list_seqs(tx, number, 100)).await;
    let acknowledged: Vec<i64> = answers
        .iter()
        .flatten()
        .map(|answer| answer.expect("nothing refuses"))
        .collect();
    assert!(matches!(answers[BAD], Err(Error::Database(_))));
    // On SQLite the commit was everybody's, on PostgreSQL the operation's own.
    let expected = if is_sqlite(&db) { 0 } else { QUEUED - 1 };
    assert_eq!(acknowledged.len(), expected);
    assert_eq!(seqs, acknowledged);
    assert_eq!(*lock(&told), acknowledged);

    let next = db.write(move |tx| record(tx, scope, &conversation)).await;
    let next = next.expect("the database works").expect("nothing refuses");
    assert_eq!(next, expected as i64 + 1);
    assert_eq!(lock(&told).last(), Some(&next));
}

/// What somebody else sees of a conversation's events.
fn count_from_outside(location: &Location, seq: i64) -> i64 {
    const SQL: &str = "select count(*) from events where seq = $1";
    match location {
        Location::Sqlite(path) => {
            let connection = rusqlite::Connection::open(path).expect("the file is there");
            connection.query_row(SQL, [seq], |row| row.get(0))
        }
        .expect("the events can be read"),
        Location::Postgres(url) => {
            let mut client =
                postgres::Client::connect(url, postgres::NoTls).expect("the server is there");
            let row = client.query_one(SQL, &[&seq]);
            row.expect("the events can be read").get(0)
        }
    }
}

async fn the_feed_is_told_after_the_commit_in_order_and_before_the_answer(database: TestDatabase) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let (list, location) = (Arc::clone(&told), database.location());
    let db = open(&database, move |events| {
        for event in events {
            let committed = count_from_outside(&location, event.seq);
            lock(&list).push((event.seq, committed));
        }
    });
    let (scope, _, conversation) = write(&db, |tx| talk(tx, "one")).await;
    let here = conversation.clone();

    let answers = queue(&db, move |tx, _| record(tx, scope, &here)).await;
    let expected: Vec<i64> = (1..=QUEUED as i64).collect();
    let answered: Vec<i64> = answers
        .into_iter()
        .map(|answer| answer.expect("nothing fails").expect("nothing refuses"))
        .collect();
    assert_eq!(answered, expected);
    let expected: Vec<(i64, i64)> = expected.into_iter().map(|seq| (seq, 1)).collect();
    assert_eq!(*lock(&told), expected);

    for seq in 21..30 {
        let here = conversation.clone();
        let answer = db.write(move |tx| record(tx, scope, &here)).await;
        assert!(matches!(answer, Ok(Ok(answered)) if answered == seq));
        assert_eq!(lock(&told).last(), Some(&(seq, 1)));
    }
    // What was refused is no news.
    let refused = db
        .write(move |tx| {
            record(tx, scope, &conversation)?;
            Ok(Verdict::<(), _>::Refuse("no"))
        })
        .await;
    assert!(matches!(refused, Ok(Err("no"))));
    assert_eq!(lock(&told).len(), 29);
}

async fn a_panic_is_an_answer_and_the_thread_lives_on(database: TestDatabase) {
    let db = open(&database, drop);
    let thread = |_: &mut Tx<'_>| Ok(std::thread::current().id());
    let (writer, reader) = (write(&db, thread).await, read(&db, thread).await);

    for _ in 0..2 {
        let answer: Answer<()> = db
            .write(|tx| {
                insert(tx, 1)?;
                panic!("made up")
            })
            .await;
        assert!(matches!(answer, Err(Error::Database(_))), "{answer:?}");
        let answer: Answer<()> = db.read(|_| panic!("made up")).await;
        assert!(matches!(answer, Err(Error::Database(_))), "{answer:?}");
    }

    assert_eq!(write(&db, thread).await, writer);
    assert_eq!(read(&db, thread).await, reader);
    assert_eq!(left(&db).await, NOTHING);
    write(&db, |tx| insert(tx, 2)).await;
    assert_eq!(left(&db).await, [2]);
}

async fn a_reader_neither_waits_for_a_writer_nor_sees_its_work_too_early(database: TestDatabase) {
    let db = open(&database, drop);
    let mut tasks = JoinSet::new();
    let let_go = hold_writer(&db, &mut tasks).await;
    let before = read(&db, |tx| organizations::list(tx, 9)).await;
    assert_eq!(before, []);
    let_go.send(()).expect("the writer waits");
    tasks.join_all().await;
    let after = read(&db, |tx| organizations::list(tx, 9)).await;
    assert_eq!(after.len(), 1);

    // One read sees one state, whatever is committed meanwhile.
    let (wait_for_write, written) = (Mutex::new(None), Arc::clone(&db));
    let (is_counted, counted) = oneshot::channel();
    let (is_written, wait) = mpsc::channel::<()>();
    *lock(&wait_for_write) = Some((is_counted, wait));
    let twice = read(&db, move |tx| {
        let first = organizations::list(tx, 9)?;
        if let Some((is_counted, wait)) = lock(&wait_for_write).take() {
            is_counted.send(()).expect("the writer waits");
            wait.recv().map_err(|_| gone())?;
        }
        Ok((first, organizations::list(tx, 9)?))
    });
    let meanwhile = async {
        counted.await.expect("the reader has looked once");
        write(&written, |tx| insert(tx, 1)).await;
        is_written.send(()).expect("the reader waits");
    };
    let ((first, second), ()) = tokio::join!(twice, meanwhile);
    assert_eq!((first, second), (after.clone(), after));
    assert_eq!(left(&db).await, [1]);
}

async fn what_was_queued_is_finished_when_the_database_closes(database: TestDatabase) {
    let db = open(&database, drop);
    let mut tasks = JoinSet::new();
    let let_go = hold_writer(&db, &mut tasks).await;
    for index in 0..QUEUED {
        let db = Arc::clone(&db);
        tasks.spawn(async move { write(&db, move |tx| insert(tx, index)).await });
    }
    while db.write_queue_length() < QUEUED {
        tokio::task::yield_now().await;
    }
    let_go.send(()).expect("the writer waits");
    apart(|| db.close());
    tasks.join_all().await;

    let late: Answer<()> = db.write(|_| Ok(Verdict::Refuse("no"))).await;
    assert!(matches!(late, Err(Error::Unavailable(_))), "{late:?}");
    let late: Answer<()> = db.read(|_| Ok(Verdict::Refuse("no"))).await;
    assert!(matches!(late, Err(Error::Unavailable(_))), "{late:?}");
    drop(db);
    let again = database.open();
    assert_eq!(left(&again).await, Vec::from_iter(0..QUEUED));
}
