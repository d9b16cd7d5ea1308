//! A client of the live protocol, and what breaks the connections it uses.

mod budget;
mod channel;
pub mod frame;
pub(crate) mod limit;
mod line;
pub mod machine;
pub mod outbox;
pub mod person;
pub mod proxy;
pub mod socket;

/// Settings of a server under which nobody at a socket is refused for asking too much.
pub(crate) const SETTINGS: [(&str, &str); 6] = [
    ("PARLOUR_LIMITS_VISITOR_TOKENS_PER_HOUR", "1000000000"),
    (
        "PARLOUR_LIMITS_UNKNOWN_VISITOR_IDS_PER_MINUTE",
        "1000000000",
    ),
    ("PARLOUR_LIVE_CONNECTIONS_PER_ADDRESS", "1000000"),
    ("PARLOUR_LIVE_VISITOR_MESSAGES_PER_SECOND", "1000"),
    ("PARLOUR_LIVE_VISITOR_MESSAGES_AT_ONCE", "10000"),
    ("PARLOUR_LIVE_VISITOR_MESSAGES_PER_HOUR", "1000000000"),
];
