//! Who is at the other end of a connection that may come through proxies.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use super::{PolicyError, entries, network};

/// Networks of the operator's own.
#[derive(Clone, Debug, Default)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Reads a list separated by commas, of networks and single addresses.
    pub fn parse(list: &str) -> Result<Self, PolicyError> {
        let network = |text| network(text).ok_or_else(|| PolicyError::Network(text.to_owned()));
        Ok(Self(entries(list).map(network).collect::<Result<_, _>>()?))
    }

    /// Whether an address is in one of them.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.0.iter().any(|network| network.contains(&ip))
    }
}

/// The address of a client. Each proxy adds at the end of `X-Forwarded-For` whom it was asked by, so the list is read from
/// its end for as long as those who added to it are proxies of ours; what stands before that is only claimed. `forwarded_for`
/// are the header's values in their order.
pub fn client_address<'a>(
    peer: IpAddr,
    forwarded_for: impl DoubleEndedIterator<Item = &'a str>,
    proxies: &Networks,
) -> IpAddr {
    let mut known = peer.to_canonical();
    for value in forwarded_for.rev() {
        for entry in value.rsplit(',') {
            if !proxies.contains(known) {
                return known;
            }
            match parse(entry.trim()) {
                Some(ip) => known = ip,
                None => return known,
            }
        }
    }
    known
}

/// An address as proxies write it: some add the port.
fn parse(entry: &str) -> Option<IpAddr> {
    let bare = entry
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let ip: Option<IpAddr> = bare.unwrap_or(entry).parse().ok();
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    ip.or_else(with_port).map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(peer: &str, forwarded_for: &[&str], proxies: &str) -> String {
        let proxies = Networks::parse(proxies).expect("networks");
        let peer = peer.parse().expect("an address");
        client_address(peer, forwarded_for.iter().copied(), &proxies).to_string()
    }

    #[test]
    fn only_what_our_own_proxies_added_is_believed() {
        let ours = "10.0.0.0/8, 127.0.0.1, fd00::/8";
        for (peer, forwarded_for, proxies, expected) in [
            // Nobody is trusted unless the operator says so.
            ("127.0.0.1", &["203.0.113.7"][..], "", "127.0.0.1"),
            ("198.51.100.1", &["203.0.113.7"], ours, "198.51.100.1"),
            ("127.0.0.1", &["203.0.113.7"], ours, "203.0.113.7"),
            ("127.0.0.1", &[], ours, "127.0.0.1"),
            // What the client itself sent stands before it.
            ("127.0.0.1", &["1.1.1.1, 203.0.113.7"], ours, "203.0.113.7"),
            (
                "127.0.0.1",
                &["1.1.1.1", "203.0.113.7"],
                ours,
                "203.0.113.7",
            ),
            (
                "127.0.0.1",
                &["127.0.0.1, 203.0.113.7, 10.1.2.3"],
                ours,
                "203.0.113.7",
            ),
            (
                "127.0.0.1",
                &["203.0.113.7", "10.1.2.3, 10.3.2.1"],
                ours,
                "203.0.113.7",
            ),
            ("127.0.0.1", &["10.1.2.3"], ours, "10.1.2.3"),
            // What is no address ends it.
            ("127.0.0.1", &["203.0.113.7, <b>hi</b>"], ours, "127.0.0.1"),
            (
                "127.0.0.1",
                &["203.0.113.7, unknown, 10.1.2.3"],
                ours,
                "10.1.2.3",
            ),
            ("127.0.0.1", &["", ","], ours, "127.0.0.1"),
            // With ports, and IPv4 written as IPv6.
            (
                "::ffff:127.0.0.1",
                &["203.0.113.7:5000"],
                ours,
                "203.0.113.7",
            ),
            ("fd00::1", &["[2001:db8::7]:443"], ours, "2001:db8::7"),
            ("fd00::1", &["[2001:db8::7]"], ours, "2001:db8::7"),
            (
                "fd00::1",
                &["2001:db8::7, ::ffff:10.0.0.9"],
                ours,
                "2001:db8::7",
            ),
        ] {
            let found = found(peer, forwarded_for, proxies);
            assert_eq!(found, expected, "{peer} {forwarded_for:?} {proxies}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for list in ["everybody", "10.0.0.0/33", "10.0.0.1,*"] {
            assert!(Networks::parse(list).is_err(), "{list}");
        }
        assert!(Networks::parse(" , ").is_ok_and(|networks| networks.0.is_empty()));
    }
}
