//! What things are: the types and the pure rules of Parlour. No async, no I/O, no clock.
#![deny(missing_docs)]

pub mod id;
pub mod limit;
pub mod time;

pub mod address;
pub mod agent;
pub mod chat;
pub mod conversation;
pub mod delivery;
pub mod event;
pub mod group;
pub mod html;
pub mod job;
pub mod key;
pub mod message;
pub mod organization;
pub mod presence;
pub mod text;
pub mod visitor;
pub mod webhook;
