//! The doors of Parlour and the wiring between them.

pub mod cli;
pub mod config;
mod disk;
mod files;
pub mod lifecycle;
mod logging;
mod metrics;
pub mod wire;

mod address;
mod assets;
mod credential;
#[doc(hidden)]
pub mod fuzz;
mod geo;
mod http;
mod json;
mod live;
mod nodes;
mod origins;
pub mod outgoing;
mod problem;
mod work;

pub use http::openapi;
#[doc(hidden)]
pub use live::serve_echo;
