//! Whether the secrets that are sealed in a database can be opened with the key that is there.

use std::collections::BTreeSet;

use app::sealing::{self, KEY_FILE, Sealer};
use model::id::{EndpointId, EndpointNumber};
use store::{health, inspect::Inspector};

use super::Failure;
use crate::config::Config;

/// Endpoints looked at in one question.
const PAGE: i64 = 500;

/// Endpoints that are named; more are counted.
const NAMED_MAX: usize = 5;

/// What cannot be opened.
#[derive(Debug, Default)]
pub(super) struct Unreadable {
    /// How many endpoints have a secret that cannot be opened.
    pub(super) count: usize,
    /// The first of them.
    pub(super) endpoints: Vec<EndpointId>,
    /// The ids of the keys that would open them.
    pub(super) wanted: BTreeSet<String>,
}

impl Unreadable {
    /// The endpoints and the keys, for people.
    pub(super) fn describe(&self) -> String {
        let names: Vec<&str> = self.endpoints.iter().map(EndpointId::as_str).collect();
        let more = if self.count > names.len() {
            ", …"
        } else {
            ""
        };
        let keys: Vec<&str> = self.wanted.iter().map(String::as_str).collect();
        format!(
            "the secrets of {} webhook endpoints ({}{more}) are sealed with the key {}",
            self.count,
            names.join(", "),
            keys.join(" or ")
        )
    }
}

/// The key that is there; it is not made where it is not.
pub(super) fn find_sealer(config: &Config) -> Result<Option<Sealer>, Failure> {
    let found = if config.secret_key.is_empty() {
        Sealer::find(&config.data_dir.join(KEY_FILE))
    } else {
        Sealer::from_hex(&config.secret_key).map(Some)
    };
    found.map_err(|error| error.to_string())
}

/// What is sealed with another key than the one that is there.
pub(super) fn find_unreadable(
    inspector: &mut Inspector,
    sealer: Option<&Sealer>,
) -> Result<Unreadable, Failure> {
    let mut unreadable = Unreadable::default();
    let mut after = EndpointNumber(0);
    loop {
        let page = inspector
            .read(|tx| health::list_sealed(tx, after, PAGE))
            .map_err(|error| error.to_string())?;
        let Some(last) = page.last() else {
            return Ok(unreadable);
        };
        after = last.number;
        for sealed in page {
            let foreign: Vec<&str> = sealed
                .texts
                .iter()
                .filter_map(|text| sealing::key_id(text))
                .filter(|key| sealer.is_none_or(|sealer| sealer.key_id() != *key))
                .collect();
            if foreign.is_empty() {
                continue;
            }
            unreadable.count += 1;
            unreadable
                .wanted
                .extend(foreign.into_iter().map(str::to_owned));
            if unreadable.endpoints.len() < NAMED_MAX {
                unreadable.endpoints.push(sealed.id);
            }
        }
    }
}
