//! The one door outwards: what the server sends over HTTP goes through here, and reaches public addresses only.

mod post;

mod answer;
mod connection;
mod connector;
mod error;
mod resolver;
mod tls;

pub use error::{OutgoingError, TlsError};
pub use post::{Outcome, Outgoing, OutgoingTimes, Request};

#[cfg(test)]
mod tests;
