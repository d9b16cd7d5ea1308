//! Chats: the rounds of a conversation, started by messages and finished by agents or by time.

mod finish;
mod start;

pub use finish::{finish, finish_when_idle};
pub(crate) use start::keep_going;
