//! Development only: databases of one's own, a server to test against, clients that act as someone.

pub mod client;
pub mod database;
pub mod postgres_server;
pub mod receiver;
pub mod server;
