//! What things are: the types and the pure rules of Parlour. No async, no I/O, no clock.
#![deny(missing_docs)]

pub mod id;
pub mod limit;
pub mod time;

pub mod address;
pub mod agent;
pub mod chat;
pub mod conversation;
pub mod country;
pub mod cursor;
pub mod delivery;
pub mod event;
pub mod file;
pub mod group;
pub mod html;
pub mod job;
pub mod key;
pub mod language;
pub mod message;
pub mod organization;
pub mod presence;
pub mod revocation;
pub mod signal;
pub mod text;
pub mod user_agent;
pub mod visit;
pub mod visitor;
pub mod webhook;
pub mod widget;
