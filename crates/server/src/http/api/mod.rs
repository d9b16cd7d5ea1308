//! The native API: what Brevo's lacks. Unknown fields are refused.

pub(super) mod agents;
pub(super) mod conversations;
pub(super) mod deliveries;
pub(super) mod groups;
pub(super) mod jobs;
pub(super) mod keys;
pub(super) mod me;
pub(super) mod messages;
mod page;
pub(super) mod visitors;
pub(super) mod visits;
pub(super) mod webhooks;
pub(super) mod widget;
