//! Where an address is, by a database in MaxMind's format that the operator brings.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    path::{Path, PathBuf},
};

use maxminddb::Reader;
use model::country;
use serde::Deserialize;

/// The language of the names that are told.
const LANGUAGE: &str = "en";

/// The place of an address; empty where it is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct GeoPlace {
    pub(crate) country: String,
    pub(crate) city: String,
}

/// Why a database of places cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GeoError {
    /// It cannot be read at all, or is none.
    #[error("visitors.geoip_file {file}: {error}")]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why not.
        error: maxminddb::MaxMindDbError,
    },
    /// It tells other things of addresses.
    #[error("visitors.geoip_file {file}: a database of {kind:?} tells no countries")]
    OfSomethingElse {
        /// The file.
        file: PathBuf,
        /// What it says it is.
        kind: String,
    },
}

/// A database of places, in memory; or none.
pub(crate) struct Geo(Option<Reader<Vec<u8>>>);

impl Geo {
    /// Opens a file, where one is named. Blocks.
    pub(crate) fn open(file: &Path) -> Result<Self, GeoError> {
        if file.as_os_str().is_empty() {
            return Ok(Self(None));
        }
        let reader = Reader::open_readfile(file).map_err(|error| GeoError::Unreadable {
            file: file.to_owned(),
            error,
        })?;
        let kind = &reader.metadata().database_type;
        let is_of_places = ["country", "city", "enterprise", "location"];
        let lower = kind.to_ascii_lowercase();
        if !is_of_places.iter().any(|word| lower.contains(word)) {
            return Err(GeoError::OfSomethingElse {
                file: file.to_owned(),
                kind: kind.clone(),
            });
        }
        Ok(Self(Some(reader)))
    }

    /// The place of an address.
    pub(crate) fn find(&self, ip: IpAddr) -> GeoPlace {
        let Some(reader) = &self.0 else {
            return GeoPlace::default();
        };
        let found = reader
            .lookup(ip.to_canonical())
            .and_then(|found| found.decode::<Record>());
        match found {
            Ok(Some(record)) => record.place(),
            Ok(None) => GeoPlace::default(),
            Err(error) => {
                tracing::warn!(%error, "an address was not found in the database of places");
                GeoPlace::default()
            }
        }
    }
}

/// What databases tell of an address: MaxMind's name things in many languages, others write one text.
#[derive(Deserialize)]
struct Record {
    country: Option<Named>,
    registered_country: Option<Named>,
    country_name: Option<String>,
    country_code: Option<String>,
    city: Option<Named>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Text(String),
    Names(Names),
}

#[derive(Deserialize)]
struct Names {
    names: Option<BTreeMap<String, String>>,
    iso_code: Option<String>,
}

impl Record {
    fn place(self) -> GeoPlace {
        let country = self.country.or(self.registered_country);
        let country = self
            .country_name
            .or_else(|| country.and_then(Named::into_name))
            .or(self.country_code)
            .map(|country| country::name(&country).map_or(country, str::to_owned));
        GeoPlace {
            country: country.unwrap_or_default(),
            city: self.city.and_then(Named::into_name).unwrap_or_default(),
        }
    }
}

impl Named {
    fn into_name(self) -> Option<String> {
        match self {
            Named::Text(text) => Some(text),
            Named::Names(Names { names, iso_code }) => names
                .and_then(|mut names| names.remove(LANGUAGE))
                .or(iso_code),
        }
    }
}

#[cfg(test)]
mod tests;
