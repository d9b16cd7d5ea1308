//! Organizations: the tenants.

use model::{
    id::{OrganizationId, OrganizationNumber},
    organization::Organization,
    time::Millis,
    webhook::WebhookEvents,
};

use crate::{Result, Row, Tx};

fn read(row: &Row<'_>) -> Result<Organization> {
    Ok(Organization {
        number: row.get(0)?,
        id: row.get(1)?,
        widget_id: row.get(2)?,
        name: row.get(3)?,
        created_at: row.get(4)?,
    })
}

/// Adds an organization and tells its number.
pub fn insert(
    tx: &mut Tx<'_>,
    id: &OrganizationId,
    widget_id: &str,
    name: &str,
    created_at: Millis,
) -> Result<OrganizationNumber> {
    const SQL: &str = "insert into organizations (id, widget_id, name, created_at) values ($1, $2, $3, $4) returning number";
    tx.one(
        SQL,
        &[id.into(), widget_id.into(), name.into(), created_at.into()],
        |row| row.get(0),
    )
}

/// The organization of a number; must exist.
pub fn get(tx: &mut Tx<'_>, number: OrganizationNumber) -> Result<Organization> {
    const SQL: &str =
        "select number, id, widget_id, name, created_at from organizations where number = $1";
    tx.one(SQL, &[number.into()], read)
}

/// The organization of an id, for the command line.
pub fn find(tx: &mut Tx<'_>, id: &OrganizationId) -> Result<Option<Organization>> {
    const SQL: &str =
        "select number, id, widget_id, name, created_at from organizations where id = $1";
    tx.find(SQL, &[id.into()], read)
}

/// The oldest organizations, at most `limit`.
pub fn list(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Organization>> {
    const SQL: &str = "select number, id, widget_id, name, created_at from organizations order by number limit $1";
    tx.all(SQL, &[limit.into()], read)
}

/// Which webhook events the enabled endpoints of an organization want, all together.
pub fn webhook_events(tx: &mut Tx<'_>, number: OrganizationNumber) -> Result<WebhookEvents> {
    const SQL: &str = "select webhook_events from organizations where number = $1";
    tx.one(SQL, &[number.into()], |row| {
        row.get(0).map(WebhookEvents::from_bits)
    })
}

/// Makes others wait who would change which webhook events are wanted, or how many endpoints there are.
pub fn lock(tx: &mut Tx<'_>, number: OrganizationNumber) -> Result<()> {
    const SQLITE: &str = "select $1";
    // Everything in the organization refers to this row and may still be added.
    const POSTGRES: &str = "select number from organizations where number = $1 for no key update";
    let sql = tx.pick(SQLITE, POSTGRES);
    tx.find(sql, &[number.into()], |_| Ok(())).map(drop)
}

/// Says which webhook events are wanted.
pub fn set_webhook_events(
    tx: &mut Tx<'_>,
    number: OrganizationNumber,
    events: WebhookEvents,
) -> Result<()> {
    const SQL: &str = "update organizations set webhook_events = $2 where number = $1";
    tx.run(SQL, &[number.into(), events.bits().into()])
        .map(drop)
}
