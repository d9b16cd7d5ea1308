//! Operations on messages and notes.

mod append;
mod body;
mod edit;
mod note;
mod push;
mod read;
mod send;
mod send_as_visitor;
mod show;
mod write;

pub use edit::{Which, delete, edit};
pub use note::{WriteNote, note};
pub use push::{PushMessage, push};
pub use read::{get, get_pushed, list};
pub use send::{SendMessage, send};
pub use send_as_visitor::{SendAsVisitor, send_as_visitor};
pub use show::{ShowMessage, show};
pub use write::{WriteMessage, Written, write};
