//! Visitors who want their conversation by mail.

use store::transcript_requests;
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, story, talk};

both_databases!(addresses_are_listed_by_conversation_and_time);

async fn addresses_are_listed_by_conversation_and_time(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _, conversation) = talk(tx, "one")?;
        let (other, _, elsewhere) = talk(tx, "other")?;
        for (at, email) in [
            (0, "b@shop.example"),
            (1, "a'\"@shop.example"),
            (2, "B@shop.example"),
        ] {
            let (organization, number) = (scope.organization, conversation.number);
            transcript_requests::insert(tx, organization, number, email, NOON + at)?;
        }
        let (organization, number) = (other.organization, elsewhere.number);
        transcript_requests::insert(tx, organization, number, "c@shop.example", NOON)?;

        let here = conversation.number;
        let found = transcript_requests::list_emails_since(tx, here, NOON - 1, 10)?;
        let all = ["b@shop.example", "a'\"@shop.example", "B@shop.example"];
        assert_eq!(found, all);
        let found = transcript_requests::list_emails_since(tx, here, NOON - 1, 2)?;
        assert_eq!(found, all[..2]);
        let found = transcript_requests::list_emails_since(tx, here, NOON, 10)?;
        assert_eq!(found, all[1..]);
        let found = transcript_requests::list_emails_since(tx, here, NOON + 2, 10)?;
        assert_eq!(found, [""; 0]);
        Ok(())
    })
    .await;
}
