//! What those who look after a database are told about it.

use model::{
    id::{EndpointId, EndpointNumber, JobNumber, OrganizationId, OrganizationNumber, Scope},
    job::JobKind,
    message::MessageKind,
};
use store::{
    Result, Tx,
    health::{self, Counts, DeadJobs, Sealed, TroubledEndpoint},
    jobs, organizations,
};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, say, story, talk};

both_databases!(
    everything_is_counted_and_the_newest_message_found,
    dead_jobs_are_counted_and_the_oldest_told,
    endpoints_in_trouble_are_told_with_what_waits,
    sealed_texts_are_listed_in_pages,
);

async fn everything_is_counted_and_the_newest_message_found(database: TestDatabase) {
    story(&database, |tx| {
        assert_eq!(health::find_newest_message_at(tx)?, None);
        let (_, _, one) = talk(tx, "one")?;
        let (_, _, two) = talk(tx, "two")?;
        let kind = MessageKind::Visitor;
        for conversation in [&one, &two] {
            say(tx, conversation, kind, "hello")?;
        }
        let newest = say(tx, &two, kind, "the newest")?;
        let found = health::find_newest_message_at(tx)?;
        assert_eq!(found, Some(newest.created_at));
        let counts = Counts {
            organizations: 2,
            conversations: 2,
            messages: 3,
        };
        assert_eq!(health::count(tx)?, counts);
        Ok(())
    })
    .await;
}

async fn dead_jobs_are_counted_and_the_oldest_told(database: TestDatabase) {
    const DIE: &str = "update jobs set dead_at = $2, last_error = $3 where payload = $1";
    story(&database, |tx| {
        let nothing = DeadJobs {
            count: 0,
            oldest: None,
        };
        let (scope, _, conversation) = talk(tx, "one")?;
        for chat in 1..=3 {
            let kind = JobKind::FinishChat {
                conversation: conversation.number,
                chat,
            };
            jobs::insert(tx, scope.organization, &kind, NOON)?;
        }
        assert_eq!(health::count_dead_jobs(tx)?, nothing);
        tx.run(DIE, &["3".into(), NOON.into(), "it burns".into()])?;
        tx.run(DIE, &["2".into(), (NOON + 1).into(), None::<&str>.into()])?;
        let dead = health::count_dead_jobs(tx)?;
        assert_eq!(dead.count, 2);
        let oldest = (JobNumber(3), Some("it burns".to_owned()));
        assert_eq!(dead.oldest, Some(oldest));
        Ok(())
    })
    .await;
}

/// An endpoint that is enabled and answers, with a secret.
fn endpoint(tx: &mut Tx<'_>, scope: Scope, id: &str, secret: &str) -> Result<EndpointNumber> {
    const SQL: &str = "insert into webhook_endpoints (organization, id, url, description, events, secret, headers, is_enabled, created_at) \
        values ($1, $2, 'https://example.com', '', 1, $3, 'headers', $4, $5) returning number";
    let parameters = [
        scope.organization.into(),
        id.into(),
        secret.into(),
        true.into(),
        NOON.into(),
    ];
    tx.one(SQL, &parameters, |row| row.get(0))
}

fn delivery(
    tx: &mut Tx<'_>,
    scope: Scope,
    endpoint: EndpointNumber,
    id: &str,
    status: &str,
) -> Result<()> {
    const EVENT: &str = "insert into webhook_events (organization, kind, lane, body, created_at) values ($1, 'x', 'c1', '{}', $2) returning number";
    const SQL: &str = "insert into webhook_deliveries (event, endpoint, id, lane, status, due_at, holds_lane, leased_until, fence, tries, attempts) \
        values ($1, $2, $3, 'c1', $4, null, $5, 0, 0, 0, 0)";
    let event: i64 = tx.one(EVENT, &[scope.organization.into(), NOON.into()], |row| {
        row.get(0)
    })?;
    let parameters = [
        event.into(),
        endpoint.into(),
        id.into(),
        status.into(),
        false.into(),
    ];
    tx.run(SQL, &parameters).map(drop)
}

async fn endpoints_in_trouble_are_told_with_what_waits(database: TestDatabase) {
    const FAIL: &str =
        "update webhook_endpoints set failing_since = $2, disabled_reason = $3 where number = $1";
    const DELETE: &str = "update webhook_endpoints set deleted_at = $2 where number = $1";
    story(&database, |tx| {
        let (scope, _, _) = talk(tx, "one")?;
        let healthy = endpoint(tx, scope, "healthy", "s")?;
        let failing = endpoint(tx, scope, "failing", "s")?;
        let gone = endpoint(tx, scope, "gone", "s")?;
        let deleted = endpoint(tx, scope, "deleted", "s")?;
        for (number, since, reason) in [
            (failing, Some(NOON), None),
            (gone, None, Some("gone")),
            (deleted, Some(NOON), Some("failing")),
        ] {
            tx.run(FAIL, &[number.into(), since.into(), reason.into()])?;
        }
        tx.run(DELETE, &[deleted.into(), NOON.into()])?;
        for (id, endpoint, status) in [
            ("a", healthy, "pending"),
            ("b", failing, "pending"),
            ("c", failing, "pending"),
            ("d", failing, "delivered"),
        ] {
            delivery(tx, scope, endpoint, id, status)?;
        }
        let trouble = |id: &str| TroubledEndpoint {
            id: EndpointId::new(id.to_owned()),
            organization: OrganizationId::new("organization-one".to_owned()),
            failing_since: None,
            disabled_reason: None,
            pending: 0,
        };
        let failing = TroubledEndpoint {
            failing_since: Some(NOON),
            pending: 2,
            ..trouble("failing")
        };
        let gone = TroubledEndpoint {
            disabled_reason: Some("gone".to_owned()),
            ..trouble("gone")
        };
        let found = health::list_troubled_endpoints(tx, 10)?;
        assert_eq!(found, [failing.clone(), gone]);
        assert_eq!(health::list_troubled_endpoints(tx, 1)?, [failing]);
        Ok(())
    })
    .await;
}

async fn sealed_texts_are_listed_in_pages(database: TestDatabase) {
    const ROTATE: &str = "update webhook_endpoints set previous_secret = $2 where number = $1";
    story(&database, |tx| {
        let (scope, _, _) = talk(tx, "one")?;
        let sealed = |number, id: &str, texts: &[&str]| Sealed {
            number,
            id: EndpointId::new(id.to_owned()),
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
        };
        let one = endpoint(tx, scope, "one", "new")?;
        tx.run(ROTATE, &[one.into(), "old".into()])?;
        let two = endpoint(tx, scope, "two", "only")?;
        let (one, two) = (
            sealed(one, "one", &["new", "old", "headers"]),
            sealed(two, "two", &["only", "headers"]),
        );
        let first = health::list_sealed(tx, EndpointNumber(0), 1)?;
        assert_eq!(first, [one]);
        let rest = health::list_sealed(tx, first[0].number, 10)?;
        assert_eq!(rest, [two]);
        assert_eq!(health::list_sealed(tx, rest[0].number, 10)?, []);

        let none = OrganizationNumber(0);
        assert_eq!(health::list_sealed_widgets(tx, none, 10)?, []);
        let number = scope.organization;
        organizations::set_identity_secret(tx, number, "v1.0.A")?;
        let found = health::list_sealed_widgets(tx, none, 10)?;
        let id = organizations::get(tx, number)?.id;
        assert_eq!(found, [(number, id, "v1.0.A".to_owned())]);
        assert_eq!(health::list_sealed_widgets(tx, number, 10)?, []);
        Ok(())
    })
    .await;
}
