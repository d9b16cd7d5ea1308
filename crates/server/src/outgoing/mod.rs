//! The one door outwards: what the server sends over HTTP goes through here, and reaches public addresses only.

mod post;

mod answer;
mod connection;
mod connector;
mod error;
mod resolver;
mod tls;

pub(crate) use connection::Connection;
pub use error::{OutgoingError, TlsError};
pub use post::{Outcome, Outgoing, OutgoingTimes, Request};
pub(crate) use tls::connector as tls_connector;

#[cfg(test)]
mod tests;
