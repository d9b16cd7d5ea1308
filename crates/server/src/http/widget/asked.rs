//! What the address of a page asks for. Links get all kinds of parameters on their way, so that others are not looked at.

use std::{borrow::Cow, convert::Infallible};

use axum::{extract::FromRequestParts, http::request::Parts};
use url::form_urlencoded;

/// The known parameters of a query, each the first time it comes.
pub(crate) struct Asked {
    /// The language that somebody has chosen.
    pub(super) language: Option<String>,
    /// The language that the page is in.
    pub(super) page_language: Option<String>,
    /// The host of the page, with its port.
    pub(super) host: Option<String>,
    /// The widget.
    pub(super) widget: Option<String>,
}

impl Asked {
    fn of(query: &str) -> Self {
        let find = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(known, _)| known == name)
        };
        let text = |name| find(name).map(|(_, value): (_, Cow<'_, str>)| value.into_owned());
        Self {
            language: text("lang"),
            page_language: text("pageLang"),
            host: text("host"),
            widget: text("widget"),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts.uri.query().unwrap_or_default()))
    }
}
