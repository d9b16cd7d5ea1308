//! Several nodes on one PostgreSQL: what they tell each other through NATS, the quotas they share, and what a node that
//! was frozen may still do.

mod frozen;
mod hints;
mod outage;
mod quotas;

use app::feed::{News, Reach};
use serde_json::{Value, json};
use server::config::Config;
use testing::{
    client::Client,
    nats_server::NatsServer,
    server::{TestServer, eventually},
};
use tokio::sync::broadcast::{Receiver, error::TryRecvError};

/// Two nodes that are connected.
fn two_nodes(nats: &NatsServer) -> (TestServer, TestServer) {
    let nodes = TestServer::start_two_with(|config| connect(config, nats));
    for node in [&nodes.0, &nodes.1] {
        wait_for_reach(node, Reach::Connected);
    }
    nodes
}

fn connect(config: &mut Config, nats: &NatsServer) {
    config.nats_url = nats.url();
    config.limits.api_key_per_second = 1_000_000;
    config.limits.api_key_per_hour = 1_000_000;
}

fn wait_for_reach(node: &TestServer, reach: Reach) {
    eventually(&format!("{reach:?}"), || {
        (node.feed().reach() == reach).then_some(())
    });
}

/// A message from a visitor, with its conversation and its place there.
fn visitor_says(client: &Client, visitor: &str, text: &str) -> Value {
    let path = format!("/api/v1/visitors/{visitor}/messages");
    client.post(&path, &json!({"text": text})).json(201)
}

/// The next news that are as wanted.
fn next_news<T>(
    what: &str,
    news: &mut Receiver<News>,
    mut find: impl FnMut(News) -> Option<T>,
) -> T {
    eventually(what, || {
        loop {
            match news.try_recv() {
                Ok(news) => {
                    if let Some(found) = find(news) {
                        return Some(found);
                    }
                }
                Err(TryRecvError::Empty) => return None,
                Err(error) => panic!("{error}"),
            }
        }
    })
}

/// A figure of a node.
fn figure(node: &TestServer, name: &str) -> f64 {
    let figures = node.client().get("/metrics");
    let mut lines = figures.text().lines();
    let found = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
    found.unwrap_or_else(|| panic!("there is no figure {name}"))
}

fn wait_for_figure(node: &TestServer, name: &str, value: f64) {
    eventually(&format!("{name} {value}"), || {
        (figure(node, name) == value).then_some(())
    });
}
