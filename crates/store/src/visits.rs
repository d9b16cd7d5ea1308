//! Visits: the stays of a visitor on a site.

use model::{
    id::{OrganizationNumber, Scope, VisitNumber, VisitorNumber},
    visit::{PageView, Visit},
};

use crate::{Error, Result, Row, Tx};

macro_rules! visit_columns {
    () => {
        "number, host_name, pages, started_at, seen_at, finished_at from visits"
    };
}

fn read(row: &Row<'_>) -> Result<Visit> {
    Ok(Visit {
        number: row.get(0)?,
        host_name: row.get(1)?,
        pages: serde_json::from_str(&row.get::<String>(2)?)
            .map_err(|error| Error::Content(format!("pages of a visit: {error}")))?,
        started_at: row.get(3)?,
        seen_at: row.get(4)?,
        finished_at: row.get(5)?,
    })
}

/// Adds a visit that has just begun; its number is given here.
pub fn insert(
    tx: &mut Tx<'_>,
    organization: OrganizationNumber,
    visitor: VisitorNumber,
    visit: &Visit,
) -> Result<VisitNumber> {
    const SQL: &str = "insert into visits (organization, visitor, host_name, pages, started_at, seen_at, finished_at) \
        values ($1, $2, $3, $4, $5, $6, $7) returning number";
    let pages = written(&visit.pages)?;
    let parameters = [
        organization.into(),
        visitor.into(),
        (&visit.host_name).into(),
        (&pages).into(),
        visit.started_at.into(),
        visit.seen_at.into(),
        visit.finished_at.into(),
    ];
    tx.one(SQL, &parameters, |row| row.get(0))
}

/// Writes how a visit went on, or that it ended.
pub fn update(tx: &mut Tx<'_>, scope: Scope, visit: &Visit) -> Result<()> {
    const SQL: &str = "update visits set pages = $3, seen_at = $4, finished_at = $5 where organization = $1 and number = $2 \
        and (cast($6 as bigint) is null or visitor = $6)";
    let pages = written(&visit.pages)?;
    let parameters = [
        scope.organization.into(),
        visit.number.into(),
        (&pages).into(),
        visit.seen_at.into(),
        visit.finished_at.into(),
        scope.visitor.into(),
    ];
    tx.run(SQL, &parameters).map(drop)
}

fn written(pages: &[PageView]) -> Result<String> {
    serde_json::to_string(pages).map_err(|error| Error::Content(error.to_string()))
}

/// The visit of a visitor that began last.
pub fn find_latest(tx: &mut Tx<'_>, scope: Scope, visitor: VisitorNumber) -> Result<Option<Visit>> {
    const SQL: &str = concat!(
        "select ",
        visit_columns!(),
        " where visitor = $2 and organization = $1 and (cast($3 as bigint) is null or visitor = $3) \
        order by number desc limit 1"
    );
    let parameters = [
        scope.organization.into(),
        visitor.into(),
        scope.visitor.into(),
    ];
    tx.find(SQL, &parameters, read)
}

/// Visits of a visitor before one, latest first, at most `limit`.
pub fn list(
    tx: &mut Tx<'_>,
    scope: Scope,
    visitor: VisitorNumber,
    before: VisitNumber,
    limit: i64,
) -> Result<Vec<Visit>> {
    const SQL: &str = concat!(
        "select ",
        visit_columns!(),
        " where visitor = $2 and organization = $1 and number < $3 and (cast($4 as bigint) is null or visitor = $4) \
        order by number desc limit $5"
    );
    let parameters = [
        scope.organization.into(),
        visitor.into(),
        before.into(),
        scope.visitor.into(),
        limit.into(),
    ];
    tx.all(SQL, &parameters, read)
}

/// Forgets all visits of a visitor but the latest; tells how many.
pub fn delete_but_latest(
    tx: &mut Tx<'_>,
    scope: Scope,
    visitor: VisitorNumber,
    kept: i64,
) -> Result<u64> {
    const SQL: &str = "delete from visits where visitor = $2 and organization = $1 and (cast($3 as bigint) is null or visitor = $3) \
        and number < (select min(number) from (select number from visits where visitor = $2 order by number desc limit $4) latest)";
    let parameters = [
        scope.organization.into(),
        visitor.into(),
        scope.visitor.into(),
        kept.into(),
    ];
    tx.run(SQL, &parameters)
}
