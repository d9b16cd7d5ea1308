//! What a visitor's panel shows to prove whose it is. Only hashes are kept.

use model::{
    id::{OrganizationNumber, VisitorNumber},
    time::Millis,
    visitor::Standing,
};

use crate::{Result, Tx};

/// A token that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitorToken {
    /// Whose.
    pub organization: OrganizationNumber,
    /// Who shows it.
    pub visitor: Standing,
    /// The site proved so when it was made.
    pub is_verified: bool,
    /// When it ends.
    pub expires_at: Millis,
}

/// Adds a token of a visitor.
pub fn insert(
    tx: &mut Tx<'_>,
    token_hash: &str,
    (organization, visitor): (OrganizationNumber, VisitorNumber),
    is_verified: bool,
    created_at: Millis,
    expires_at: Millis,
) -> Result<()> {
    const SQL: &str = "insert into visitor_tokens (token_hash, organization, visitor, is_verified, created_at, expires_at) \
        values ($1, $2, $3, $4, $5, $6)";
    let parameters = [
        token_hash.into(),
        organization.into(),
        visitor.into(),
        is_verified.into(),
        created_at.into(),
        expires_at.into(),
    ];
    tx.run(SQL, &parameters).map(drop)
}

/// The token of a hash, where it has not ended at `now`.
pub fn find(tx: &mut Tx<'_>, token_hash: &str, now: Millis) -> Result<Option<VisitorToken>> {
    const SQL: &str = "select t.organization, t.is_verified, t.expires_at, v.number, v.id, v.is_anonymous, v.is_verified, \
        v.banned_at is not null from visitor_tokens t join visitors v on v.number = t.visitor \
        where t.token_hash = $1 and t.expires_at > $2";
    tx.find(SQL, &[token_hash.into(), now.into()], |row| {
        Ok(VisitorToken {
            organization: row.get(0)?,
            is_verified: row.get(1)?,
            expires_at: row.get(2)?,
            visitor: Standing {
                number: row.get(3)?,
                id: row.get(4)?,
                is_anonymous: row.get(5)?,
                is_verified: row.get(6)?,
                is_banned: row.get(7)?,
            },
        })
    })
}

/// Puts the end of a token off.
pub fn set_end(tx: &mut Tx<'_>, token_hash: &str, expires_at: Millis) -> Result<()> {
    const SQL: &str = "update visitor_tokens set expires_at = $2 where token_hash = $1";
    tx.run(SQL, &[token_hash.into(), expires_at.into()])
        .map(drop)
}

/// Deletes a token; tells whether it was there.
pub fn delete(tx: &mut Tx<'_>, token_hash: &str) -> Result<bool> {
    const SQL: &str = "delete from visitor_tokens where token_hash = $1";
    tx.run(SQL, &[token_hash.into()]).map(|count| count > 0)
}

/// Deletes tokens that ended before `now`, at most `limit`. Those that another operation is deleting are left to it.
pub fn delete_expired(tx: &mut Tx<'_>, now: Millis, limit: i64) -> Result<u64> {
    const SQLITE: &str = "delete from visitor_tokens where token_hash in \
        (select token_hash from visitor_tokens where expires_at <= $1 order by expires_at limit $2)";
    const POSTGRES: &str = "delete from visitor_tokens where token_hash in \
        (select token_hash from visitor_tokens where expires_at <= $1 order by expires_at limit $2 for update skip locked)";
    let sql = tx.pick(SQLITE, POSTGRES);
    tx.run(sql, &[now.into(), limit.into()])
}
