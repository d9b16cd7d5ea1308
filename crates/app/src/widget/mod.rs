//! Operations on an organization's widget: how it behaves, and how its site proves who visitors are.

mod read;
mod secret;
mod update;

pub use read::{Widget, find_organization, get};
pub use secret::{open_secret, rotate_secret};
pub use update::{UpdateWidget, update};
