//! Keys of programs.

use model::{
    id::{KeyId, KeyNumber, Scope},
    key::{Key, KeyKind, Privilege, Privileges},
};
use store::{Result, Tx, keys};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, organization, story};

both_databases!(
    a_key_is_found_by_its_secret_until_it_is_revoked,
    keys_are_listed_page_by_page,
);

fn key(tx: &mut Tx<'_>, scope: Scope, id: &str, kind: KeyKind) -> Result<Key> {
    let key = Key {
        number: KeyNumber(0),
        id: KeyId::new(id),
        organization: scope.organization,
        kind,
        name: format!("Shop „{id}“ '; 100%"),
        hint: "wxyz".to_owned(),
        client_id: (kind == KeyKind::OAuth).then(|| format!("client-{id}")),
        privileges: Privileges::of([Privilege::Access, Privilege::Assign]),
        created_at: NOON,
        revoked_at: None,
    };
    let number = keys::insert(tx, &key, &format!("hash-{id}"))?;
    Ok(Key { number, ..key })
}

async fn a_key_is_found_by_its_secret_until_it_is_revoked(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let api_key = key(tx, scope, "shop", KeyKind::ApiKey)?;
        let client = key(tx, scope, "crm", KeyKind::OAuth)?;

        let found = keys::find_by_secret(tx, "hash-shop")?;
        assert_eq!(found, Some(api_key.clone()));
        let found = keys::find_client(tx, "client-crm", "hash-crm")?;
        assert_eq!(found, Some(client.clone()));
        let found = keys::find_by_number(tx, client.number)?;
        assert_eq!(found, Some(client.clone()));
        // A client's secret is no API key, and an id without its secret is nothing.
        assert_eq!(keys::find_by_secret(tx, "hash-crm")?, None);
        assert_eq!(keys::find_by_secret(tx, "hash-SHOP")?, None);
        assert_eq!(keys::find_client(tx, "client-crm", "hash-shop")?, None);
        assert_eq!(keys::find_client(tx, "client-shop", "hash-shop")?, None);
        assert_eq!(keys::find_by_number(tx, KeyNumber(999))?, None);

        assert_eq!(keys::revoke(tx, other, &api_key.id, NOON)?, None);
        for key in [&api_key, &client] {
            let revoked = keys::revoke(tx, scope, &key.id, NOON + 5)?;
            assert_eq!(revoked, Some(key.number));
            assert_eq!(keys::revoke(tx, scope, &key.id, NOON + 6)?, None);
            assert_eq!(keys::find_by_number(tx, key.number)?, None);
        }
        assert_eq!(keys::find_by_secret(tx, "hash-shop")?, None);
        assert_eq!(keys::find_client(tx, "client-crm", "hash-crm")?, None);
        let listed = keys::list(tx, scope, KeyNumber(0), 1)?;
        assert_eq!(listed[0].revoked_at, Some(NOON + 5));
        Ok(())
    })
    .await;
}

async fn keys_are_listed_page_by_page(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let mut made = Vec::new();
        for id in ["c", "b", "a"] {
            made.push(key(tx, scope, id, KeyKind::ApiKey)?);
            key(tx, other, &format!("other-{id}"), KeyKind::ApiKey)?;
        }

        let first = keys::list(tx, scope, KeyNumber(0), 2)?;
        assert_eq!(first, made[..2]);
        assert_eq!(keys::list(tx, scope, first[1].number, 2)?, made[2..]);
        assert_eq!(keys::list(tx, scope, made[2].number, 2)?, []);
        Ok(())
    })
    .await;
}
