//! Access that ended, for every node to notice.

use model::{
    revocation::{Revocation, RevocationKind},
    time::Millis,
};

use crate::{Error, Result, Tx};

/// Notes that access ended.
pub fn insert(tx: &mut Tx<'_>, revocation: &Revocation) -> Result<()> {
    const SQL: &str =
        "insert into revocations (organization, kind, subject, at) values ($1, $2, $3, $4)";
    let parameters = [
        revocation.organization.into(),
        revocation.kind.name().into(),
        revocation.kind.subject().into(),
        revocation.at.into(),
    ];
    tx.run(SQL, &parameters).map(drop)
}

/// What ended at a time or later, in every organization, the latest first, at most `limit`.
pub fn list_since(tx: &mut Tx<'_>, at: Millis, limit: i64) -> Result<Vec<Revocation>> {
    const SQL: &str = "select organization, kind, subject, at from revocations where at >= $1 order by at desc, number desc limit $2";
    tx.all(SQL, &[at.into(), limit.into()], |row| {
        let name: String = row.get(1)?;
        Ok(Revocation {
            organization: row.get(0)?,
            kind: RevocationKind::of(&name, row.get(2)?).ok_or_else(|| {
                Error::Content(format!("a revocation of the unknown kind {name:?}"))
            })?,
            at: row.get(3)?,
        })
    })
}

/// Forgets what ended before a time, at most `limit`.
pub fn delete_before(tx: &mut Tx<'_>, before: Millis, limit: i64) -> Result<u64> {
    const SQL: &str = "delete from revocations where number in (select number from revocations where at < $1 order by at limit $2)";
    tx.run(SQL, &[before.into(), limit.into()])
}
