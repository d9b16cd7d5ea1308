//! What handlers take from a request, checked before they see it.

mod address;
mod body;
mod browser;
mod caller;
mod id;
mod query;
mod strict;
mod visitor;

pub(crate) use address::ClientAddress;
pub(crate) use body::{Body, parse};
pub(crate) use browser::VisitorBrowser;
pub(crate) use caller::Caller;
pub(crate) use id::{Id, InnerId};
pub(crate) use query::Query;
pub(crate) use visitor::{VisitorCaller, VisitorToken};
