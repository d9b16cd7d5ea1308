//! How much may be asked, as it is set.

use serde::Deserialize;

/// How much may be asked (trust 1.15).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsConfig {
    /// Requests a second for a key.
    pub api_key_per_second: u32,
    /// Requests at once for a key.
    pub api_key_burst: u32,
    /// Requests an hour for a key.
    pub api_key_per_hour: u32,
    /// Pings a minute for an agent.
    pub ping_per_agent_per_minute: u32,
    /// Pings at once for an agent.
    pub ping_burst: u32,
    /// Wrong keys a minute from an address.
    pub failed_keys_per_minute: u32,
    /// Dummies a day for an organization.
    pub dummy_agents_per_day: u32,
    /// Tokens an hour for visitors at an address.
    pub visitor_tokens_per_hour: u32,
    /// Ids of a site a minute that nobody had heard of, from an address.
    pub unknown_visitor_ids_per_minute: u32,
    /// Requests a minute of a visitor's panel.
    pub visitor_calls_per_minute: u32,
    /// Files an hour from a visitor.
    pub uploads_per_visitor_per_hour: u32,
    /// Bytes of files a day from a visitor.
    pub upload_bytes_per_visitor_per_day: u64,
    /// Wrong links to files a minute from an address.
    pub failed_files_per_minute: u32,
}

impl LimitsConfig {
    /// Refuses bounds under which nobody could do anything.
    pub(super) fn validate(&self) -> Result<(), String> {
        let positive = [
            ("api_key_per_second", self.api_key_per_second),
            ("api_key_burst", self.api_key_burst),
            ("api_key_per_hour", self.api_key_per_hour),
            ("ping_per_agent_per_minute", self.ping_per_agent_per_minute),
            ("ping_burst", self.ping_burst),
            ("failed_keys_per_minute", self.failed_keys_per_minute),
            ("visitor_tokens_per_hour", self.visitor_tokens_per_hour),
            (
                "unknown_visitor_ids_per_minute",
                self.unknown_visitor_ids_per_minute,
            ),
            ("visitor_calls_per_minute", self.visitor_calls_per_minute),
            ("failed_files_per_minute", self.failed_files_per_minute),
        ];
        match positive.iter().find(|(_, value)| *value == 0) {
            Some((name, _)) => Err(format!("limits.{name} must be at least 1")),
            None => Ok(()),
        }
    }
}
