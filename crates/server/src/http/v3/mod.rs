//! The API compatible with Brevo Conversations: contract A, and nothing else. Unknown fields are ignored.

pub(super) mod account;
pub(super) mod agent_online_ping;
pub(super) mod messages;
pub(super) mod pushed_messages;
pub(super) mod visitor_group;

pub(super) use agent_online_ping::PING_PATH;
