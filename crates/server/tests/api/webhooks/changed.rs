//! Endpoints that are changed or deleted while something is under way to them.

use std::sync::{Arc, Barrier};

use serde_json::{Value, json};
use testing::{
    receiver::{Receiver, Reply},
    server::eventually,
};

use super::{Endpoint, SECOND_MS, attempts_of, start, start_with};
use crate::arrange::{VISITOR, visitor_says, wait_for_figure};

#[test]
fn what_waits_behind_a_slow_receiver_is_not_sent_where_nobody_wants_it_any_more() {
    const AT_ONCE: usize = 8;
    for change in [
        json!({"isEnabled": false}),
        json!({"url": "http://127.0.0.1:1/"}),
        Value::Null,
    ] {
        let server = start();
        let client = server.client();
        let (go, gone) = (Arc::new(Barrier::new(AT_ONCE + 1)), Receiver::start());
        let slow = Arc::clone(&go);
        let receiver = Receiver::start_with(move |_, before| {
            if before < AT_ONCE {
                slow.wait();
            }
            Reply::Status(204)
        });
        // Twenty are due at the same moment: eight of them are under way, the others wait.
        let endpoint = Endpoint::add(&client, &gone, &["conversationStarted"]);
        for number in 0..20 {
            visitor_says(&client, &format!("visitor-{number}"), "Hello?");
        }
        endpoint.wait_for_all(20, "delivered");
        endpoint.update(&json!({"isEnabled": false, "url": receiver.url()}));
        endpoint.replay_range(&json!({"from": 0})).json(200);
        endpoint.update(&json!({"isEnabled": true}));
        eventually("as many as may run", || {
            (receiver.received().len() == AT_ONCE).then_some(())
        });
        match change {
            Value::Null => endpoint.delete(),
            ref change => drop(endpoint.update(change)),
        }
        server.advance(2 * SECOND_MS);
        go.wait();
        wait_for_figure(
            &client,
            "parlour_webhook_attempts_total{result=\"taken\"}",
            28.0,
        );
        let other = Endpoint::add(&client, &gone, &["conversationStarted"]);
        visitor_says(&client, "another-visitor", "Hello?");
        other.wait_for_all(1, "delivered");
        assert_eq!(receiver.received().len(), AT_ONCE, "{change}");
    }
}

#[test]
fn what_is_under_way_to_one_that_is_deleted_stays_cancelled() {
    let server = start_with(|webhooks| webhooks.timeout_seconds = 1);
    let (client, receiver) = (server.client(), Receiver::start_with(|_, _| Reply::Hang));
    let endpoint = Endpoint::add(&client, &receiver, &["conversationStarted"]);
    visitor_says(&client, VISITOR, "Hello?");
    receiver.wait_for(1);
    endpoint.delete();
    // The attempt ends after that, and changes nothing.
    let unanswered = "parlour_webhook_attempts_total{result=\"unanswered\"}";
    wait_for_figure(&client, unanswered, 1.0);
    let other = Receiver::start();
    let later = Endpoint::add(&client, &other, &["conversationStarted"]);
    visitor_says(&client, "another-visitor", "Hello?");
    later.wait_for_all(1, "delivered");
    let log = endpoint.log();
    assert_eq!((log.len(), &log[0]["status"]), (1, &json!("cancelled")));
    assert!(attempts_of(&log[0]).is_empty());
}
