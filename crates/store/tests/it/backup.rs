//! Copies of a database in use, and the history that begins with one.

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
};

use store::{Db, Error, Location, Verdict, backup, installation, organizations};
use testing::{
    both_databases,
    database::{TestDatabase, apart},
    server::eventually,
};

use crate::scene::{organization, read, write};

both_databases!(a_new_history_begins_once_nobody_is_in_the_old_one);

fn path_of(database: &TestDatabase) -> PathBuf {
    match database.location() {
        Location::Sqlite(path) => path,
        Location::Postgres(url) => panic!("a SQLite database, not {url}"),
    }
}

async fn a_new_history_begins_once_nobody_is_in_the_old_one(database: TestDatabase) {
    let db = database.open();
    write(&db, |tx| installation::set_epoch(tx, "old")).await;
    let begin = || apart(|| backup::begin_history(&database.location(), "new"));
    if let Location::Postgres(_) = database.location() {
        assert!(matches!(begin(), Err(Error::Unfit(text)) if text.contains("stop every node")));
    }
    apart(|| drop(db));
    // PostgreSQL notices a moment later that a connection is gone.
    eventually("the end of the connections", || begin().ok());
    let epoch = read(&database.open(), installation::find_epoch).await;
    assert_eq!(epoch.as_deref(), Some("new"));
}

/// Writes organizations named by their numbers, and tells after each how many there are.
fn write_until(db: &Db, is_done: &AtomicBool, acknowledged: impl Fn(usize)) {
    for number in 0.. {
        if is_done.load(Ordering::Relaxed) {
            return;
        }
        let written = db.write_blocking(move |tx| {
            organization(tx, &format!("{number:09}"))?;
            Ok(Verdict::<(), ()>::Keep((), Vec::new()))
        });
        written.expect("it is written").expect("nothing refuses");
        acknowledged(number + 1);
    }
}

#[test]
fn a_copy_holds_what_was_acknowledged_before_and_nothing_half_written() {
    let database = TestDatabase::sqlite();
    let db = database.open();
    let source = path_of(&database);
    let target = source.with_file_name("copy.db");
    let acknowledged = std::sync::atomic::AtomicUsize::new(0);
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            write_until(&db, &is_done, |count| {
                acknowledged.store(count, Ordering::Release);
            })
        });
        let mut before = 0;
        for _ in 0..10 {
            eventually("another write", || {
                (acknowledged.load(Ordering::Acquire) > before).then_some(())
            });
            before = acknowledged.load(Ordering::Acquire);
            let mut steps = Vec::new();
            backup::copy(&source, &target, |copied| steps.push(copied.pages)).expect("a copy");
            let copy = rusqlite::Connection::open(&target).expect("it opens");
            let ask = |sql| copy.query_row(sql, [], |row| row.get::<_, String>(0));
            assert_eq!(ask("pragma integrity_check").as_deref(), Ok("ok"));
            assert_eq!(ask("pragma journal_mode").as_deref(), Ok("delete"));
            // Whole: as many as its last one says, and not fewer than were acknowledged.
            let sql = "select cast(count(*) as text) || ' of ' || cast(max(substr(widget_id, 8)) + 1 as integer) from organizations";
            let told = ask(sql).expect("a count");
            let (count, of) = told.split_once(" of ").expect("two numbers");
            assert_eq!(count, of);
            assert!(count.parse::<usize>().expect("a number") >= before);
            assert!(steps.is_sorted());
        }
        is_done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_copy_takes_nothing_from_what_lay_there() {
    let database = TestDatabase::sqlite();
    drop(database.open());
    let source = path_of(&database);
    let target = source.with_file_name("copy.db");
    for name in ["copy.db", "copy.db-wal", "copy.db-journal", "copy.db-shm"] {
        fs::write(source.with_file_name(name), "x".repeat(9_000)).expect("a file");
    }
    backup::copy(&source, &target, |_| {}).expect("a copy");
    let names = fs::read_dir(source.parent().expect("a directory")).expect("readable");
    assert_eq!(names.count(), 2);
    assert_eq!(
        fs::metadata(&source).expect("there").len(),
        fs::metadata(&target).expect("there").len()
    );
    let missing = source.with_file_name("missing.db");
    assert!(backup::copy(&missing, &target, |_| {}).is_err());
}

#[tokio::test]
async fn a_log_that_a_crash_left_is_folded_in() {
    let database = TestDatabase::sqlite();
    let db = database.open();
    write(&db, |tx| organization(tx, "one")).await;
    let source = path_of(&database);
    // What is on disk after a crash: the file and the log.
    let crashed = TestDatabase::sqlite();
    let path = path_of(&crashed);
    fs::copy(&source, &path).expect("a copy");
    fs::copy(
        source.with_file_name("parlour.db-wal"),
        path.with_file_name("parlour.db-wal"),
    )
    .expect("a copy of the log");
    backup::fold_log(&path).expect("nobody else has it");
    let names = fs::read_dir(path.parent().expect("a directory")).expect("readable");
    assert_eq!(names.count(), 1);
    let found = read(&crashed.open(), |tx| organizations::list(tx, 9)).await;
    assert_eq!(found.len(), 1);
    assert!(
        backup::fold_log(&source).is_ok(),
        "readers do not hinder it"
    );
}
