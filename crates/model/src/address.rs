//! Which addresses the server may send to: what is written, and what it leads to (trust 1.11).

mod client;
mod public;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::{IpNet, Ipv4Net};
use url::{Host, Url};

use crate::limit;

pub use client::{Networks, client_address};
pub use public::is_public;

/// Ports that web servers are reached at.
const PORTS: [u16; 3] = [443, 80, 8_443];

/// Names that are never another's on the internet (RFC 6761, 6762, 8375, and what ICANN keeps for private use).
const INTERNAL_ENDINGS: [&str; 4] = ["localhost", "local", "internal", "home.arpa"];

/// Longest part of a host name between two dots, in bytes (RFC 1035 section 2.3.4).
const LABEL_LENGTH_MAX: usize = 63;

/// Where the server may send to. Public addresses over https, and what the operator allows beyond that.
#[derive(Clone, Debug, Default)]
pub struct OutgoingPolicy {
    allowed: Vec<IpNet>,
    ports: Vec<u16>,
}

/// What of a policy cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// A network.
    #[error("{0:?} is not a network, as 10.0.0.0/8 or fd00::/8")]
    Network(String),
    /// A port.
    #[error("{0:?} is not a port")]
    Port(String),
}

/// Why an address is not accepted; the text names the field and the rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Longer than [`limit::URL_LENGTH_MAX`].
    #[error("url must not be longer than 2,048 bytes")]
    TooLong,
    /// Holds what parsers drop or read differently.
    #[error("url must not contain spaces, control characters or backslashes")]
    Characters,
    /// Not an address of the web at all.
    #[error("url is not a valid address")]
    Malformed,
    /// Another scheme, or http to where it is not allowed.
    #[error("url must begin with https://")]
    Scheme,
    /// A name or a password before the host.
    #[error("url must not contain a user name or password; use auth instead")]
    Userinfo,
    /// Something after a `#`, which is never sent.
    #[error("url must not contain a fragment (#)")]
    Fragment,
    /// A port that is not among the allowed ones, which it names.
    #[error("url must have one of the ports {0}")]
    Port(String),
    /// A host longer than [`limit::HOST_LENGTH_MAX`].
    #[error("url must not have a host longer than 253 bytes")]
    HostTooLong,
    /// A host that is not on the internet, whatever it is written like.
    #[error("url: the address is not public")]
    NotPublic,
}

impl OutgoingPolicy {
    /// Reads a policy from lists separated by commas: networks that may be reached although they are private, and ports
    /// that may be used beside the usual ones.
    pub fn parse(networks: &str, ports: &str) -> Result<Self, PolicyError> {
        let network = |text| network(text).ok_or_else(|| PolicyError::Network(text.to_owned()));
        let port = |text: &str| match text.parse() {
            Ok(0) | Err(_) => Err(PolicyError::Port(text.to_owned())),
            Ok(port) => Ok(port),
        };
        Ok(Self {
            allowed: entries(networks).map(network).collect::<Result<_, _>>()?,
            ports: entries(ports).map(port).collect::<Result<_, _>>()?,
        })
    }

    /// Whether something may be sent to this address at all.
    pub fn allows(&self, ip: IpAddr) -> bool {
        is_public(ip) || self.lists(ip)
    }

    /// Whether the operator has allowed this very address.
    pub fn lists(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.allowed.iter().any(|network| network.contains(&ip))
    }

    /// Whether the operator has allowed anything.
    pub fn lists_any(&self) -> bool {
        !self.allowed.is_empty()
    }

    /// Checks an address as it is written. What a name leads to is checked by [`Self::check_connection`], at each
    /// connection: here a name passes with http or an unusual port where the operator has allowed any network, because
    /// it may lead there.
    pub fn check_url(&self, text: &str) -> Result<Url, AddressError> {
        let url = parse(text)?;
        let (is_allowed, is_listed) = match url.host().ok_or(AddressError::Malformed)? {
            Host::Ipv4(ip) => (self.allows(ip.into()), self.lists(ip.into())),
            Host::Ipv6(ip) => (self.allows(ip.into()), self.lists(ip.into())),
            Host::Domain(name) => (self.allows_name(name)?, self.lists_any()),
        };
        if !is_allowed {
            return Err(AddressError::NotPublic);
        }
        if !is_listed {
            self.check_usual(url.scheme(), url.port_or_known_default().unwrap_or(0))?;
        }
        Ok(url)
    }

    /// Checks where a connection leads, before and after it is made.
    pub fn check_connection(&self, scheme: &str, to: SocketAddr) -> Result<(), AddressError> {
        if self.lists(to.ip()) {
            Ok(())
        } else if is_public(to.ip()) {
            self.check_usual(scheme, to.port())
        } else {
            Err(AddressError::NotPublic)
        }
    }

    /// What holds for everything that the operator has not allowed.
    fn check_usual(&self, scheme: &str, port: u16) -> Result<(), AddressError> {
        if scheme != "https" {
            Err(AddressError::Scheme)
        } else if PORTS.contains(&port) || self.ports.contains(&port) {
            Ok(())
        } else {
            let ports = PORTS.iter().chain(&self.ports).map(u16::to_string);
            Err(AddressError::Port(ports.collect::<Vec<_>>().join(", ")))
        }
    }

    fn allows_name(&self, name: &str) -> Result<bool, AddressError> {
        if name.len() > limit::HOST_LENGTH_MAX {
            return Err(AddressError::HostTooLong);
        }
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let is_label = |label: &str| {
            (1..=LABEL_LENGTH_MAX).contains(&label.len()) && label.bytes().all(is_letter)
        };
        if !name.split('.').all(is_label) {
            return Err(AddressError::Malformed);
        }
        let is_loopback_listed =
            self.lists(Ipv4Addr::LOCALHOST.into()) || self.lists(Ipv6Addr::LOCALHOST.into());
        let is_internal = |ending: &str| {
            name.strip_suffix(ending)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        Ok((name == "localhost" && is_loopback_listed)
            || (name.contains('.') && !INTERNAL_ENDINGS.iter().any(|ending| is_internal(ending))))
    }
}

/// Reads what is written; the host of what comes back is in its one plain form.
fn parse(text: &str) -> Result<Url, AddressError> {
    if text.len() > limit::URL_LENGTH_MAX {
        return Err(AddressError::TooLong);
    }
    // The parser drops some of these without a word, and turns backslashes into slashes.
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err(AddressError::Characters);
    }
    let mut url = Url::parse(text).map_err(|_| AddressError::Malformed)?;
    if !["https", "http"].contains(&url.scheme()) {
        return Err(AddressError::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::Userinfo);
    }
    if url.fragment().is_some() {
        return Err(AddressError::Fragment);
    }
    let without_dot = url.host_str().and_then(|host| host.strip_suffix('.'));
    if let Some(host) = without_dot.map(str::to_owned) {
        url.set_host(Some(&host))
            .map_err(|_| AddressError::Malformed)?;
    }
    // Names written in other scripts grow when they are put into ASCII.
    if url.as_str().len() > limit::URL_LENGTH_MAX {
        return Err(AddressError::TooLong);
    }
    Ok(url)
}

fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

/// A network, or a single address; IPv4 written as IPv6 becomes IPv4, as every address that is compared with it does.
fn network(text: &str) -> Option<IpNet> {
    let single = || text.parse::<IpAddr>().ok().map(IpNet::from);
    let network = text.parse::<IpNet>().ok().or_else(single)?;
    match network {
        IpNet::V6(wide) => match (
            wide.addr().to_ipv4_mapped(),
            wide.prefix_len().checked_sub(96),
        ) {
            (Some(ip), Some(length)) => Ipv4Net::new(ip, length).ok().map(IpNet::V4),
            _ => Some(network),
        },
        IpNet::V4(_) => Some(network),
    }
}

#[cfg(test)]
mod tests;
