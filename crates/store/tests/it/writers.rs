//! Visitors as writers.

use model::id::{VisitorId, VisitorNumber};
use store::{
    visitors,
    writers::{self, Writer},
};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, organization, story, talk, visitor};

both_databases!(a_writer_is_found_with_what_a_message_needs);

async fn a_writer_is_found_with_what_a_message_needs(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, guest, talk) = talk(tx, "one")?;
        let silent = visitor(tx, scope, "silent")?;
        let other = organization(tx, "other")?.organization;
        let expected = Writer {
            number: guest.number,
            id: guest.id.clone(),
            is_banned: false,
            conversation: Some((talk.number, talk.id)),
        };
        let here = scope.organization;
        let found = writers::find(tx, here, &guest.id)?;
        assert_eq!(found.as_ref(), Some(&expected));
        assert_eq!(writers::get(tx, here, guest.number)?, expected);
        let found = writers::get(tx, here, silent.number)?;
        assert_eq!((found.id, found.conversation), (silent.id, None));

        visitors::set_banned(tx, scope, guest.number, Some(NOON))?;
        let banned = Writer {
            is_banned: true,
            ..expected
        };
        assert_eq!(writers::get(tx, here, guest.number)?, banned);
        assert_eq!(writers::find(tx, here, &guest.id)?, Some(banned));

        assert_eq!(writers::find(tx, other, &guest.id)?, None);
        let unknown = VisitorId::known("unknown");
        assert_eq!(writers::find(tx, here, &unknown)?, None);
        assert!(writers::get(tx, other, guest.number).is_err());
        assert!(writers::get(tx, here, VisitorNumber(999)).is_err());
        Ok(())
    })
    .await;
}
