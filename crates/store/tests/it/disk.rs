//! SQLite: what happens when the disk is full, and when it can no longer be trusted.

use model::id::VisitorId;
use store::{Db, Error, Result, Tx, Verdict, visitors};
use testing::database::TestDatabase;

use crate::{
    queue::{Answer, NOTHING, insert, left, open, queue},
    scene::{NOON, organization, write},
};

/// Writes more than the file may hold from now on.
fn fill(tx: &mut Tx<'_>) -> Result<()> {
    tx.one("pragma max_page_count = 1", &[], |row| row.get::<i64>(0))?;
    let scope = organization(tx, "large")?;
    for guest in 0..1_000 {
        let id = VisitorId::known(format!("{guest:0128}"));
        visitors::insert(tx, scope.organization, &id, "#7b61ff", NOON)?;
    }
    Ok(())
}

async fn make_room(db: &Db) {
    write(db, |tx| {
        tx.one("pragma max_page_count = 1000000", &[], |row| {
            row.get::<i64>(0)
        })
    })
    .await;
}

#[tokio::test]
async fn a_full_disk_refuses_everybody_and_the_next_write_works() {
    let database = TestDatabase::sqlite();
    let db = open(&database, drop);
    let answers = queue(&db, |tx, index| {
        insert(tx, index)?;
        if index == 7 {
            fill(tx)?;
        }
        Ok(Verdict::Keep((), Vec::new()))
    })
    .await;
    for answer in answers {
        assert!(matches!(answer, Err(Error::Full(_))), "{answer:?}");
    }
    assert_eq!(left(&db).await, NOTHING);

    make_room(&db).await;
    write(&db, |tx| insert(tx, 1)).await;
    assert_eq!(left(&db).await, [1]);
}

#[tokio::test]
async fn nothing_is_written_outside_of_a_transaction_that_sqlite_undid() {
    let database = TestDatabase::sqlite();
    let db = open(&database, drop);
    let answers = queue(&db, |tx, index| {
        if index == 7 {
            // The mistake: a full disk ends the transaction for everybody in it.
            drop(fill(tx));
            drop(tx.find("pragma max_page_count = 1000000", &[], |_| Ok(())));
        }
        drop(insert(tx, index));
        Ok(Verdict::Keep((), Vec::new()))
    })
    .await;
    for answer in answers {
        assert!(matches!(answer, Err(Error::Database(_))), "{answer:?}");
    }
    assert_eq!(left(&db).await, NOTHING);

    make_room(&db).await;
    write(&db, |tx| insert(tx, 1)).await;
    assert_eq!(left(&db).await, [1]);
}

#[tokio::test]
async fn a_broken_database_answers_nobody_and_says_why() {
    let database = TestDatabase::sqlite();
    let db = open(&database, drop);
    let answers = queue(&db, |tx, index| {
        insert(tx, index)?;
        match index {
            7 => Err(Error::Broken("the disk is on fire".to_owned())),
            _ => Ok(Verdict::Keep((), Vec::new())),
        }
    })
    .await;
    for answer in answers {
        assert!(matches!(answer, Err(Error::Broken(_))), "{answer:?}");
    }
    assert_eq!(db.wait_until_broken().await, "the disk is on fire");
    let late: Answer<()> = db.write(|_| Ok(Verdict::Refuse("no"))).await;
    assert!(matches!(late, Err(Error::Unavailable(_))), "{late:?}");
    drop(db);
    assert_eq!(left(&database.open()).await, NOTHING);
}
