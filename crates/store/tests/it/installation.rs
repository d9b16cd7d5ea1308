//! The epoch of a database: made once, and set anew by a restore.

use store::{Result, installation};
use testing::{both_databases, database::TestDatabase};

use crate::scene::story;

both_databases!(the_first_epoch_stays_until_another_is_set);

async fn the_first_epoch_stays_until_another_is_set(database: TestDatabase) {
    story(&database, |tx| -> Result<()> {
        assert_eq!(installation::find_epoch(tx)?, None);
        for epoch in ["first", "late"] {
            installation::insert_epoch(tx, epoch)?;
            assert_eq!(installation::find_epoch(tx)?.as_deref(), Some("first"));
        }
        for epoch in ["second", "third"] {
            installation::set_epoch(tx, epoch)?;
            assert_eq!(installation::find_epoch(tx)?.as_deref(), Some(epoch));
        }
        Ok(())
    })
    .await;
}
