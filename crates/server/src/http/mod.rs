//! The HTTP door: the compatible API, the native API, and what operators ask.

mod accept;
mod callers;
mod hours;
mod limits;
mod refusals;
mod rehearsal;
mod router;
mod state;

mod api;
mod extract;
mod files;
mod health;
mod middleware;
mod oauth;
pub mod openapi;
mod v3;
mod visitor;
mod widget;

use crate::problem;

pub(crate) use accept::{Door, accept};
pub(crate) use hours::share_quotas;
pub(crate) use rehearsal::read_anything;
pub(crate) use router::{metrics_router, router};
pub(crate) use state::HttpState;
