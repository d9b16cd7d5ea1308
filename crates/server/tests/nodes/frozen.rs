//! A node that is frozen past its lease and then goes on writes nothing: somebody else did its work (trust 3.6).

use std::sync::{Arc, Barrier};

use bench::durability::process::Installation;
use model::time::MINUTE_MS;
use serde_json::{Value, json};
use testing::{
    client::Client,
    receiver::{Receiver, Reply},
    server::{START, TestServer, eventually},
};

use super::visitor_says;

fn deliveries(client: &Client, endpoint: &str) -> Vec<Value> {
    let log = client.get(&format!("/api/v1/webhooks/{endpoint}/deliveries"));
    log.json(200)["items"].as_array().expect("a list").clone()
}

#[test]
fn a_node_that_was_frozen_does_not_overwrite_what_another_did() {
    // Its clock is months behind: nothing is due on it before the test says so.
    let other = TestServer::start_on_postgres(|config| {
        config.webhooks.allow_networks = "127.0.0.0/8".to_owned();
        config.limits.api_key_per_second = 1_000_000;
    });
    let (has_begun, is_over) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let gates = [Arc::clone(&has_begun), Arc::clone(&is_over)];
    let receiver = Receiver::start_with(move |_, before| {
        if before > 0 {
            return Reply::Status(204);
        }
        for gate in &gates {
            gate.wait();
        }
        Reply::Status(500)
    });
    let body = json!({"url": receiver.url(), "events": ["conversationStarted"]});
    let added = other.client().post("/api/v1/webhooks", &body).json(201);
    let endpoint = added["id"].as_str().expect("an id");

    let directory = tempfile::tempdir().expect("a directory");
    let frozen = Installation::new(env!("CARGO_BIN_EXE_parlour").as_ref(), directory.path())
        .set("PARLOUR_DATABASE_URL", &other.config().database_url)
        .set("PARLOUR_SECRET_KEY", &other.config().secret_key)
        .set("PARLOUR_WEBHOOKS_ALLOW_NETWORKS", "127.0.0.0/8")
        .set("PARLOUR_DATABASE_WRITERS", "2")
        .start()
        .expect("the node starts");
    let client = Client::new(frozen.socket_address()).with_key(&other.organization().api_key);
    let said = visitor_says(&client, "anna", "Hello?");
    let now = said["createdAt"].as_i64().expect("a time");
    has_begun.wait();
    frozen.freeze().expect("frozen");

    // The lease of 30 seconds ends, and another node does the work.
    other.advance(now - START + MINUTE_MS);
    let all = receiver.wait_for(2);
    assert_eq!(all[0].webhook_id(), all[1].webhook_id());
    let log = eventually("the delivery", || {
        let log = deliveries(&other.client(), endpoint);
        (log[0]["status"] == "delivered").then_some(log)
    });

    // The frozen node goes on where it was, learns that its attempt failed, and would write that down.
    frozen.thaw().expect("thawed");
    is_over.wait();
    eventually("the end of the attempt", || {
        let figures = client.get("/metrics");
        figures
            .text()
            .contains("parlour_webhook_attempts_total{result=\"refused\"} 1")
            .then_some(())
    });
    // It ends when everything that it had begun is written.
    frozen.stop().expect("stopped");
    assert_eq!(deliveries(&other.client(), endpoint), log);
    assert_eq!(log[0]["attempts"].as_array().map(Vec::len), Some(1));
    assert_eq!(receiver.received().len(), 2);
}
