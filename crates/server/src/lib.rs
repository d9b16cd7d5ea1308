//! The doors of Parlour and the wiring between them.

pub mod cli;
pub mod config;
mod disk;
pub mod lifecycle;
mod logging;
mod metrics;
pub mod wire;

mod assets;
mod http;
mod json;
pub mod outgoing;
mod work;

pub use http::openapi;
