//! Whether the secrets that are sealed in a database can be opened with the key that is there.

use std::collections::BTreeSet;

use app::sealing::{self, KEY_FILE, Sealer};
use model::id::{EndpointId, EndpointNumber, OrganizationId, OrganizationNumber};
use store::{health, inspect::Inspector};

use super::Failure;
use crate::config::Config;

/// Endpoints, or organizations, looked at in one question.
const PAGE: i64 = 500;

/// Those that are named; more are counted.
const NAMED_MAX: usize = 5;

/// What cannot be opened.
#[derive(Debug, Default)]
pub(super) struct Unreadable {
    /// How many endpoints have a secret that cannot be opened.
    pub(super) count: usize,
    /// The first of them.
    pub(super) endpoints: Vec<EndpointId>,
    /// How many organizations have an identity secret that cannot be opened.
    widget_count: usize,
    /// The first of them.
    organizations: Vec<OrganizationId>,
    /// The ids of the keys that would open them.
    pub(super) wanted: BTreeSet<String>,
}

impl Unreadable {
    /// Whether everything can be opened.
    pub(super) fn is_empty(&self) -> bool {
        self.count + self.widget_count == 0
    }

    /// The endpoints, the widgets and the keys, for people.
    pub(super) fn describe(&self) -> String {
        let endpoints = self.endpoints.iter().map(EndpointId::as_str);
        let organizations = self.organizations.iter().map(OrganizationId::as_str);
        let things = [
            named(self.count, "webhook endpoints", endpoints.collect()),
            named(
                self.widget_count,
                "widgets of organizations",
                organizations.collect(),
            ),
        ];
        let things: Vec<String> = things.into_iter().flatten().collect();
        let keys: Vec<&str> = self.wanted.iter().map(String::as_str).collect();
        format!(
            "the secrets of {} are sealed with the key {}",
            things.join(" and "),
            keys.join(" or ")
        )
    }
}

fn named(count: usize, things: &str, names: Vec<&str>) -> Option<String> {
    let more = if count > names.len() { ", …" } else { "" };
    (count > 0).then(|| format!("{count} {things} ({}{more})", names.join(", ")))
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
    look_at_endpoints(inspector, sealer, &mut unreadable)?;
    look_at_widgets(inspector, sealer, &mut unreadable)?;
    Ok(unreadable)
}

fn look_at_endpoints(
    inspector: &mut Inspector,
    sealer: Option<&Sealer>,
    unreadable: &mut Unreadable,
) -> Result<(), Failure> {
    let mut after = EndpointNumber(0);
    loop {
        let page = inspector
            .read(|tx| health::list_sealed(tx, after, PAGE))
            .map_err(|error| error.to_string())?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = last.number;
        for sealed in page {
            let foreign = foreign_keys(&sealed.texts, sealer);
            if foreign.is_empty() {
                continue;
            }
            unreadable.count += 1;
            unreadable.wanted.extend(foreign);
            if unreadable.endpoints.len() < NAMED_MAX {
                unreadable.endpoints.push(sealed.id);
            }
        }
    }
}

fn look_at_widgets(
    inspector: &mut Inspector,
    sealer: Option<&Sealer>,
    unreadable: &mut Unreadable,
) -> Result<(), Failure> {
    let mut after = OrganizationNumber(0);
    loop {
        let page = inspector
            .read(|tx| health::list_sealed_widgets(tx, after, PAGE))
            .map_err(|error| error.to_string())?;
        let Some((last, _, _)) = page.last() else {
            return Ok(());
        };
        after = *last;
        for (_, organization, text) in page {
            let foreign = foreign_keys(&[text], sealer);
            if foreign.is_empty() {
                continue;
            }
            unreadable.widget_count += 1;
            unreadable.wanted.extend(foreign);
            if unreadable.organizations.len() < NAMED_MAX {
                unreadable.organizations.push(organization);
            }
        }
    }
}

/// The ids of other keys than the one that is there, as far as they sealed any of these texts.
fn foreign_keys(texts: &[String], sealer: Option<&Sealer>) -> Vec<String> {
    texts
        .iter()
        .filter_map(|text| sealing::key_id(text))
        .filter(|key| sealer.is_none_or(|sealer| sealer.key_id() != *key))
        .map(str::to_owned)
        .collect()
}
