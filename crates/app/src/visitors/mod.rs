//! Operations on visitors.

mod ensure;
mod read;
mod set_group;
mod update;

pub(crate) use ensure::{ensure, parse_id};
pub use read::{get, list};
pub(crate) use set_group::record_group;
pub use set_group::set_group;
pub use update::{UpdateVisitor, update};
