//! The compatible API, line by line of contract A.

mod account;
mod agent_online_ping;
mod messages;
mod pushed_messages;
mod visitor_group;
