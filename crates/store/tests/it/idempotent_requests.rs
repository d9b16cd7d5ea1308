//! What requests with an `Idempotency-Key` made.

use model::{
    id::{KeyId, KeyNumber, Scope},
    key::{Key, KeyKind, Privileges},
};
use store::{
    Result, Tx,
    idempotent_requests::{self, Earlier},
    keys,
};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, organization, story};

both_databases!(
    a_repeated_request_finds_what_the_first_made,
    old_requests_are_forgotten_in_bounds,
);

fn key(tx: &mut Tx<'_>, scope: Scope, id: &str) -> Result<KeyNumber> {
    let key = Key {
        number: KeyNumber(0),
        id: KeyId::new(id),
        organization: scope.organization,
        kind: KeyKind::ApiKey,
        name: "Shop".to_owned(),
        hint: "wxyz".to_owned(),
        client_id: None,
        privileges: Privileges::ALL,
        created_at: NOON,
        revoked_at: None,
    };
    keys::insert(tx, &key, &format!("hash-{id}"))
}

fn request(fingerprint: &str, subject: &str) -> Earlier {
    Earlier {
        fingerprint: fingerprint.to_owned(),
        subject: subject.to_owned(),
    }
}

async fn a_repeated_request_finds_what_the_first_made(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let (shop, crm) = (key(tx, scope, "shop")?, key(tx, scope, "crm")?);
        let first = request("body", "message-1");
        let text = "key '1' – 🍵";
        let claim = |tx: &mut _, key, text, request: &Earlier| {
            idempotent_requests::claim(tx, key, text, request, NOON)
        };
        assert_eq!(claim(tx, shop, text, &first)?, None);
        let again = request("body", "message-2");
        assert_eq!(claim(tx, shop, text, &again)?, Some(first.clone()));
        let other_body = request("another body", "message-3");
        assert_eq!(claim(tx, shop, text, &other_body)?, Some(first));

        // Another program's key, or other letters, are another request.
        assert_eq!(claim(tx, crm, text, &again)?, None);
        assert_eq!(claim(tx, shop, "KEY '1' – 🍵", &again)?, None);
        Ok(())
    })
    .await;
}

async fn old_requests_are_forgotten_in_bounds(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let shop = key(tx, scope, "shop")?;
        for index in 0..5 {
            let (text, made) = (index.to_string(), request("body", "subject"));
            idempotent_requests::claim(tx, shop, &text, &made, NOON + index)?;
        }

        assert_eq!(idempotent_requests::delete_before(tx, NOON + 4, 3)?, 3);
        let late = request("body", "late");
        let found = idempotent_requests::claim(tx, shop, "3", &late, NOON + 9)?;
        assert_eq!(
            found,
            Some(request("body", "subject")),
            "the oldest go first"
        );
        assert_eq!(idempotent_requests::delete_before(tx, NOON + 4, 3)?, 1);
        assert_eq!(idempotent_requests::delete_before(tx, NOON + 4, 3)?, 0);
        let found = idempotent_requests::claim(tx, shop, "0", &late, NOON + 9)?;
        assert_eq!(found, None, "forgotten");
        Ok(())
    })
    .await;
}
