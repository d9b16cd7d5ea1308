//! The HTTP door: the compatible API, the native API, and what operators ask.

mod accept;
mod callers;
mod limits;
mod problem;
mod refusals;
mod router;
mod state;

mod api;
mod extract;
mod health;
mod middleware;
mod oauth;
pub mod openapi;
mod v3;

pub(crate) use accept::{Door, accept};
pub(crate) use router::{metrics_router, router};
pub(crate) use state::HttpState;
