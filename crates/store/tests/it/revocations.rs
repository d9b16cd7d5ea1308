//! Access that ended.

use model::{
    id::{AgentNumber, KeyNumber, VisitorNumber},
    revocation::{Revocation, RevocationKind},
};
use store::revocations;
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, organization, story};

both_databases!(what_ended_is_listed_since_a_time_and_forgotten_before_one);

async fn what_ended_is_listed_since_a_time_and_forgotten_before_one(database: TestDatabase) {
    story(&database, |tx| {
        let one = organization(tx, "one")?.organization;
        let other = organization(tx, "other")?.organization;
        let of = |organization, kind, at| Revocation {
            organization,
            kind,
            at,
        };
        let key = of(one, RevocationKind::Key(KeyNumber(7)), NOON);
        let visitor = of(other, RevocationKind::Visitor(VisitorNumber(8)), NOON + 1);
        let agent = of(one, RevocationKind::Agent(AgentNumber(9)), NOON + 1);
        for revocation in [&key, &visitor, &agent] {
            revocations::insert(tx, revocation)?;
        }

        let all = revocations::list_since(tx, NOON, 9)?;
        assert_eq!(all, [agent, visitor, key]);
        assert_eq!(revocations::list_since(tx, NOON, 1)?, [agent]);
        let later = revocations::list_since(tx, NOON + 1, 9)?;
        assert_eq!(later, [agent, visitor]);
        assert_eq!(revocations::list_since(tx, NOON + 2, 9)?, []);

        assert_eq!(revocations::delete_before(tx, NOON, 9)?, 0);
        assert_eq!(revocations::delete_before(tx, NOON + 9, 1)?, 1);
        assert_eq!(revocations::list_since(tx, NOON, 9)?, [agent, visitor]);
        assert_eq!(revocations::delete_before(tx, NOON + 9, 9)?, 2);
        Ok(())
    })
    .await;
}
