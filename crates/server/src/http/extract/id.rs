//! The id in a path, decoded after routing (contract A.1).

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};

use crate::http::problem::Problem;

/// The id in a path. Any text is one; whether something has it is for the store to say.
pub(crate) struct Id(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(id)| Self(id))
            .map_err(|_| Problem::not_found("there is nothing at this path"))
    }
}

/// The id in a path of a thing inside of another, whose id comes first.
pub(crate) struct InnerId(pub(crate) String, pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for InnerId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        path.map(|Path((outer, inner))| Self(outer, inner))
            .map_err(|_| Problem::not_found("there is nothing at this path"))
    }
}
