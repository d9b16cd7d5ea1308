//! The door to other nodes: what is committed here is told to them through NATS as a hint, and what they tell is news
//! here.
//!
//! The store is the truth. Every message on NATS may be lost, doubled or late: then readers wait for a sweep, and miss
//! nothing. `Feed::reach` says whether other nodes are heard at the moment; where they are not, sweeps come often.

mod bridge;
mod ears;
mod hint;
mod look;
mod nats;
mod peers;
mod publish;
mod topic;

pub(crate) use bridge::Bridge;
