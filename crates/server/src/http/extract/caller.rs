//! Who calls, as the authentication before the handler found out.

use std::sync::Arc;

use app::{Actor, keys::Authenticated};
use axum::{extract::FromRequestParts, http::request::Parts};

use crate::http::problem::Problem;

/// Who calls.
pub(crate) struct Caller(pub(crate) Arc<Authenticated>);

impl Caller {
    pub(crate) fn actor(&self) -> Actor {
        self.0.actor()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let found = parts.extensions.get::<Arc<Authenticated>>();
        found
            .map(|found| Self(Arc::clone(found)))
            .ok_or_else(|| Problem::unauthorized("authentication not found in headers"))
    }
}
