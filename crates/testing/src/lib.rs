//! Development only: databases of one's own, a server to test against, clients that act as someone.

pub mod client;
pub mod database;
pub mod nats_server;
pub mod postgres_server;
pub mod receiver;
pub mod s3_server;
pub mod server;
pub mod socket;
