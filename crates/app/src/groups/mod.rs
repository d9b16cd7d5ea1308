//! Operations on groups.

mod read;
mod save;

pub use read::{get, list};
pub use save::{CreateGroup, UpdateGroup, create, delete, update};
