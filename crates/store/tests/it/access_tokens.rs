//! Bearer tokens of OAuth clients.

use model::{
    id::{KeyId, KeyNumber, Scope},
    key::{Key, KeyKind, Privilege, Privileges},
};
use store::{Result, Tx, access_tokens, keys};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, organization, story};

both_databases!(
    a_token_holds_until_its_end,
    ended_tokens_are_deleted_in_bounds
);

fn client(tx: &mut Tx<'_>, scope: Scope) -> Result<KeyNumber> {
    let key = Key {
        number: KeyNumber(0),
        id: KeyId::new("crm"),
        organization: scope.organization,
        kind: KeyKind::OAuth,
        name: "CRM".to_owned(),
        hint: "wxyz".to_owned(),
        client_id: Some("client".to_owned()),
        privileges: Privileges::ALL,
        created_at: NOON,
        revoked_at: None,
    };
    keys::insert(tx, &key, "hash")
}

async fn a_token_holds_until_its_end(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let key = client(tx, scope)?;
        let narrow = Privileges::of([Privilege::Assign]);
        access_tokens::insert(tx, "aaaa", key, narrow, NOON + 10)?;
        access_tokens::insert(tx, "AAAA", key, Privileges::ALL, NOON + 20)?;

        let found = access_tokens::find(tx, "aaaa", NOON + 9)?;
        assert_eq!(found, Some((key, narrow, NOON + 10)));
        let found = access_tokens::find(tx, "AAAA", NOON + 9)?;
        assert_eq!(found, Some((key, Privileges::ALL, NOON + 20)));
        assert_eq!(access_tokens::find(tx, "aaaa", NOON + 10)?, None);
        assert_eq!(access_tokens::find(tx, "aAaA", NOON)?, None);
        Ok(())
    })
    .await;
}

async fn ended_tokens_are_deleted_in_bounds(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let key = client(tx, scope)?;
        for index in 0..5 {
            let hash = format!("hash-{index}");
            access_tokens::insert(tx, &hash, key, Privileges::ALL, NOON + index)?;
        }

        assert_eq!(access_tokens::delete_expired(tx, NOON + 3, 3)?, 3);
        assert_eq!(access_tokens::delete_expired(tx, NOON + 3, 3)?, 1);
        assert_eq!(access_tokens::delete_expired(tx, NOON + 3, 3)?, 0);
        let last = access_tokens::find(tx, "hash-4", NOON)?;
        assert_eq!(last, Some((key, Privileges::ALL, NOON + 4)));
        Ok(())
    })
    .await;
}
