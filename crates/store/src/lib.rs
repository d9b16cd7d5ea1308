//! What is remembered: every SQL statement of the project, the migrations, and the two databases.
#![deny(missing_docs)]

pub mod backup;
pub mod clock;
mod db;
mod error;
pub mod inspect;
pub mod migrate;
mod postgres;
mod sqlite;
mod tx;
mod value;
mod work;

pub mod access_tokens;
pub mod agents;
pub mod chats;
pub mod conversations;
pub mod events;
pub mod files;
pub mod groups;
pub mod heads;
pub mod health;
pub mod idempotent_requests;
pub mod installation;
pub mod jobs;
pub mod key_quotas;
pub mod keys;
pub mod messages;
pub mod organizations;
pub mod read_markers;
pub mod revocations;
pub mod transcript_requests;
pub mod visitor_tokens;
pub mod visitors;
pub mod visits;
pub mod webhook_deliveries;
pub mod webhook_endpoints;
pub mod webhook_events;
pub mod writers;

pub use db::{Db, Location, Options, Statistics, Verdict};
pub use error::{Error, Result};
pub use tx::Tx;
pub use value::{Row, Value};
