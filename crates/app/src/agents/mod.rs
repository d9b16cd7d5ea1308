//! Operations on agents.

mod create;
mod delete;
mod identify;
mod ping;
mod read;
mod set_password;
mod stay;
mod update;

pub use create::{CreateAgent, create};
pub use delete::delete;
pub use identify::{AgentReference, identify};
pub use ping::{end_presence, ping};
pub use read::{get, list, owner};
pub use set_password::set_password;
pub use stay::{leave_soon, stay_online};
pub use update::{UpdateAgent, update};
