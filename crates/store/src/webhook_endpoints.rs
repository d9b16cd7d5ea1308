//! Webhook endpoints: where an organization's events go. Deleted ones stay, as their deliveries are still listed.

use model::{
    id::{EndpointId, EndpointNumber, OrganizationNumber, Scope},
    time::Millis,
    webhook::{DisabledReason, WebhookEndpoint, WebhookEvents},
};

use crate::{Result, Row, Tx, value::named};

macro_rules! endpoint_columns {
    () => {
        "number, organization, id, url, description, events, secret, previous_secret, previous_secret_until, headers, \
        is_enabled, disabled_at, disabled_reason, failing_since, created_at from webhook_endpoints"
    };
}

fn read(row: &Row<'_>) -> Result<WebhookEndpoint> {
    let previous_until: Option<Millis> = row.get(8)?;
    let disabled_at: Option<Millis> = row.get(11)?;
    Ok(WebhookEndpoint {
        number: row.get(0)?,
        organization: row.get(1)?,
        id: row.get(2)?,
        url: row.get(3)?,
        description: row.get(4)?,
        events: WebhookEvents::from_bits(row.get(5)?),
        secret: row.get(6)?,
        previous_secret: previous_until
            .map(|until| Ok::<_, crate::Error>((row.get(7)?, until)))
            .transpose()?,
        credentials: row.get(9)?,
        is_enabled: row.get(10)?,
        disabled: disabled_at
            .map(|at| Ok::<_, crate::Error>((at, named(row, 12, DisabledReason::parse)?)))
            .transpose()?,
        failing_since: row.get(13)?,
        created_at: row.get(14)?,
    })
}

/// Adds an endpoint; its `number` is given by the store and told.
pub fn insert(tx: &mut Tx<'_>, endpoint: &WebhookEndpoint) -> Result<EndpointNumber> {
    const SQL: &str = "insert into webhook_endpoints (organization, id, url, description, events, secret, headers, is_enabled, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning number";
    let parameters = [
        endpoint.organization.into(),
        (&endpoint.id).into(),
        (&endpoint.url).into(),
        (&endpoint.description).into(),
        endpoint.events.bits().into(),
        (&endpoint.secret).into(),
        (&endpoint.credentials).into(),
        endpoint.is_enabled.into(),
        endpoint.created_at.into(),
    ];
    tx.one(SQL, &parameters, |row| row.get(0))
}

/// The endpoint of an id; not a deleted one.
pub fn find(tx: &mut Tx<'_>, scope: Scope, id: &EndpointId) -> Result<Option<WebhookEndpoint>> {
    const SQL: &str = concat!(
        "select ",
        endpoint_columns!(),
        " where organization = $1 and id = $2 and deleted_at is null"
    );
    tx.find(SQL, &[scope.organization.into(), id.into()], read)
}

/// The number of an id, deleted or not: its deliveries are still there.
pub fn find_number(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: &EndpointId,
) -> Result<Option<EndpointNumber>> {
    const SQL: &str = "select number from webhook_endpoints where organization = $1 and id = $2";
    tx.find(SQL, &[scope.organization.into(), id.into()], |row| {
        row.get(0)
    })
}

/// The endpoint of a number, deleted or not; nobody else changes it before the transaction ends. Deliveries to it may
/// still be added.
pub fn lock(tx: &mut Tx<'_>, number: EndpointNumber) -> Result<WebhookEndpoint> {
    const SQLITE: &str = concat!("select ", endpoint_columns!(), " where number = $1");
    const POSTGRES: &str = concat!(
        "select ",
        endpoint_columns!(),
        " where number = $1 for no key update"
    );
    let sql = tx.pick(SQLITE, POSTGRES);
    tx.one(sql, &[number.into()], read)
}

/// Keeps an endpoint from being deleted before the transaction ends; false where it is deleted.
pub fn keep(tx: &mut Tx<'_>, number: EndpointNumber) -> Result<bool> {
    const SQLITE: &str = "select 1 from webhook_endpoints where number = $1 and deleted_at is null";
    const POSTGRES: &str =
        "select 1 from webhook_endpoints where number = $1 and deleted_at is null for key share";
    let sql = tx.pick(SQLITE, POSTGRES);
    let found = tx.find(sql, &[number.into()], |_| Ok(()))?;
    Ok(found.is_some())
}

/// The endpoint of a number; deleted or not.
pub fn get(tx: &mut Tx<'_>, number: EndpointNumber) -> Result<WebhookEndpoint> {
    const SQL: &str = concat!("select ", endpoint_columns!(), " where number = $1");
    tx.one(SQL, &[number.into()], read)
}

/// Endpoints after one, oldest first, at most `limit`.
pub fn list(
    tx: &mut Tx<'_>,
    scope: Scope,
    after: EndpointNumber,
    limit: i64,
) -> Result<Vec<WebhookEndpoint>> {
    const SQL: &str = concat!(
        "select ",
        endpoint_columns!(),
        " where organization = $1 and number > $2 and deleted_at is null order by number limit $3"
    );
    let parameters = [scope.organization.into(), after.into(), limit.into()];
    tx.all(SQL, &parameters, read)
}

/// Enabled endpoints of an organization with what each wants, oldest first, at most `limit`. None of them is deleted
/// before the transaction ends, so that nothing is delivered to one that is gone.
pub fn list_enabled(
    tx: &mut Tx<'_>,
    organization: OrganizationNumber,
    limit: i64,
) -> Result<Vec<(EndpointNumber, WebhookEvents)>> {
    const SQLITE: &str = "select number, events from webhook_endpoints where organization = $1 and is_enabled and deleted_at is null \
        order by number limit $2";
    const POSTGRES: &str = "select number, events from webhook_endpoints where organization = $1 and is_enabled and deleted_at is null \
        order by number limit $2 for key share";
    let sql = tx.pick(SQLITE, POSTGRES);
    tx.all(sql, &[organization.into(), limit.into()], |row| {
        Ok((row.get(0)?, WebhookEvents::from_bits(row.get(1)?)))
    })
}

/// Changes everything of an endpoint that can change.
pub fn update(tx: &mut Tx<'_>, endpoint: &WebhookEndpoint) -> Result<()> {
    const SQL: &str = "update webhook_endpoints set url = $2, description = $3, events = $4, secret = $5, previous_secret = $6, \
        previous_secret_until = $7, headers = $8, is_enabled = $9, disabled_at = $10, disabled_reason = $11, failing_since = $12 \
        where number = $1";
    let previous = endpoint.previous_secret.as_ref();
    let parameters = [
        endpoint.number.into(),
        (&endpoint.url).into(),
        (&endpoint.description).into(),
        endpoint.events.bits().into(),
        (&endpoint.secret).into(),
        previous.map(|(secret, _)| secret.as_str()).into(),
        previous.map(|(_, until)| *until).into(),
        (&endpoint.credentials).into(),
        endpoint.is_enabled.into(),
        endpoint.disabled.map(|(at, _)| at).into(),
        endpoint.disabled.map(|(_, reason)| reason.as_str()).into(),
        endpoint.failing_since.into(),
    ];
    tx.run(SQL, &parameters).map(drop)
}

/// Marks an endpoint as deleted; its secrets are emptied. Whoever is adding deliveries to it is waited for.
pub fn delete(tx: &mut Tx<'_>, number: EndpointNumber, at: Millis) -> Result<()> {
    const SQLITE: &str = "select $1";
    const POSTGRES: &str = "select number from webhook_endpoints where number = $1 for update";
    const SQL: &str = "update webhook_endpoints set deleted_at = $2, is_enabled = false, secret = '', previous_secret = null, \
        previous_secret_until = null, headers = '' where number = $1";
    let lock = tx.pick(SQLITE, POSTGRES);
    tx.find(lock, &[number.into()], |_| Ok(()))?;
    tx.run(SQL, &[number.into(), at.into()]).map(drop)
}

/// Ends an endpoint's row of failures.
pub fn set_working(tx: &mut Tx<'_>, number: EndpointNumber) -> Result<()> {
    const SQL: &str = "update webhook_endpoints set failing_since = null where number = $1 and failing_since is not null";
    tx.run(SQL, &[number.into()]).map(drop)
}

/// Begins an endpoint's row of failures, unless it has begun.
pub fn set_failing(tx: &mut Tx<'_>, number: EndpointNumber, since: Millis) -> Result<()> {
    const SQL: &str = "update webhook_endpoints set failing_since = $2 where number = $1 and failing_since is null";
    tx.run(SQL, &[number.into(), since.into()]).map(drop)
}
