//! Which IP addresses are anybody's on the internet. What is not known to be public is not.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// IPv4 networks that are not public.
const DENIED_V4: [Ipv4Net; 17] = [
    // "This network"; Linux takes 0.0.0.0 for itself.
    v4(0, 0, 0, 0, 8),
    // Private.
    v4(10, 0, 0, 0, 8),
    // Between a provider and its subscribers; some clouds keep their metadata here.
    v4(100, 64, 0, 0, 10),
    // Loopback.
    v4(127, 0, 0, 0, 8),
    // Azure's door to the machine itself, an address of the public range that only leads inwards.
    v4(168, 63, 129, 16, 32),
    // Link-local, with the metadata of most clouds.
    v4(169, 254, 0, 0, 16),
    // Private.
    v4(172, 16, 0, 0, 12),
    // Protocol assignments.
    v4(192, 0, 0, 0, 24),
    // Documentation.
    v4(192, 0, 2, 0, 24),
    // Relays from IPv6.
    v4(192, 88, 99, 0, 24),
    // Private.
    v4(192, 168, 0, 0, 16),
    // Benchmarks.
    v4(198, 18, 0, 0, 15),
    // Documentation.
    v4(198, 51, 100, 0, 24),
    // Documentation.
    v4(203, 0, 113, 0, 24),
    // Documentation of multicast.
    v4(233, 252, 0, 0, 24),
    // Multicast.
    v4(224, 0, 0, 0, 4),
    // Reserved, and broadcast.
    v4(240, 0, 0, 0, 4),
];

/// The one part of IPv6 that is given out. Outside of it are loopback, IPv4 written as IPv6, NAT64 (`64:ff9b::/96`,
/// `64:ff9b:1::/48`), discard (`100::/64`), SRv6 (`5f00::/16`), unique local, link-local, site-local and multicast.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0], 3);

/// IPv6 networks within [`GLOBAL_V6`] that are not public, or lead to an IPv4 address that is not checked.
const DENIED_V6: [Ipv6Net; 4] = [
    // Protocol assignments: Teredo, benchmarks, hashes instead of addresses.
    v6([0x2001, 0, 0], 23),
    // Documentation.
    v6([0x2001, 0xdb8, 0], 32),
    // 6to4.
    v6([0x2002, 0, 0], 16),
    // Documentation.
    v6([0x3fff, 0, 0], 20),
];

/// Whether an address is public, whatever it is written like.
pub fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => !DENIED_V4.iter().any(|network| network.contains(&ip)),
        IpAddr::V6(ip) => {
            GLOBAL_V6.contains(&ip) && !DENIED_V6.iter().any(|network| network.contains(&ip))
        }
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(start: [u16; 3], length: u8) -> Ipv6Net {
    let [a, b, c] = start;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), length)
}
