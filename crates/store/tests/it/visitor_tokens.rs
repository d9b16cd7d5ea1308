//! What visitors' panels show to prove whose they are.

use model::{id::VisitorId, visitor::Standing};
use store::{visitor_tokens, visitor_tokens::VisitorToken, visitors};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, organization, story, visitor};

both_databases!(
    a_token_shows_its_visitor_until_its_end,
    a_token_shows_what_became_of_its_visitor,
    ended_tokens_are_deleted_oldest_first,
);

async fn a_token_shows_its_visitor_until_its_end(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let guest = visitor(tx, scope, "guest")?;
        let place = (scope.organization, guest.number);
        visitor_tokens::insert(tx, "aaaa", place, false, NOON, NOON + 10)?;
        visitor_tokens::insert(tx, "AAAA", place, true, NOON, NOON + 20)?;

        let expected = VisitorToken {
            organization: scope.organization,
            visitor: Standing {
                number: guest.number,
                id: guest.id.clone(),
                is_anonymous: false,
                is_verified: false,
                is_banned: false,
            },
            is_verified: false,
            expires_at: NOON + 10,
        };
        let found = visitor_tokens::find(tx, "aaaa", NOON + 9)?;
        assert_eq!(found, Some(expected.clone()));
        let found = visitor_tokens::find(tx, "AAAA", NOON + 9)?;
        let other = VisitorToken {
            is_verified: true,
            expires_at: NOON + 20,
            ..expected
        };
        assert_eq!(found, Some(other));
        assert_eq!(visitor_tokens::find(tx, "aaaa", NOON + 10)?, None);
        assert_eq!(visitor_tokens::find(tx, "aAaA", NOON)?, None);

        visitor_tokens::set_end(tx, "aaaa", NOON + 30)?;
        let found = visitor_tokens::find(tx, "aaaa", NOON + 29)?;
        assert_eq!(found.map(|found| found.expires_at), Some(NOON + 30));
        assert!(visitor_tokens::delete(tx, "aaaa")?);
        assert!(!visitor_tokens::delete(tx, "aaaa")?);
        assert_eq!(visitor_tokens::find(tx, "aaaa", NOON)?, None);
        assert!(visitor_tokens::find(tx, "AAAA", NOON)?.is_some());
        Ok(())
    })
    .await;
}

async fn a_token_shows_what_became_of_its_visitor(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let id = VisitorId::known("generated");
        let number = visitors::insert_anonymous(tx, scope.organization, &id, "#7b61ff", NOON)?;
        visitor_tokens::insert(
            tx,
            "hash",
            (scope.organization, number),
            false,
            NOON,
            NOON + 1,
        )?;
        let mut expected = Standing {
            number,
            id: id.clone(),
            is_anonymous: true,
            is_verified: false,
            is_banned: false,
        };
        assert_eq!(
            visitors::find_standing(tx, scope, &id)?,
            Some(expected.clone())
        );
        assert_eq!(visitors::find_standing(tx, other, &id)?, None);

        visitors::set_banned(tx, other, number, Some(NOON))?;
        visitors::set_verified(tx, other, number)?;
        assert_eq!(
            visitors::find_standing(tx, scope, &id)?,
            Some(expected.clone())
        );
        visitors::set_banned(tx, scope, number, Some(NOON))?;
        visitors::set_verified(tx, scope, number)?;
        (expected.is_banned, expected.is_verified) = (true, true);
        assert_eq!(
            visitors::find_standing(tx, scope, &id)?,
            Some(expected.clone())
        );
        let found = visitor_tokens::find(tx, "hash", NOON)?;
        assert_eq!(found.map(|found| found.visitor), Some(expected));
        let known = visitors::get(tx, scope, number)?;
        assert_eq!((known.banned_at, known.is_verified), (Some(NOON), true));
        visitors::set_banned(tx, scope, number, None)?;
        assert_eq!(visitors::get(tx, scope, number)?.banned_at, None);
        Ok(())
    })
    .await;
}

async fn ended_tokens_are_deleted_oldest_first(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let guest = visitor(tx, scope, "guest")?;
        let place = (scope.organization, guest.number);
        for index in 0..5 {
            let hash = format!("hash-{index}");
            visitor_tokens::insert(tx, &hash, place, false, NOON, NOON + index)?;
        }

        assert_eq!(visitor_tokens::delete_expired(tx, NOON + 3, 3)?, 3);
        assert!(visitor_tokens::find(tx, "hash-3", NOON)?.is_some());
        assert_eq!(visitor_tokens::delete_expired(tx, NOON + 3, 3)?, 1);
        assert_eq!(visitor_tokens::delete_expired(tx, NOON + 3, 3)?, 0);
        assert!(visitor_tokens::find(tx, "hash-4", NOON)?.is_some());
        Ok(())
    })
    .await;
}
