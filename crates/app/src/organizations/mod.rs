//! Operations on organizations.

mod create;

pub use create::{CreateOrganization, CreatedOrganization, create};
