//! What a visitor's browser tells by its headers, and what follows from it.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, header, request::Parts},
};
use model::{language, limit::USER_AGENT_LENGTH_MAX, user_agent, visitor::Browser};

use super::ClientAddress;
use crate::http::HttpState;

/// What a visitor's browser tells; the language of the widget is not among it.
pub(crate) struct VisitorBrowser(pub(crate) Browser);

impl FromRequestParts<HttpState> for VisitorBrowser {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &HttpState,
    ) -> Result<Self, Self::Rejection> {
        let ClientAddress(ip) = ClientAddress::from_request_parts(parts, state).await?;
        let place = state.geo.find(ip);
        let told = text(&parts.headers, header::USER_AGENT, USER_AGENT_LENGTH_MAX);
        let wanted = text(&parts.headers, header::ACCEPT_LANGUAGE, usize::MAX);
        Ok(Self(Browser {
            ip: Some(ip.to_string()),
            name: user_agent::browser(told),
            system: user_agent::system(told),
            user_agent: told.to_owned(),
            language: language::preferred(wanted).unwrap_or_default(),
            widget_language: String::new(),
            country: place.country,
            city: place.city,
        }))
    }
}

/// A header that is plain ASCII, cut at a length; empty otherwise.
fn text(headers: &HeaderMap, name: HeaderName, length_max: usize) -> &str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    let value = value.unwrap_or_default();
    &value[..value.len().min(length_max)]
}
