//! The configuration: one struct a section, with defaults, a file, variables and flags laid over one another.

mod sources;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use serde::Deserialize;
use store::{Location, Options};

pub use sources::{Flags, Settings, Source, read};

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// The address to listen on.
    pub listen: String,
    /// How others reach this server; empty for `listen`.
    pub public_url: String,
    /// A PostgreSQL server; empty for SQLite.
    pub database_url: String,
    /// The database's connections.
    pub database: DatabaseConfig,
    /// The HTTP door.
    pub http: HttpConfig,
    /// Chats.
    pub chats: ChatsConfig,
    /// How much may be asked.
    pub limits: LimitsConfig,
    /// The metrics' own door.
    pub metrics: MetricsConfig,
    /// The log.
    pub log: LogConfig,
}

/// The database's connections.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// Those that read.
    pub readers: usize,
    /// Those that write, on PostgreSQL.
    pub writers: usize,
}

/// The HTTP door.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// Connections at the same time.
    pub connections_max: usize,
    /// Seconds for a request's head.
    pub header_timeout_seconds: u64,
    /// Seconds between two pieces of a body.
    pub body_timeout_seconds: u64,
    /// Seconds for running requests when the server stops.
    pub stop_timeout_seconds: u64,
}

/// Chats.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatsConfig {
    /// Seconds without a message after which a chat is finished.
    pub idle_seconds: u64,
}

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
}

/// The metrics' own door.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsConfig {
    /// Its address; empty for none.
    pub listen: String,
}

/// The log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    /// A level or a filter.
    pub level: String,
    /// `text`, `json` or `auto`.
    pub format: String,
}

impl Config {
    /// The defaults, for tests.
    pub fn default_for(data_dir: PathBuf) -> Result<Self, String> {
        read(
            &Flags {
                data_dir: Some(data_dir),
                ..Flags::default()
            },
            |_| None,
        )
        .map(|(config, _)| config)
    }

    fn validate(&self) -> Result<(), String> {
        self.listen_address()?;
        self.metrics_address()?;
        let is_web = |url: &str| url.starts_with("http://") || url.starts_with("https://");
        if !self.public_url.is_empty() && !is_web(&self.public_url) {
            return Err("public_url must begin with http:// or https://".to_owned());
        }
        let is_postgres =
            |url: &str| url.starts_with("postgres://") || url.starts_with("postgresql://");
        if !self.database_url.is_empty() && !is_postgres(&self.database_url) {
            return Err("database_url must begin with postgres://".to_owned());
        }
        let positive = [
            ("database.readers", self.database.readers as u64),
            ("database.writers", self.database.writers as u64),
            ("http.connections_max", self.http.connections_max as u64),
            (
                "http.header_timeout_seconds",
                self.http.header_timeout_seconds,
            ),
            ("http.body_timeout_seconds", self.http.body_timeout_seconds),
            ("chats.idle_seconds", self.chats.idle_seconds),
            (
                "limits.api_key_per_second",
                self.limits.api_key_per_second.into(),
            ),
            ("limits.api_key_burst", self.limits.api_key_burst.into()),
            (
                "limits.api_key_per_hour",
                self.limits.api_key_per_hour.into(),
            ),
            (
                "limits.ping_per_agent_per_minute",
                self.limits.ping_per_agent_per_minute.into(),
            ),
            ("limits.ping_burst", self.limits.ping_burst.into()),
            (
                "limits.failed_keys_per_minute",
                self.limits.failed_keys_per_minute.into(),
            ),
        ];
        if let Some((name, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return Err(format!("{name} must be at least 1"));
        }
        if !["text", "json", "auto"].contains(&self.log.format.as_str()) {
            return Err("log.format must be text, json or auto".to_owned());
        }
        Ok(())
    }

    /// The address to listen on.
    pub fn listen_address(&self) -> Result<SocketAddr, String> {
        address("listen", &self.listen)
    }

    /// The metrics' own address, if there is one.
    pub fn metrics_address(&self) -> Result<Option<SocketAddr>, String> {
        let listen = &self.metrics.listen;
        if listen.is_empty() {
            Ok(None)
        } else {
            address("metrics.listen", listen).map(Some)
        }
    }

    /// How the database is opened.
    pub fn database_options(&self) -> Options {
        let location = if self.database_url.is_empty() {
            Location::Sqlite(self.data_dir.join("parlour.db"))
        } else {
            Location::Postgres(self.database_url.clone())
        };
        Options {
            location,
            readers: self.database.readers,
            writers: self.database.writers,
        }
    }

    /// What operations look at.
    pub fn app_settings(&self) -> app::Settings {
        app::Settings {
            chat_idle_ms: self.chats.idle_seconds as i64 * model::time::SECOND_MS,
            dummy_agents_per_day_max: self.limits.dummy_agents_per_day.into(),
        }
    }

    /// How long a stop may take.
    pub fn stop_timeout(&self) -> Duration {
        Duration::from_secs(self.http.stop_timeout_seconds)
    }
}

fn address(name: &str, text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!("{name} must be an address and a port, as 127.0.0.1:8080; it is {text:?}")
    })
}
