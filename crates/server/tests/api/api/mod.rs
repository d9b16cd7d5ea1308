//! The native API, route by route (interface, "HTTP").

mod agents;
mod chats;
mod conversations;
mod groups;
mod jobs;
mod keys;
mod me;
mod messages;
mod pages;
mod visitors;
