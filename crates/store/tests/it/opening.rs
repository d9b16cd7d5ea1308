//! Opening a database: migrated once, refused where it is newer or cannot keep what it acknowledges.

use store::{Db, Error, Location, Options, Tx, migrate, organizations};
use testing::{
    both_databases,
    database::{TestDatabase, apart},
};

use crate::scene::{organization, read, write};

both_databases!(
    a_database_is_migrated_once_and_keeps_its_rows,
    nodes_that_start_at_once_migrate_one_after_the_other,
    a_newer_schema_is_refused,
);

/// Runs statements past the store.
fn run_outside(location: &Location, sql: &str) {
    match location {
        Location::Sqlite(path) => rusqlite::Connection::open(path)
            .expect("the file is there")
            .execute_batch(sql)
            .expect("the statements are valid"),
        Location::Postgres(url) => apart(|| {
            postgres::Client::connect(url, postgres::NoTls)
                .expect("the server is there")
                .batch_execute(sql)
                .expect("the statements are valid");
        }),
    }
}

fn schema_version(tx: &mut Tx<'_>) -> store::Result<i64> {
    const SQL: &str = "select cast(count(*) as bigint) from migrations";
    tx.one(SQL, &[], |row| row.get(0))
}

async fn a_database_is_migrated_once_and_keeps_its_rows(database: TestDatabase) {
    for name in ["one", "two", "three"] {
        let db = database.open();
        write(&db, move |tx| organization(tx, name)).await;
        let version = read(&db, schema_version).await;
        assert_eq!(version, migrate::version() as i64);
    }
    let found = read(&database.open(), |tx| organizations::list(tx, 9)).await;
    let names: Vec<&str> = found.iter().map(|found| found.name.as_str()).collect();
    assert_eq!(names, ["one", "two", "three"]);
}

async fn nodes_that_start_at_once_migrate_one_after_the_other(database: TestDatabase) {
    if let location @ Location::Postgres(_) = database.location() {
        run_outside(
            &location,
            "drop schema public cascade; create schema public",
        );
    }
    let options = database.options();
    let opened: Vec<Db> = std::thread::scope(|scope| {
        let nodes: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| Db::open(&options, drop)))
            .collect();
        nodes
            .into_iter()
            .map(|node| node.join().expect("no panic").expect("every node starts"))
            .collect()
    });
    for db in &opened {
        let version = read(db, schema_version).await;
        assert_eq!(version, migrate::version() as i64);
    }
}

async fn a_newer_schema_is_refused(database: TestDatabase) {
    drop(database.open());
    let newer = migrate::version() + 1;
    run_outside(
        &database.location(),
        &format!("insert into migrations (version, name) values ({newer}, 'later')"),
    );
    let refused = apart(|| Db::open(&database.options(), drop)).err();
    let Some(Error::Unfit(text)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(
        text,
        format!(
            "the database has schema {newer}, which is newer than this program's {}: \
            run the newer version, or restore a backup",
            migrate::version()
        )
    );
}

#[tokio::test]
async fn on_sqlite_every_connection_keeps_what_is_acknowledged() {
    // Case 1.1 of the trust rules, and the checkpoints that the writer leaves to another connection.
    const SETTINGS: [(&str, &str); 8] = [
        ("pragma journal_mode", "wal"),
        ("pragma synchronous", "2"),
        ("pragma foreign_keys", "1"),
        ("pragma busy_timeout", "5000"),
        ("pragma trusted_schema", "0"),
        ("pragma mmap_size", "0"),
        ("pragma secure_delete", "1"),
        ("pragma cell_size_check", "1"),
    ];
    fn settings(tx: &mut Tx<'_>) -> store::Result<Vec<(&'static str, String)>> {
        let mut found = Vec::new();
        for (name, _) in SETTINGS {
            let value = tx.one(name, &[], |row| {
                row.get::<String>(0)
                    .or_else(|_| Ok(row.get::<i64>(0)?.to_string()))
            })?;
            found.push((name, value));
        }
        Ok(found)
    }
    let database = TestDatabase::sqlite();
    let db = database.open();
    let expected = SETTINGS.map(|(name, value)| (name, value.to_owned()));
    assert_eq!(write(&db, settings).await, expected);
    assert_eq!(read(&db, settings).await, expected);
    let checkpoints = write(&db, |tx| {
        tx.one("pragma wal_autocheckpoint", &[], |row| row.get::<i64>(0))
    });
    assert_eq!(checkpoints.await, 0);

    let refused = db
        .read(|tx| {
            organization(tx, "one")?;
            Ok(store::Verdict::<(), ()>::Keep((), Vec::new()))
        })
        .await;
    assert!(refused.is_err(), "a reader cannot write");
}

#[test]
fn what_cannot_be_opened_says_why_without_the_password() {
    let open = |location| Db::open(&Options::new(location), drop).err();
    let refused = open(Location::Postgres(
        "mysql://owner:secret@host/name".to_owned(),
    ));
    assert!(
        matches!(&refused, Some(Error::Unfit(text)) if !text.contains("secret")),
        "{refused:?}"
    );
    // Nothing listens on port 1.
    let away = "postgres://owner:secret@127.0.0.1:1/name";
    let refused = open(Location::Postgres(away.to_owned()));
    assert!(
        matches!(&refused, Some(Error::Unavailable(text)) if !text.contains("secret")),
        "{refused:?}"
    );
    let refused = open(Location::Sqlite("/nowhere/parlour.db".into()));
    assert!(refused.is_some());
}
