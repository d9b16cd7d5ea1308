//! The widget's pages: its loader, its panel, and what both are told.

mod asked;
mod language;
mod page;
mod texts;

pub(super) mod chat;
pub(super) mod config;
pub(super) mod demo;
pub(super) mod loader;

pub(super) use texts::Texts;
