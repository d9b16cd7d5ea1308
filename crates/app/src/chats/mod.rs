//! Chats: the rounds of a conversation, started by messages, finished by agents or by time, and rated by visitors.

mod finish;
mod rate;
mod start;

pub use finish::{finish, finish_when_idle};
pub use rate::{RateChat, rate};
pub(crate) use start::keep_going;
