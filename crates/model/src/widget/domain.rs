//! The hosts of the pages that a widget may stand on.

use serde::{Deserialize, Serialize};

use crate::limit::HOST_LENGTH_MAX;

/// Most domains that a widget may be bound to.
pub const ALLOWED_DOMAINS_MAX: usize = 100;

/// The host of a site, or with `*.` before it every host below that one. As in a page's policy (CSP3 section 6.7.2.8),
/// `*.shop.example` is not `shop.example` itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain(String);

impl Domain {
    /// Reads a host without scheme, port and path; letters beyond ASCII are written as browsers write them.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('.');
        let (prefix, host) = match text.strip_prefix("*.") {
            Some(host) => ("*.", host),
            None => ("", text),
        };
        let host = url::Host::parse(host).ok()?;
        let host = match host {
            url::Host::Domain(name) => name,
            // Nothing is below an address.
            address if prefix.is_empty() => address.to_string(),
            _ => return None,
        };
        let is_plain = |label: &str| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        let is_address = host.starts_with('[');
        let fits = host.len() <= HOST_LENGTH_MAX && (is_address || host.split('.').all(is_plain));
        fits.then(|| Self(format!("{prefix}{host}")))
    }

    /// The domain as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a host is meant, given as browsers write it: in lower-case ASCII.
    pub fn covers(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.');
        match self.0.strip_prefix('*') {
            Some(end) => host.len() > end.len() && host.ends_with(end),
            None => host == self.0,
        }
    }
}

impl From<Domain> for String {
    fn from(domain: Domain) -> Self {
        domain.0
    }
}

impl TryFrom<String> for Domain {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("no host name")
    }
}
