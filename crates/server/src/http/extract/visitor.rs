//! Which visitor calls, by the token that their panel shows.

use std::sync::Arc;

use app::{Actor, visitors::KnownVisitor};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};

use crate::{
    credential::Credential,
    http::{HttpState, problem::Problem},
};

/// The visitor who calls.
pub(crate) struct VisitorCaller(pub(crate) Arc<KnownVisitor>);

impl VisitorCaller {
    /// Who acts.
    pub(crate) fn actor(&self) -> Actor {
        self.0.actor()
    }
}

impl FromRequestParts<HttpState> for VisitorCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self, Problem> {
        let token = VisitorToken::of(&parts.headers)?;
        let found = state.visitors.find(&state.app, token.0).await?;
        found
            .map(Self)
            .ok_or_else(|| Problem::unauthorized("the visitor's token is not, or no longer, good"))
    }
}

/// The token that a request shows in `Authorization: Bearer`, whether it is good or not.
pub(crate) struct VisitorToken<'r>(pub(crate) &'r str);

impl<'r> VisitorToken<'r> {
    /// The token of these headers.
    pub(crate) fn of(headers: &'r HeaderMap) -> Result<Self, Problem> {
        match Credential::of(headers) {
            Some(Credential::Bearer(token)) => Ok(Self(token)),
            _ => Err(Problem::unauthorized(
                "a visitor's token is not found in headers",
            )),
        }
    }
}
