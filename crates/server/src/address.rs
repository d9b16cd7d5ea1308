//! Where requests come from, shared by the doors: the address of whoever asks, and the origin of a page.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap},
};
use model::address::Networks;
use url::Url;

/// The header in which proxies write by whom they were asked.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address at the other end of the connection, or the one that a proxy of ours tells. What anybody else claims in a
/// header is not looked at (trust, case A16).
pub(crate) fn client_address(
    extensions: &Extensions,
    headers: &HeaderMap,
    proxies: &Networks,
) -> IpAddr {
    let peer = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
    let forwarded_for = headers.get_all(FORWARDED_FOR).iter();
    // What is not ASCII is no address, and ends what is believed like anything else that is none.
    let forwarded_for: Vec<&str> = forwarded_for
        .map(|value| value.to_str().unwrap_or_default())
        .collect();
    model::address::client_address(peer, forwarded_for.into_iter(), proxies)
}

/// The origin of an address, in its one form; nothing where the text is more, less or something else.
pub(crate) fn origin_of(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.username().is_empty();
    is_web.then(|| url.origin().ascii_serialization())
}
