//! Organizations: the tenants.

use model::{
    id::{OrganizationId, OrganizationNumber},
    organization::Organization,
    time::Millis,
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
