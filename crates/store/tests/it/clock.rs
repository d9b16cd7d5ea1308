//! The clock of the database.

use std::time::{SystemTime, UNIX_EPOCH};

use model::time::HOUR_MS;
use store::clock;
use testing::{both_databases, database::TestDatabase};

use crate::scene::read;

both_databases!(a_shared_database_tells_its_time);

async fn a_shared_database_tells_its_time(database: TestDatabase) {
    let db = database.open();
    // Twice in one transaction: it is the time now, not the time at which the transaction began.
    let (told, again) = read(&db, |tx| Ok((clock::now(tx)?, clock::now(tx)?))).await;
    assert!(again >= told);
    match database.location() {
        store::Location::Sqlite(_) => assert_eq!(told, None),
        store::Location::Postgres(_) => {
            #[expect(
                clippy::disallowed_methods,
                reason = "compared with the machine's clock"
            )]
            let here = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            let difference = told.expect("a time") - here.as_millis() as i64;
            assert!(difference.abs() < HOUR_MS, "{difference} ms apart");
        }
    }
}
