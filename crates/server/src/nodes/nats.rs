//! The line to NATS: how it is opened, and whether it is up. It is opened again for ever by the library itself.

use std::time::Duration;

use async_nats::{Client, ClientError, ConnectOptions, Event, ServerAddr, ServerError};
use tokio::sync::watch;

use crate::{
    config::{NatsAddress, NatsProof},
    metrics::NodeMetrics,
};

/// How long the library waits at most before it tries again: shorter than what people notice, and no burden.
const RECONNECT_MS_MAX: u64 = 1_000;

/// How often the library asks on a silent line whether NATS is still there; after two questions without an answer it
/// opens another.
const PING_INTERVAL: Duration = Duration::from_secs(5);

/// How long opening may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Commands that wait for the line: hints above that are dropped.
const COMMANDS_MAX: usize = 2_048;

/// Hints of one subscription that wait to be read: more are dropped by the library, and counted here.
const UNREAD_MAX: usize = 4_096;

/// What is known of the line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) is_up: bool,
    /// How often it was opened.
    pub(super) openings: u64,
    /// Why it is not up, as far as that was said.
    pub(super) trouble: Option<String>,
}

/// Begins to open a line, and goes on until it is up, and whenever it breaks. Does not wait for it.
pub(super) async fn open(
    address: &NatsAddress,
    name: &str,
    metrics: NodeMetrics,
) -> Result<(Client, watch::Receiver<Line>), String> {
    let servers: Result<Vec<ServerAddr>, _> = address
        .servers()
        .iter()
        .map(|url| ServerAddr::from_url(url.clone()))
        .collect();
    let servers = servers.map_err(|error| format!("nats_url: {error}"))?;
    let (line, seen) = watch::channel(Line::default());
    let options = ConnectOptions::new()
        .name(format!("parlour {name}"))
        .retry_on_initial_connect()
        .max_reconnects(None)
        .reconnect_delay_callback(|attempts| {
            let wait_ms = 50_u64 << attempts.min(8);
            Duration::from_millis(if attempts <= 1 {
                0
            } else {
                wait_ms.min(RECONNECT_MS_MAX)
            })
        })
        .connection_timeout(CONNECT_TIMEOUT)
        .ping_interval(PING_INTERVAL)
        .client_capacity(COMMANDS_MAX)
        .subscription_capacity(UNREAD_MAX)
        .event_callback(move |event| {
            note(&line, &metrics, event);
            std::future::ready(())
        });
    let options = match address.proof().clone() {
        NatsProof::None => options,
        NatsProof::Token(token) => options.token(token),
        NatsProof::Password { user, password } => options.user_and_password(user, password),
    };
    let client = options
        .connect(servers)
        .await
        .map_err(|error| format!("nats_url: {error}"))?;
    Ok((client, seen))
}

fn note(line: &watch::Sender<Line>, metrics: &NodeMetrics, event: Event) {
    let trouble = match event {
        Event::Connected => {
            metrics.connects.inc();
            line.send_modify(|line| {
                *line = Line {
                    is_up: true,
                    openings: line.openings + 1,
                    trouble: None,
                };
            });
            return;
        }
        Event::Disconnected => {
            line.send_modify(|line| line.is_up = false);
            return;
        }
        Event::SlowConsumer(_) => {
            metrics.missed.inc();
            return;
        }
        Event::ClientError(ClientError::Other(trouble)) => trouble,
        Event::ServerError(ServerError::Other(trouble)) => trouble,
        Event::ServerError(error) => error.to_string(),
        Event::ClientError(error) => error.to_string(),
        Event::LameDuckMode | Event::Draining | Event::Closed => return,
    };
    line.send_if_modified(|line| {
        let is_new = line.trouble.as_ref() != Some(&trouble);
        line.trouble = Some(trouble);
        is_new
    });
}
