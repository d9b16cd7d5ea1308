//! What may be done: one function per operation, and what every operation needs to run.
#![deny(missing_docs)]

pub mod actor;
mod app;
pub mod clock;
pub mod error;
pub mod feed;
pub mod field;
pub mod ids;
pub mod interest;
pub mod once;
pub mod page;
pub mod password;
pub mod sealing;
pub mod work;
pub mod write;

pub mod agents;
pub mod chats;
pub mod conversations;
pub mod files;
pub mod groups;
pub mod jobs;
pub mod keys;
pub mod messages;
pub mod organizations;
pub mod visitors;
pub mod webhooks;
pub mod widget;

pub use actor::Actor;
pub use app::{App, Settings};
pub use error::{Error, Result};
pub use write::Write;
