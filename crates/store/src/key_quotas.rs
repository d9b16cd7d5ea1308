//! What keys have used of their hour, over all nodes.

use model::{id::KeyNumber, time::Millis};

use crate::{Result, Tx};

/// What a key has used of its hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyQuota {
    /// When the hour is over.
    pub ends_at: Millis,
    /// How many requests were counted in it.
    pub used: i64,
}

/// Adds requests to what a key has used and tells what that is now. Where its hour is over, or there was none, another
/// begins that ends at `quota.ends_at`.
pub fn add(tx: &mut Tx<'_>, key: KeyNumber, quota: KeyQuota, now: Millis) -> Result<KeyQuota> {
    const SQL: &str = "insert into key_quotas (key_number, ends_at, used) values ($1, $2, $3) \
        on conflict (key_number) do update set \
        used = case when key_quotas.ends_at > $4 then key_quotas.used else 0 end + excluded.used, \
        ends_at = case when key_quotas.ends_at > $4 then key_quotas.ends_at else excluded.ends_at end \
        returning ends_at, used";
    let parameters = [
        key.into(),
        quota.ends_at.into(),
        quota.used.into(),
        now.into(),
    ];
    tx.one(SQL, &parameters, |row| {
        Ok(KeyQuota {
            ends_at: row.get(0)?,
            used: row.get(1)?,
        })
    })
}
