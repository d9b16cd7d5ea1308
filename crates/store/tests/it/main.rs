//! The store on both databases: every function of every noun, the schema, and what a commit promises.

mod queue;
mod scene;

mod access_tokens;
mod agents;
mod backup;
mod chats;
mod clock;
mod conflicts;
mod conversations;
mod disk;
mod events;
mod group_commit;
mod groups;
mod health;
mod idempotent_requests;
mod inspect;
mod installation;
mod jobs;
mod keys;
mod messages;
mod opening;
mod organizations;
mod schema_parity;
mod statements;
mod visitors;
mod webhook_conflicts;
mod webhook_deliveries;
mod webhook_endpoints;
mod webhook_events;
mod webhook_lanes;
mod webhook_log;
