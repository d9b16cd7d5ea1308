//! A server that is killed in the middle of a delivery: it arrives after the next start, at once and under the same id.

use std::time::Duration;

use serde_json::json;
use testing::{
    receiver::{Receiver, Reply},
    server::within,
};

use super::{Parlour, Serving};
use crate::arrange::{VISITOR, id_of, items, visitor_says};

/// Well below what a lease lasts, which is 30 seconds.
const AT_ONCE: Duration = Duration::from_secs(15);

#[test]
fn what_was_under_way_when_the_server_was_killed_arrives_after_the_next_start() {
    let parlour = Parlour::new();
    let made = parlour.init();
    let receiver = Receiver::start_with(|_, before| match before {
        0 => Reply::Hang,
        _ => Reply::Status(204),
    });
    let serve = || {
        let mut command = parlour.command_on_data(&["serve", "--listen", "127.0.0.1:0"]);
        command.env("PARLOUR_WEBHOOKS_ALLOW_NETWORKS", "127.0.0.0/8");
        Serving::start(command)
    };
    let mut serving = serve();
    let client = serving.client(&made["apiKey"]);
    let body = json!({"url": receiver.url(), "events": ["conversationStarted"]});
    let endpoint = client.post("/api/v1/webhooks", &body).json(201);
    visitor_says(&client, VISITOR, "Hello?");
    receiver.wait_for(1);
    serving.end("-KILL");

    let serving = serve();
    let all = within(AT_ONCE, "the delivery", || {
        let all = receiver.received();
        (all.len() == 2).then_some(all)
    });
    assert_eq!(all[0].webhook_id(), all[1].webhook_id());
    assert_eq!(all[0].body, all[1].body);
    let client = serving.client(&made["apiKey"]);
    let path = format!("/api/v1/webhooks/{}/deliveries", id_of(&endpoint));
    let log = within(AT_ONCE, "its end", || {
        let log = items(&client, &path);
        (log[0]["status"] == "delivered").then_some(log)
    });
    // Nobody lived to write down the first attempt.
    assert_eq!(log[0]["attempts"].as_array().map(Vec::len), Some(1));
}
