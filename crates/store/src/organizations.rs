//! Organizations: the tenants.

use model::{
    id::{OrganizationId, OrganizationNumber},
    organization::Organization,
    time::Millis,
    webhook::WebhookEvents,
    widget::WidgetSettings,
};

use crate::{Error, Result, Row, Tx};

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

/// The organization of a widget id, as it stands in a snippet.
pub fn find_by_widget_id(tx: &mut Tx<'_>, widget_id: &str) -> Result<Option<Organization>> {
    const SQL: &str =
        "select number, id, widget_id, name, created_at from organizations where widget_id = $1";
    tx.find(SQL, &[widget_id.into()], read)
}

/// How the widget of an organization behaves.
pub fn widget_settings(tx: &mut Tx<'_>, number: OrganizationNumber) -> Result<WidgetSettings> {
    const SQL: &str = "select widget_settings from organizations where number = $1";
    let settings: String = tx.one(SQL, &[number.into()], |row| row.get(0))?;
    serde_json::from_str(&settings)
        .map_err(|error| Error::Content(format!("settings of a widget: {error}")))
}

/// Says how the widget of an organization behaves.
pub fn set_widget_settings(
    tx: &mut Tx<'_>,
    number: OrganizationNumber,
    settings: &WidgetSettings,
) -> Result<()> {
    const SQL: &str = "update organizations set widget_settings = $2 where number = $1";
    let settings =
        serde_json::to_string(settings).map_err(|error| Error::Content(error.to_string()))?;
    tx.run(SQL, &[number.into(), (&settings).into()]).map(drop)
}

/// The secret by which a site proves who its visitors are, sealed.
pub fn identity_secret(tx: &mut Tx<'_>, number: OrganizationNumber) -> Result<Option<String>> {
    const SQL: &str = "select identity_secret from organizations where number = $1";
    tx.one(SQL, &[number.into()], |row| row.get(0))
}

/// Gives an organization another such secret, sealed.
pub fn set_identity_secret(
    tx: &mut Tx<'_>,
    number: OrganizationNumber,
    sealed: &str,
) -> Result<()> {
    const SQL: &str = "update organizations set identity_secret = $2 where number = $1";
    tx.run(SQL, &[number.into(), sealed.into()]).map(drop)
}
