//! What visitors' panels ask, with a visitor's token instead of a key.

pub(super) mod auto_message;
mod callers;
pub(super) mod data;
pub(super) mod pages;
pub(super) mod rating;
pub(super) mod session;
pub(super) mod transcript;

pub(super) use callers::VisitorCallers;
