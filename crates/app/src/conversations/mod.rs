//! Operations on conversations.

mod assign;
mod close;
mod read;

pub use assign::{Assignment, assign};
pub use close::{close, reopen};
pub(crate) use read::place;
pub use read::{Filter, get, list};
