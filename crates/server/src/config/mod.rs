//! The configuration: one struct a section, with defaults, a file, variables and flags laid over one another.

mod files;
mod limits;
mod live;
mod mail;
mod nats_address;
mod sources;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use app::{
    files::FileSettings,
    sealing::{KEY_FILE, Sealer},
    webhooks::{Renderer, WebhookSettings},
};
use model::{
    address::{Networks, OutgoingPolicy},
    delivery::Schedule,
    time::{DAY_MS, SECOND_MS},
};
use serde::Deserialize;
use store::{Location, Options};

use crate::{
    json::webhook_body,
    outgoing::{Outgoing, OutgoingTimes},
};

pub use files::FilesConfig;
pub(crate) use files::{FileStorage, S3Place};
pub use limits::LimitsConfig;
pub use live::LiveConfig;
pub use mail::MailConfig;
pub use nats_address::{NatsAddress, NatsProof};
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
    /// A NATS server that nodes share; empty for none.
    pub nats_url: String,
    /// The key that seals secrets in the database; empty for the file in the data directory.
    pub secret_key: String,
    /// The database's connections.
    pub database: DatabaseConfig,
    /// The HTTP door.
    pub http: HttpConfig,
    /// Chats.
    pub chats: ChatsConfig,
    /// The live door.
    pub live: LiveConfig,
    /// Visitors.
    pub visitors: VisitorsConfig,
    /// Attachments.
    pub files: FilesConfig,
    /// Mail.
    pub mail: MailConfig,
    /// Webhooks.
    pub webhooks: WebhooksConfig,
    /// How much may be asked.
    pub limits: LimitsConfig,
    /// The metrics' own door.
    pub metrics: MetricsConfig,
    /// The log.
    pub log: LogConfig,
    /// Where a debug build reads front-ends from that are being written: `PARLOUR_WEB_DEV`, which is no setting.
    #[serde(skip)]
    pub web_dev: Option<PathBuf>,
}

/// The database's connections.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// Those that read.
    pub readers: usize,
    /// Those that write, on PostgreSQL.
    pub writers: usize,
    /// Whether SQLite may be used on a network file system.
    pub allow_network_filesystem: bool,
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
    /// Seconds for a proxy to notice that the server stops.
    pub drain_seconds: u64,
    /// Seconds for running requests when the server stops.
    pub stop_timeout_seconds: u64,
    /// Networks of proxies that are believed.
    pub trusted_proxies: String,
}

/// Chats.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatsConfig {
    /// Seconds without a message after which a chat is finished.
    pub idle_seconds: u64,
}

/// Visitors.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitorsConfig {
    /// Where addresses are; empty for no such file.
    pub geoip_file: PathBuf,
}

/// Webhooks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhooksConfig {
    /// Private networks that may be reached.
    pub allow_networks: String,
    /// Ports of public addresses besides the usual ones.
    pub allow_ports: String,
    /// Certificates that are trusted besides the public ones; empty for none.
    pub ca_file: PathBuf,
    /// Seconds to connect.
    pub connect_timeout_seconds: u64,
    /// Seconds for an attempt in all.
    pub timeout_seconds: u64,
    /// `standard`, `brevo` or `strict-brevo`.
    pub schedule: String,
    /// Seconds before the second attempt of the standard schedule.
    pub first_retry_seconds: u64,
    /// Seconds of silence before a fragment.
    pub fragment_silence_seconds: u64,
    /// Seconds that a fragment waits at most.
    pub fragment_wait_seconds: u64,
    /// Days that the log is kept.
    pub keep_days: u64,
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
        self.nats()?;
        if !self.secret_key.is_empty() {
            self.sealer()?;
        }
        self.files.validate()?;
        self.file_storage()?;
        self.http.proxies()?;
        self.webhooks.outgoing_policy()?;
        self.webhooks.schedule()?;
        if self.webhooks.timeout_seconds > WEBHOOK_TIMEOUT_SECONDS_MAX {
            return Err(format!(
                "webhooks.timeout_seconds must be at most {WEBHOOK_TIMEOUT_SECONDS_MAX}"
            ));
        }
        self.limits.validate()?;
        self.live.validate()?;
        self.mail.validate()?;
        let positive = [
            (
                "webhooks.connect_timeout_seconds",
                self.webhooks.connect_timeout_seconds,
            ),
            ("webhooks.timeout_seconds", self.webhooks.timeout_seconds),
            (
                "webhooks.first_retry_seconds",
                self.webhooks.first_retry_seconds,
            ),
            ("webhooks.keep_days", self.webhooks.keep_days),
            ("database.readers", self.database.readers as u64),
            ("database.writers", self.database.writers as u64),
            ("http.connections_max", self.http.connections_max as u64),
            (
                "http.header_timeout_seconds",
                self.http.header_timeout_seconds,
            ),
            ("http.body_timeout_seconds", self.http.body_timeout_seconds),
            ("chats.idle_seconds", self.chats.idle_seconds),
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

    /// Where NATS is, if it is to be used.
    pub fn nats(&self) -> Result<Option<NatsAddress>, String> {
        NatsAddress::read(&self.nats_url, &self.database_url)
    }

    /// What operations look at.
    pub fn app_settings(&self) -> app::Settings {
        app::Settings {
            chat_idle_ms: self.chats.idle_seconds as i64 * model::time::SECOND_MS,
            dummy_agents_per_day_max: self.limits.dummy_agents_per_day.into(),
            files: FileSettings {
                uploads_per_hour_max: self.limits.uploads_per_visitor_per_hour.into(),
                upload_bytes_per_day_max: self.limits.upload_bytes_per_visitor_per_day,
            },
            webhooks: self
                .webhooks
                .app_settings(&self.link_base(), &self.file_link_base()),
        }
    }

    /// The door that webhooks leave by.
    pub fn outgoing(&self) -> Result<Outgoing, String> {
        let webhooks = &self.webhooks;
        let times = OutgoingTimes {
            connect_ms: webhooks.connect_timeout_seconds * 1_000,
            total_ms: webhooks.timeout_seconds * 1_000,
        };
        let ca_file = Some(webhooks.ca_file.as_path()).filter(|file| !file.as_os_str().is_empty());
        Outgoing::new(webhooks.outgoing_policy()?, times, ca_file)
    }

    /// What links into this server begin with.
    fn link_base(&self) -> String {
        if self.public_url.is_empty() {
            format!("http://{}", self.listen)
        } else {
            self.public_url.trim_end_matches('/').to_owned()
        }
    }

    /// What seals secrets: the key that is set, or the one of the data directory, which is made where there is none.
    pub fn sealer(&self) -> Result<Sealer, String> {
        let sealer = if self.secret_key.is_empty() {
            Sealer::open_or_create(&self.data_dir.join(KEY_FILE))
        } else {
            Sealer::from_hex(&self.secret_key)
        };
        sealer.map_err(|error| error.to_string())
    }

    /// How long a stop may take.
    pub fn stop_timeout(&self) -> Duration {
        Duration::from_secs(self.http.stop_timeout_seconds)
    }
}

/// Longest time for an attempt: within the lease of a delivery, which is 30 seconds.
const WEBHOOK_TIMEOUT_SECONDS_MAX: u64 = 15;

impl HttpConfig {
    /// Whose word counts on where requests come from.
    pub fn proxies(&self) -> Result<Networks, String> {
        Networks::parse(&self.trusted_proxies)
            .map_err(|error| format!("http.trusted_proxies: {error}"))
    }
}

impl WebhooksConfig {
    /// Which addresses may be reached.
    pub fn outgoing_policy(&self) -> Result<OutgoingPolicy, String> {
        OutgoingPolicy::parse(&self.allow_networks, &self.allow_ports)
            .map_err(|error| format!("webhooks: {error}"))
    }

    fn schedule(&self) -> Result<Schedule, String> {
        let first_retry_ms = self.first_retry_seconds as i64 * SECOND_MS;
        match self.schedule.as_str() {
            "standard" => Ok(Schedule::Standard { first_retry_ms }),
            "brevo" => Ok(Schedule::Brevo),
            "strict-brevo" => Ok(Schedule::StrictBrevo),
            _ => Err("webhooks.schedule must be standard, brevo or strict-brevo".to_owned()),
        }
    }

    /// The settings that operations look at; both texts were checked before.
    fn app_settings(&self, link_base: &str, file_link_base: &str) -> WebhookSettings {
        let (link_base, file_link_base) = (link_base.to_owned(), file_link_base.to_owned());
        WebhookSettings {
            policy: self.outgoing_policy().unwrap_or_default(),
            schedule: self.schedule().unwrap_or(Schedule::Brevo),
            fragment_silence_ms: self.fragment_silence_seconds as i64 * SECOND_MS,
            fragment_wait_ms_max: self.fragment_wait_seconds as i64 * SECOND_MS,
            kept_ms: self.keep_days as i64 * DAY_MS,
            renderer: Renderer::new(move |happening, at| {
                webhook_body(&link_base, &file_link_base, happening, at)
            }),
        }
    }
}

fn address(name: &str, text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!("{name} must be an address and a port, as 127.0.0.1:8080; it is {text:?}")
    })
}
