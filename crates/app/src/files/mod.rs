//! Operations on files that were uploaded. Their bytes are the server's matter: they are stored before the row is
//! written, and removed before it is forgotten.

mod add;
mod attach;
mod delete;
mod read;

pub use add::{FileSettings, NewFile, add, require_room};
pub use attach::attach;
pub(crate) use delete::delete_of_message;
pub use delete::{UNSENT_KEPT_MS, delete_unsent, forget, list_deleted};
pub use read::{get_by_token, list_unknown};
