//! What keys have used of their hour.

use model::{
    id::{KeyId, KeyNumber},
    key::{Key, KeyKind, Privileges},
};
use store::{
    Result, Tx,
    key_quotas::{self, KeyQuota},
    keys,
};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, organization, story};

both_databases!(
    what_nodes_add_is_one_total_until_the_hour_is_over,
    nodes_that_add_at_once_lose_nothing,
);

fn key(tx: &mut Tx<'_>, id: &str) -> Result<KeyNumber> {
    let scope = organization(tx, id)?;
    let key = Key {
        number: KeyNumber(0),
        id: KeyId::new(id),
        organization: scope.organization,
        kind: KeyKind::ApiKey,
        name: id.to_owned(),
        hint: "wxyz".to_owned(),
        client_id: None,
        privileges: Privileges::of([]),
        created_at: NOON,
        revoked_at: None,
    };
    keys::insert(tx, &key, id)
}

fn quota(ends_at: i64, used: i64) -> KeyQuota {
    KeyQuota { ends_at, used }
}

async fn what_nodes_add_is_one_total_until_the_hour_is_over(database: TestDatabase) {
    story(&database, |tx| {
        let (shop, crm) = (key(tx, "shop")?, key(tx, "crm")?);
        let first = key_quotas::add(tx, shop, quota(NOON + 60, 3), NOON)?;
        assert_eq!(first, quota(NOON + 60, 3));
        // Another node began its hour later; the first one's holds.
        let both = key_quotas::add(tx, shop, quota(NOON + 65, 4), NOON + 5)?;
        assert_eq!(both, quota(NOON + 60, 7));
        assert_eq!(key_quotas::add(tx, crm, quota(NOON + 70, 1), NOON)?.used, 1);
        let last = key_quotas::add(tx, shop, quota(NOON + 70, 1), NOON + 59)?;
        assert_eq!(last, quota(NOON + 60, 8));
        let next = key_quotas::add(tx, shop, quota(NOON + 120, 2), NOON + 60)?;
        assert_eq!(next, quota(NOON + 120, 2));
        assert_eq!(key_quotas::add(tx, crm, quota(NOON + 70, 1), NOON)?.used, 2);
        Ok(())
    })
    .await;
}

async fn nodes_that_add_at_once_lose_nothing(database: TestDatabase) {
    const EACH: i64 = 20;
    let nodes = [database.open(), database.open()];
    let shop = crate::scene::write(&nodes[0], |tx| key(tx, "shop")).await;
    let add = |db| async move {
        for _ in 0..EACH {
            crate::scene::write(db, move |tx| {
                key_quotas::add(tx, shop, quota(NOON + 60, 1), NOON)
            })
            .await;
        }
    };
    tokio::join!(add(&nodes[0]), add(&nodes[1]));
    let total = crate::scene::write(&nodes[0], move |tx| {
        key_quotas::add(tx, shop, quota(NOON + 60, 0), NOON)
    });
    assert_eq!(total.await, quota(NOON + 60, 2 * EACH));
}
