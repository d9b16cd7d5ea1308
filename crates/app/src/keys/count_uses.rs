//! Count what keys have used, over all nodes.

use model::{id::KeyNumber, time::Millis};
use store::key_quotas::{self, KeyQuota};

use crate::{Result, Write};

/// What a key has used of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// Which.
    pub key: KeyNumber,
    /// When the hour is over.
    pub ends_at: Millis,
    /// How many requests.
    pub used: i64,
}

/// Adds what keys have used on one node, and tells what each has used on all. The keys come in ascending order, as every
/// node locks their rows in the order in which they come.
pub fn count_uses(write: &mut Write<'_, '_>, uses: &[KeyUse]) -> Result<Vec<KeyUse>> {
    let now = write.now();
    let mut totals = Vec::with_capacity(uses.len());
    for &KeyUse { key, ends_at, used } in uses {
        let KeyQuota { ends_at, used } =
            key_quotas::add(write.tx(), key, KeyQuota { ends_at, used }, now)?;
        totals.push(KeyUse { key, ends_at, used });
    }
    Ok(totals)
}
