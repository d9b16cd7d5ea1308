//! Webhook endpoints: where an organization's events go.

use model::{
    id::{EndpointId, EndpointNumber, Scope},
    webhook::{DisabledReason, WebhookEndpoint, WebhookEventKind, WebhookEvents},
};
use store::{Error, Result, Tx, webhook_endpoints};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, endpoint, organization, story};

both_databases!(
    an_endpoint_is_found_as_it_was_made,
    endpoints_are_listed_page_by_page,
    what_is_enabled_is_listed_with_what_it_wants,
    everything_that_can_change_is_changed,
    a_deleted_endpoint_keeps_its_number_and_no_secret,
    a_row_of_failures_begins_and_ends_once,
);

/// An endpoint with all that is known about it.
fn webhook_endpoint(tx: &mut Tx<'_>, scope: Scope, id: &str) -> Result<WebhookEndpoint> {
    let number = endpoint(tx, scope, id)?;
    webhook_endpoints::get(tx, number)
}

/// The numbers of a page.
fn list(
    tx: &mut Tx<'_>,
    scope: Scope,
    after: EndpointNumber,
    limit: i64,
) -> Result<Vec<EndpointNumber>> {
    let listed = webhook_endpoints::list(tx, scope, after, limit)?;
    Ok(listed.into_iter().map(|endpoint| endpoint.number).collect())
}

async fn an_endpoint_is_found_as_it_was_made(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, other) = (organization(tx, "one")?, organization(tx, "other")?);
        let mut made = WebhookEndpoint {
            number: EndpointNumber(0),
            organization: scope.organization,
            id: EndpointId::new("Hook"),
            url: "https://hooks.example/?q='%_\\\"é".to_owned(),
            description: "O'Neill; drop table webhook_endpoints -- 🍵".to_owned(),
            events: WebhookEvents::of([WebhookEventKind::WebhookDisabled]),
            secret: "sealed".to_owned(),
            previous_secret: None,
            credentials: "sealed too".to_owned(),
            is_enabled: true,
            disabled: None,
            failing_since: None,
            created_at: NOON,
        };
        made.number = webhook_endpoints::insert(tx, &made)?;
        let found = webhook_endpoints::find(tx, scope, &made.id)?;
        assert_eq!(found.as_ref(), Some(&made));
        assert_eq!(webhook_endpoints::get(tx, made.number)?, made);
        assert_eq!(webhook_endpoints::lock(tx, made.number)?, made);
        assert!(webhook_endpoints::keep(tx, made.number)?);
        let number = webhook_endpoints::find_number(tx, scope, &made.id)?;
        assert_eq!(number, Some(made.number));

        for (scope, id) in [(other, &made.id), (scope, &EndpointId::new("hook"))] {
            assert_eq!(webhook_endpoints::find(tx, scope, id)?, None);
            assert_eq!(webhook_endpoints::find_number(tx, scope, id)?, None);
        }
        let nowhere = EndpointNumber(999);
        let missing = webhook_endpoints::get(tx, nowhere);
        assert!(matches!(missing, Err(Error::Content(_))), "{missing:?}");
        assert!(!webhook_endpoints::keep(tx, nowhere)?);
        Ok(())
    })
    .await;
}

async fn endpoints_are_listed_page_by_page(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, other) = (organization(tx, "one")?, organization(tx, "other")?);
        let mut made = Vec::new();
        for id in ["c", "a", "d", "b"] {
            made.push(endpoint(tx, scope, id)?);
            endpoint(tx, other, id)?;
        }
        let first = EndpointNumber(0);
        assert_eq!(list(tx, scope, first, 10)?, made);
        assert_eq!(list(tx, scope, first, 3)?, made[..3]);
        assert_eq!(list(tx, scope, made[2], 3)?, made[3..]);
        webhook_endpoints::delete(tx, made[1], NOON)?;
        assert_eq!(list(tx, scope, made[0], 10)?, made[2..]);
        Ok(())
    })
    .await;
}

async fn what_is_enabled_is_listed_with_what_it_wants(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, other) = (organization(tx, "one")?, organization(tx, "other")?);
        let on = endpoint(tx, scope, "on")?;
        let mut off = webhook_endpoint(tx, scope, "off")?;
        off.is_enabled = false;
        webhook_endpoints::update(tx, &off)?;
        let gone = endpoint(tx, scope, "gone")?;
        webhook_endpoints::delete(tx, gone, NOON)?;
        let last = endpoint(tx, scope, "last")?;
        endpoint(tx, other, "foreign")?;
        let wanted = webhook_endpoints::get(tx, on)?.events;
        assert!(!wanted.is_empty());
        let enabled = webhook_endpoints::list_enabled(tx, scope.organization, 10)?;
        assert_eq!(enabled, [(on, wanted), (last, wanted)]);
        let first = webhook_endpoints::list_enabled(tx, scope.organization, 1)?;
        assert_eq!(first, [(on, wanted)]);
        Ok(())
    })
    .await;
}

async fn everything_that_can_change_is_changed(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let neighbour = endpoint(tx, scope, "neighbour")?;
        let before = webhook_endpoint(tx, scope, "hook")?;
        let (number, untouched) = (before.number, webhook_endpoints::get(tx, neighbour)?);
        let changed = WebhookEndpoint {
            url: "https://elsewhere.example/".to_owned(),
            description: "Elsewhere".to_owned(),
            events: WebhookEvents::NONE,
            secret: "new".to_owned(),
            previous_secret: Some((before.secret.clone(), NOON + 1)),
            credentials: "other".to_owned(),
            is_enabled: false,
            disabled: Some((NOON + 2, DisabledReason::Failing)),
            failing_since: Some(NOON - 3),
            ..before.clone()
        };
        webhook_endpoints::update(tx, &changed)?;
        assert_eq!(webhook_endpoints::get(tx, number)?, changed);
        let gone = WebhookEndpoint {
            disabled: Some((NOON, DisabledReason::Gone)),
            ..before.clone()
        };
        for endpoint in [gone, before] {
            webhook_endpoints::update(tx, &endpoint)?;
            assert_eq!(webhook_endpoints::get(tx, number)?, endpoint);
        }
        assert_eq!(webhook_endpoints::get(tx, neighbour)?, untouched);
        Ok(())
    })
    .await;
}

async fn a_deleted_endpoint_keeps_its_number_and_no_secret(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let before = webhook_endpoint(tx, scope, "hook")?;
        let number = before.number;
        let rotated = WebhookEndpoint {
            previous_secret: Some(("older".to_owned(), NOON + 1)),
            ..before.clone()
        };
        webhook_endpoints::update(tx, &rotated)?;
        webhook_endpoints::delete(tx, number, NOON)?;

        assert_eq!(webhook_endpoints::find(tx, scope, &before.id)?, None);
        assert!(!webhook_endpoints::keep(tx, number)?);
        let found = webhook_endpoints::find_number(tx, scope, &before.id)?;
        assert_eq!(found, Some(number), "its deliveries can still be read");
        let left = WebhookEndpoint {
            secret: String::new(),
            credentials: String::new(),
            is_enabled: false,
            ..before
        };
        assert_eq!(webhook_endpoints::get(tx, number)?, left);
        assert_eq!(webhook_endpoints::lock(tx, number)?, left);
        Ok(())
    })
    .await;
}

async fn a_row_of_failures_begins_and_ends_once(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let (number, other) = (endpoint(tx, scope, "hook")?, endpoint(tx, scope, "other")?);
        for (since, failing_since) in [(NOON, NOON), (NOON + 1, NOON)] {
            webhook_endpoints::set_failing(tx, number, since)?;
            let failing = webhook_endpoints::get(tx, number)?;
            assert_eq!(failing.failing_since, Some(failing_since));
        }
        let unharmed = webhook_endpoints::get(tx, other)?;
        assert_eq!(unharmed.failing_since, None);
        for _ in 0..2 {
            webhook_endpoints::set_working(tx, number)?;
            let working = webhook_endpoints::get(tx, number)?;
            assert_eq!(working.failing_since, None);
        }
        webhook_endpoints::set_failing(tx, number, NOON + 2)?;
        let failing = webhook_endpoints::get(tx, number)?;
        assert_eq!(failing.failing_since, Some(NOON + 2));
        Ok(())
    })
    .await;
}
