//! The live door as visitors, agents and programs meet it: PROTOCOL.md, told by stories.

mod autobahn;
mod chat;
mod door;
mod frames;
mod nodes;
mod presence;
mod recovery;
mod revoked;
mod slow;
mod stop;
mod stream;
mod tenants;

pub(crate) mod arrange;
