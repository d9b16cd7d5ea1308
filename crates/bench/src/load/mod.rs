//! Load on a server: connections that ask as fast as they are answered, from one thread.

mod connection;
mod drive;
mod histogram;
mod random;
mod script;
mod template;

pub(crate) use connection::Connection;
pub(crate) use drive::{Extent, Load, Outcome, in_one_thread};
pub(crate) use histogram::Histogram;
pub(crate) use random::Random;
pub(crate) use script::{Crowd, Mix, Operation, Script, message_id};
