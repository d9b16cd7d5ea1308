//! The address of a client.

use std::net::IpAddr;

use axum::{
    extract::FromRequestParts,
    http::{Extensions, HeaderMap, request::Parts},
};
use model::address::Networks;

use crate::{address::client_address, http::HttpState};

/// The address of a client: the one at the other end of the connection, or the one that a proxy of ours tells. What anybody
/// else claims in a header is not looked at (trust, case A16).
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl ClientAddress {
    /// The address behind a request.
    pub(crate) fn of(extensions: &Extensions, headers: &HeaderMap, proxies: &Networks) -> Self {
        Self(client_address(extensions, headers, proxies))
    }
}

impl FromRequestParts<HttpState> for ClientAddress {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &HttpState,
    ) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.extensions, &parts.headers, &state.proxies))
    }
}
