//! Hours of keys: what a key has used of its quota here, and, where nodes share a database, what all nodes together know.
//! Each node adds its own count every five seconds and goes by the total from then on, so that a key gets at most what a
//! node lets through in ten seconds above its quota.

use std::sync::{Mutex, PoisonError};

use app::keys::KeyUse;
use model::{
    id::KeyNumber,
    time::{HOUR_MS, Millis, SECOND_MS},
};

use super::HttpState;

/// How often counts are shared.
const SHARE_MS: i64 = 5 * SECOND_MS;

/// Keys in one transaction.
const KEYS_MAX: usize = 200;

/// A window of an hour that begins with the first request.
#[derive(Debug, Default)]
pub(super) struct Hour {
    ends_at: Millis,
    used: u32,
    /// How many of `used` the other nodes do not know of yet.
    unshared: u32,
}

impl Hour {
    /// Begins another hour where this one is over.
    pub(super) fn begin(&mut self, now: Millis) {
        if self.ends_at <= now {
            *self = Self {
                ends_at: now + HOUR_MS,
                ..Self::default()
            };
        }
    }

    /// How many requests were counted.
    pub(super) fn used(&self) -> u32 {
        self.used
    }

    /// When it is over.
    pub(super) fn ends_at(&self) -> Millis {
        self.ends_at
    }

    /// Counts a request; true where the other nodes knew of all before it.
    pub(super) fn count(&mut self) -> bool {
        self.used = self.used.saturating_add(1);
        self.unshared = self.unshared.saturating_add(1);
        self.unshared == 1
    }

    /// What the others are to be told.
    fn share(&mut self, key: KeyNumber) -> Option<KeyUse> {
        let count = std::mem::take(&mut self.unshared);
        (count > 0).then_some(KeyUse {
            key,
            ends_at: self.ends_at,
            used: count.into(),
        })
    }

    /// Goes by the total of all nodes, with what was counted here meanwhile.
    fn settle(&mut self, total: &KeyUse, now: Millis) {
        if total.ends_at > now {
            self.ends_at = total.ends_at;
            let total = u32::try_from(total.used).unwrap_or(u32::MAX);
            self.used = total.saturating_add(self.unshared);
        }
    }

    /// Takes back what could not be told, unless its hour is over.
    fn take_back(&mut self, told: &KeyUse) {
        if self.ends_at == told.ends_at {
            let count = u32::try_from(told.used).unwrap_or(u32::MAX);
            self.unshared = self.unshared.saturating_add(count);
        }
    }
}

/// Keys with counts that the other nodes do not know.
#[derive(Default)]
pub(super) struct Unshared {
    keys: Mutex<Vec<KeyNumber>>,
}

impl Unshared {
    /// A key was used for the first time since its count was shared.
    pub(super) fn add(&self, key: KeyNumber) {
        self.lock().push(key);
    }

    fn take(&self) -> Vec<KeyNumber> {
        let mut keys = std::mem::take(&mut *self.lock());
        // In the same order on every node, as their rows are locked in it.
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<KeyNumber>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shares what keys have used with the other nodes, until the server stops, and then once more.
pub(crate) async fn share_quotas(state: HttpState) {
    let clock = state.app.clock();
    loop {
        let is_stopping = tokio::select! {
            () = clock.sleep_until(clock.now() + SHARE_MS) => false,
            () = state.lifecycle.stopping() => true,
        };
        let keys = state.limits.unshared().map(Unshared::take);
        for keys in keys.unwrap_or_default().chunks(KEYS_MAX) {
            share(&state, keys).await;
        }
        if is_stopping {
            return;
        }
    }
}

async fn share(state: &HttpState, keys: &[KeyNumber]) {
    let limits = &state.limits;
    let uses: Vec<KeyUse> = keys
        .iter()
        .filter_map(|key| limits.with_hour(*key, |hour| hour.share(*key)).flatten())
        .collect();
    let told = uses.clone();
    let totals = state
        .app
        .write(move |write| app::keys::count_uses(write, &told))
        .await;
    match totals {
        Ok(totals) => {
            let now = state.app.clock().now();
            for total in totals {
                limits.with_hour(total.key, |hour| hour.settle(&total, now));
            }
        }
        Err(error) => {
            tracing::warn!(%error, "what keys have used could not be shared with other nodes");
            for told in uses {
                limits.with_hour(told.key, |hour| hour.take_back(&told));
                if let Some(unshared) = limits.unshared() {
                    unshared.add(told.key);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: KeyNumber = KeyNumber(1);

    fn counted(count: u32) -> Hour {
        let mut hour = Hour::default();
        hour.begin(0);
        for _ in 0..count {
            hour.count();
        }
        hour
    }

    #[test]
    fn the_total_counts_with_what_came_meanwhile() {
        let mut hour = counted(3);
        let told = hour.share(KEY).expect("three");
        assert_eq!((told.used, told.ends_at), (3, HOUR_MS));
        assert!(hour.count(), "it is to be shared again");
        assert!(!hour.count());
        let total = KeyUse {
            used: 10,
            ends_at: 500,
            ..told
        };
        hour.settle(&total, 499);
        assert_eq!((hour.used(), hour.ends_at()), (12, 500));
        assert_eq!(hour.share(KEY).map(|told| told.used), Some(2));
        assert_eq!(hour.share(KEY).map(|told| told.used), None);
    }

    #[test]
    fn another_hour_forgets_the_last() {
        let mut hour = counted(3);
        let told = hour.share(KEY).expect("three");
        hour.begin(HOUR_MS - 1);
        assert_eq!(hour.used(), 3);
        hour.begin(HOUR_MS);
        hour.count();
        hour.settle(&told, HOUR_MS);
        hour.take_back(&told);
        assert_eq!((hour.used(), hour.ends_at()), (1, 2 * HOUR_MS));
        assert_eq!(hour.share(KEY).map(|told| told.used), Some(1));
    }

    #[test]
    fn what_could_not_be_told_is_told_later() {
        let mut hour = counted(3);
        let told = hour.share(KEY).expect("three");
        hour.count();
        hour.take_back(&told);
        assert_eq!(hour.used(), 4);
        assert_eq!(hour.share(KEY).map(|told| told.used), Some(4));
    }
}
