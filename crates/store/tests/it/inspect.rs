//! Looking at a database without touching it.

use std::{fs, time::Duration};

use store::{
    Error, Location,
    inspect::{Checked, Depth, Inspector},
    migrate, organizations,
};
use testing::{
    both_databases,
    database::{TestDatabase, apart},
};

use crate::scene::{organization, write};

both_databases!(a_database_is_looked_at_and_left_as_it_was);

async fn a_database_is_looked_at_and_left_as_it_was(database: TestDatabase) {
    let db = database.open();
    write(&db, |tx| organization(tx, "one")).await;
    let look = || {
        let mut inspector = Inspector::open(&database.location()).expect("it opens");
        let schema = inspector.read(|tx| {
            assert_eq!(migrate::find_schema(tx)?, Some(migrate::version()));
            Ok(())
        });
        schema.expect("an answer");
        let found = inspector.read(|tx| organizations::list(tx, 9));
        assert_eq!(found.expect("an answer").len(), 1);
        let settings = inspector.settings().expect("an answer");
        assert!(
            settings.iter().all(|(_, _, is_safe)| *is_safe),
            "{settings:?}"
        );
        let version = inspector.version().expect("an answer");
        assert!(version.starts_with("SQLite 3.") || version.starts_with("PostgreSQL 1"));
        let checked = inspector.check(Depth::Whole, Duration::MAX);
        assert_eq!(checked.expect("an answer"), Checked::Sound);
        let written = inspector.read(|tx| organization(tx, "two").map(drop));
        assert!(written.is_err(), "it could be written");
    };
    // While others use it, and while nobody does.
    apart(look);
    apart(|| drop(db));
    apart(look);
    if let Location::Sqlite(path) = database.location() {
        let names = fs::read_dir(path.parent().expect("a directory")).expect("readable");
        assert_eq!(names.count(), 1, "something was left beside the file");
    }
}

#[test]
fn what_is_not_ours_has_no_schema() {
    let database = TestDatabase::sqlite();
    let Location::Sqlite(path) = database.location() else {
        panic!("a SQLite database");
    };
    assert!(matches!(
        Inspector::open(&database.location()),
        Err(Error::Database(_))
    ));
    assert!(!path.exists(), "a database was made");
    let other = rusqlite::Connection::open(&path).expect("a new file");
    for sql in [
        "create table notes (text)",
        "create table migrations (version bigint, name text)",
        "insert into migrations values (1, 'of another program')",
    ] {
        other.execute_batch(sql).expect(sql);
        let mut inspector = Inspector::open(&database.location()).expect("it opens");
        let schema = inspector.read(migrate::find_schema);
        assert_eq!(schema.expect("an answer"), None, "{sql}");
    }
}

#[test]
fn a_damaged_page_is_found_and_a_check_ends_in_time() {
    let database = TestDatabase::sqlite();
    drop(database.open());
    let Location::Sqlite(path) = database.location() else {
        panic!("a SQLite database");
    };
    rusqlite::Connection::open(&path)
        .expect("it opens")
        .execute_batch(
            "with recursive rows (number) as (select 1 union all select number + 1 from rows where number < 200000)
            insert into organizations (id, widget_id, name, created_at) select number, number, number, 0 from rows;
            pragma wal_checkpoint(truncate)",
        )
        .expect("many rows");
    let check = |limit| {
        let mut inspector = Inspector::open(&database.location()).expect("it opens");
        inspector.check(Depth::Quick, limit).expect("an answer")
    };
    assert_eq!(check(Duration::MAX), Checked::Sound);
    assert_eq!(check(Duration::ZERO), Checked::Unfinished);
    let mut bytes = fs::read(&path).expect("readable");
    let middle = bytes.len() / 2 / 4_096 * 4_096;
    bytes[middle..middle + 64].fill(0xff);
    fs::write(&path, bytes).expect("writable");
    assert!(matches!(check(Duration::MAX), Checked::Damaged(faults) if !faults.is_empty()));
}
