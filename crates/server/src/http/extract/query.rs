//! The query of a path: known parameters, each at most once.

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::de::DeserializeOwned;

use crate::http::problem::Problem;

/// The query as `T`. A parameter that `T` does not know, or that comes twice, is refused.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        query.map(|query| Self(query.0)).map_err(|rejection| {
            let source = std::error::Error::source(&rejection)
                .map(ToString::to_string)
                .unwrap_or_default();
            Problem::invalid(format!("query: {}", source.replace('`', "")))
        })
    }
}
