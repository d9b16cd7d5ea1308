//! The settings of the live door.

use serde::Deserialize;

use crate::address::origin_of;

/// The live door.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveConfig {
    /// Origins of pages that may open connections besides our own.
    pub allow_origins: String,
    /// Connections at the same time.
    pub connections_max: usize,
    /// Connections at the same time from one address.
    pub connections_per_address: usize,
    /// Messages a second from a visitor.
    pub visitor_messages_per_second: u32,
    /// Messages at once from a visitor.
    pub visitor_messages_at_once: u32,
    /// Messages an hour from a visitor.
    pub visitor_messages_per_hour: u32,
}

impl LiveConfig {
    /// The origins, each in its one form.
    pub fn origins(&self) -> Result<Vec<String>, String> {
        let texts = self.allow_origins.split_ascii_whitespace();
        texts
            .map(|text| {
                origin_of(text).ok_or_else(|| {
                    format!("live.allow_origins: {text:?} is no origin, as https://desk.example")
                })
            })
            .collect()
    }

    pub(super) fn validate(&self) -> Result<(), String> {
        let positive = [
            ("connections_max", self.connections_max as u64),
            (
                "connections_per_address",
                self.connections_per_address as u64,
            ),
            (
                "visitor_messages_per_second",
                self.visitor_messages_per_second.into(),
            ),
            (
                "visitor_messages_at_once",
                self.visitor_messages_at_once.into(),
            ),
            (
                "visitor_messages_per_hour",
                self.visitor_messages_per_hour.into(),
            ),
        ];
        if let Some((name, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return Err(format!("live.{name} must be at least 1"));
        }
        self.origins().map(drop)
    }
}
