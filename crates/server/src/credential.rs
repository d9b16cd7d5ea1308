//! What a request shows to prove who calls, shared by the doors.

use axum::http::{HeaderMap, header};

/// What a request shows to prove who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credential<'r> {
    /// The `api-key` header.
    ApiKey(&'r str),
    /// The `Authorization: Bearer` header.
    Bearer(&'r str),
    /// Something that cannot be a key.
    Unreadable,
}

impl<'r> Credential<'r> {
    /// What the headers show; nothing where neither header is given or both are empty.
    pub(crate) fn of(headers: &'r HeaderMap) -> Option<Self> {
        let mut keys = headers
            .get_all("api-key")
            .iter()
            .filter(|value| !value.is_empty());
        match (keys.next(), keys.next()) {
            (Some(_), Some(_)) => return Some(Credential::Unreadable),
            (Some(key), None) => {
                return Some(
                    key.to_str()
                        .map_or(Credential::Unreadable, Credential::ApiKey),
                );
            }
            (None, _) => {}
        }
        let value = headers
            .get(header::AUTHORIZATION)
            .filter(|value| !value.is_empty())?;
        let Ok(text) = value.to_str() else {
            return Some(Credential::Unreadable);
        };
        match text.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                Some(Credential::Bearer(token.trim()))
            }
            _ => Some(Credential::Unreadable),
        }
    }
}
