//! Visitors of a bench, with sessions and ways to the live door.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{live::socket::Way, load::Connection, process::Account, side::Side, target::Target};

/// Connections by which sessions are opened.
const CONNECTIONS: u64 = 16;

/// Where agents write.
const PATH: &str = "/v3/conversations/messages";

/// Addresses of this machine that visitors come from: 127.0.0.2 and seven more.
const SOURCES: u64 = 8;

/// What was made with the server of a side.
pub(super) fn account(side: &Side) -> Result<Account, String> {
    let running = side.running.as_ref();
    let running = running.ok_or("this needs a server that the bench starts itself")?;
    Ok(running.process.account.clone())
}

/// What messages to the visitors of a side are made of.
#[derive(Clone)]
pub(super) struct Letters {
    target: Target,
    prefix: String,
}

impl Letters {
    pub(super) fn of(side: &Side) -> Self {
        Self {
            target: side.target.clone(),
            prefix: side.crowd.prefix.clone(),
        }
    }

    /// The request by which an agent writes to a visitor.
    pub(super) fn to(&self, visitor: u64, text: &str) -> Vec<u8> {
        self.target
            .request_with("POST", PATH, &self.body(visitor, text))
    }

    /// The same with a key, so that it can be sent again.
    pub(super) fn to_once(&self, visitor: u64, text: &str, key: &str) -> Vec<u8> {
        self.target
            .request_once(PATH, key, &self.body(visitor, text))
    }

    fn body(&self, visitor: u64, text: &str) -> String {
        let body = json!({
            "visitorId": format!("{}{visitor:07}", self.prefix),
            "agentId": self.target.agent_id,
            "text": text
        });
        body.to_string()
    }
}

/// Opens the sessions of a side's first visitors; their ways, in that order.
pub(super) async fn sessions(side: &Side, visitors: u64) -> Result<Vec<Way>, String> {
    let widget_id = account(side)?.widget_id;
    let tickets = Arc::new(AtomicU64::new(0));
    let mut connections = JoinSet::new();
    for _ in 0..CONNECTIONS.min(visitors) {
        let (target, tickets) = (side.target.clone(), Arc::clone(&tickets));
        let (prefix, widget_id) = (side.crowd.prefix.clone(), widget_id.clone());
        connections.spawn(async move {
            let mut connection = Connection::open(target.address).await?;
            let mut opened = Vec::new();
            loop {
                let number = tickets.fetch_add(1, Ordering::Relaxed);
                if number >= visitors {
                    return Ok::<_, String>(opened);
                }
                let body = json!({
                    "widgetId": widget_id, "visitorId": format!("{prefix}{number:07}")
                });
                let request = target.request_with("POST", "/live/session", &body.to_string());
                let answer = connection.ask(&request).await?;
                let session: Value = serde_json::from_slice(answer.body).unwrap_or_default();
                let token = session["visitorToken"].as_str();
                let token = token.ok_or_else(|| format!("/live/session answered {session}"))?;
                opened.push((number, way(target.address, token, number)));
            }
        });
    }
    let mut all = Vec::new();
    while let Some(part) = connections.join_next().await {
        all.extend(part.map_err(|error| error.to_string())??);
    }
    all.sort_unstable_by_key(|(number, _)| *number);
    Ok(all.into_iter().map(|(_, way)| way).collect())
}

fn way(address: SocketAddr, token: &str, number: u64) -> Way {
    let source = IpAddr::from([127, 0, 0, 2 + (number % SOURCES) as u8]);
    Way {
        source: Some(source),
        ..Way::of_visitor(address, token)
    }
}
