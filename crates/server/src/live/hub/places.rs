//! Places for connections: so many in all, so many from an address.

use std::{collections::HashMap, net::IpAddr};

/// How many connections there may be at the same time.
#[derive(Clone, Copy, Debug)]
pub(in crate::live) struct Bounds {
    pub(in crate::live) in_all: usize,
    pub(in crate::live) of_address: usize,
}

/// Those that are taken.
#[derive(Default)]
pub(super) struct Places {
    of_addresses: HashMap<IpAddr, usize>,
    in_all: usize,
}

impl Places {
    /// Takes one; false where there is none.
    pub(super) fn take(&mut self, address: IpAddr, bounds: Bounds) -> bool {
        let taken = self.of_addresses.get(&address).copied().unwrap_or_default();
        if taken >= bounds.of_address || self.in_all >= bounds.in_all {
            return false;
        }
        self.of_addresses.insert(address, taken + 1);
        self.in_all += 1;
        true
    }

    /// How many are taken.
    pub(super) fn taken(&self) -> usize {
        self.in_all
    }

    /// Gives one back.
    pub(super) fn free(&mut self, address: IpAddr) {
        self.in_all -= 1;
        if let Some(taken) = self.of_addresses.get_mut(&address) {
            *taken -= 1;
            if *taken == 0 {
                self.of_addresses.remove(&address);
            }
        }
    }
}
