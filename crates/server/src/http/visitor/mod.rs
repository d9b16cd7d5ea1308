//! What visitors' panels ask, with a visitor's token instead of a key.

mod callers;
pub(super) mod data;
pub(super) mod pages;
pub(super) mod session;

pub(super) use callers::VisitorCallers;
