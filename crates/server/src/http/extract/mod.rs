//! What handlers take from a request, checked before they see it.

mod body;
mod caller;
mod id;
mod query;
mod strict;

pub(crate) use body::Body;
pub(crate) use caller::Caller;
pub(crate) use id::{Id, InnerId};
pub(crate) use query::Query;
