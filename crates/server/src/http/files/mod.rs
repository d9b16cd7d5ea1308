//! Attachments: uploaded with a key or a visitor's token, fetched by whoever has the link.

pub(super) mod download;
pub(super) mod upload;

mod headers;
mod range;
