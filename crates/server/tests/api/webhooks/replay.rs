//! Sending again: one delivery, or those of a time, under the ids they have.

use std::sync::{
    Arc,
    atomic::{AtomicU16, Ordering},
};

use serde_json::{Value, json};
use testing::{
    receiver::{Received, Receiver, Reply},
    server::{START, TestServer},
};

use super::{
    Endpoint, MINUTE_MS, SECOND_MS, attempts_of, settle, signature::is_signed, start, start_with,
};
use crate::arrange::{VISITOR, agent_says, id_of, text_of, visitor_says};

/// A server and an endpoint whose receiver answers with the status that is set.
fn start_answering(
    schedule: &str,
    status: u16,
) -> (TestServer, Receiver, Endpoint, Arc<AtomicU16>) {
    let server = start_with(|webhooks| schedule.clone_into(&mut webhooks.schedule));
    let status = Arc::new(AtomicU16::new(status));
    let answered = Arc::clone(&status);
    let receiver = Receiver::start_with(move |_, _| Reply::Status(answered.load(Ordering::SeqCst)));
    let endpoint = Endpoint::add(&server.client(), &receiver, &["conversationFragment"]);
    (server, receiver, endpoint, status)
}

fn ids(received: &[Received]) -> Vec<&str> {
    received.iter().map(Received::webhook_id).collect()
}

/// Has both sides write by turns, a second apart: each message but the last is a fragment when the next one comes.
fn write_by_turns(server: &TestServer, count: usize) {
    let client = server.client();
    for number in 0..=count {
        let text = number.to_string();
        if number % 2 == 0 {
            visitor_says(&client, VISITOR, &text);
        } else {
            agent_says(&client, server.agent_id(), VISITOR, &text);
        }
        // Before the silence is long enough the other side writes.
        if number < count {
            server.advance(SECOND_MS);
        }
    }
}

#[test]
fn a_delivery_is_sent_again_as_it_was() {
    let (server, receiver, endpoint, _) = start_answering("standard", 204);
    visitor_says(&server.client(), VISITOR, "Hello?");
    server.advance(3 * SECOND_MS);
    let delivery = endpoint.wait_for_all(1, "delivered").remove(0);
    server.advance(MINUTE_MS);
    let replayed = endpoint.replay(&id_of(&delivery)).json(200);
    assert_eq!(
        (&replayed["id"], &replayed["status"]),
        (&delivery["id"], &json!("pending"))
    );
    assert_eq!(replayed["nextAttemptAt"], server.now());
    let all = receiver.wait_for(2);
    assert_eq!(ids(&all), [text_of(&delivery["id"]); 2]);
    assert_eq!(all[0].body, all[1].body);
    assert_ne!(
        all[0].header("webhook-timestamp"),
        all[1].header("webhook-timestamp")
    );
    assert!(is_signed(&all[1], &endpoint.secret));
    let log = endpoint.wait_for_all(1, "delivered");
    assert_eq!(attempts_of(&log[0]).len(), 2);
    assert_eq!(log[0]["createdAt"], delivery["createdAt"]);
}

#[test]
fn what_was_given_up_is_tried_anew() {
    let (server, receiver, endpoint, status) = start_answering("brevo", 404);
    visitor_says(&server.client(), VISITOR, "Hello?");
    server.advance(3 * SECOND_MS);
    let failed = endpoint.wait_for_all(1, "failed").remove(0);
    // It has all of its attempts before it again.
    status.store(500, Ordering::SeqCst);
    endpoint.replay(&id_of(&failed)).json(200);
    let pending = endpoint.wait_for_attempts(2);
    let wait = pending["nextAttemptAt"].as_i64().expect("a time") - server.now();
    assert!((9 * MINUTE_MS..=11 * MINUTE_MS).contains(&wait), "{wait}");
    // What waits for its time need not.
    status.store(204, Ordering::SeqCst);
    endpoint.replay(&id_of(&failed)).json(200);
    let delivered = endpoint.wait_for_all(1, "delivered").remove(0);
    assert_eq!(attempts_of(&delivered).len(), 3);
    assert_eq!(receiver.received().len(), 3);
}

#[test]
fn one_that_is_sent_again_keeps_nothing_waiting() {
    let (server, receiver, endpoint, status) = start_answering("standard", 204);
    write_by_turns(&server, 1);
    let first = endpoint.wait_for_all(1, "delivered").remove(0);
    status.store(503, Ordering::SeqCst);
    endpoint.replay(&id_of(&first)).json(200);
    endpoint.wait_for_attempts(2);
    status.store(204, Ordering::SeqCst);
    // What happens next in this conversation does not wait for the old one.
    visitor_says(&server.client(), VISITOR, "And another thing");
    let log = endpoint.wait_for_log("the next one", |log| {
        log.get(1).is_some_and(|next| next["status"] == "delivered")
    });
    assert_eq!(log[0]["status"], "pending");
    assert_eq!(receiver.received().len(), 3);
}

#[test]
fn one_is_sent_again_although_others_of_its_conversation_wait() {
    let (server, receiver, endpoint, status) = start_answering("standard", 204);
    write_by_turns(&server, 1);
    let first = endpoint.wait_for_all(1, "delivered").remove(0);
    status.store(503, Ordering::SeqCst);
    write_by_turns(&server, 2);
    endpoint.wait_for_log("the outage", |log| {
        log.len() > 2 && !attempts_of(&log[1]).is_empty()
    });
    status.store(204, Ordering::SeqCst);
    endpoint.replay(&id_of(&first)).json(200);
    let all = receiver.wait_for(3);
    assert_eq!(all[2].webhook_id(), text_of(&first["id"]));
}

#[test]
fn the_deliveries_of_a_time_are_sent_again_in_their_order() {
    let (server, receiver, endpoint, _) = start_answering("standard", 204);
    // One fragment at each of seconds 1 to 6; the last message waits.
    write_by_turns(&server, 6);
    let log = endpoint.wait_for_all(6, "delivered");
    let times: Vec<i64> = log
        .iter()
        .map(|delivery| (delivery["createdAt"].as_i64().expect("a time") - START) / SECOND_MS)
        .collect();
    assert_eq!(times, [1, 2, 3, 4, 5, 6]);
    // From the first time on, and before the second.
    let range = json!({"from": START + 2 * SECOND_MS, "to": START + 5 * SECOND_MS});
    assert_eq!(endpoint.replay_range(&range).json(200), json!({"count": 3}));
    let all = receiver.wait_for(9);
    assert_eq!(ids(&all)[6..], ids(&all)[1..4]);
    settle(&server.client());
    // Everything.
    let range = json!({"from": 0});
    assert_eq!(endpoint.replay_range(&range).json(200), json!({"count": 6}));
    let all = receiver.wait_for(15);
    assert_eq!(ids(&all)[9..], ids(&all)[..6]);
    settle(&server.client());
    // Nothing happened then.
    let range = json!({"from": START + MINUTE_MS});
    assert_eq!(endpoint.replay_range(&range).json(200), json!({"count": 0}));
}

#[test]
fn those_of_a_status_are_sent_again_and_the_rest_is_not() {
    let (server, receiver, endpoint, status) = start_answering("brevo", 204);
    write_by_turns(&server, 1);
    endpoint.wait_for_all(1, "delivered");
    status.store(404, Ordering::SeqCst);
    write_by_turns(&server, 2);
    let log = endpoint.wait_for_log("refusals", |log| {
        log.iter()
            .filter(|delivery| delivery["status"] == "failed")
            .count()
            == 3
    });
    let failed: Vec<&str> = log[1..]
        .iter()
        .map(|delivery| text_of(&delivery["id"]))
        .collect();
    status.store(204, Ordering::SeqCst);
    let range = json!({"status": "failed"});
    assert_eq!(endpoint.replay_range(&range).json(200), json!({"count": 3}));
    let log = endpoint.wait_for_all(4, "delivered");
    assert_eq!(ids(&receiver.received())[4..], failed);
    let attempts: Vec<usize> = log
        .iter()
        .map(|delivery| attempts_of(delivery).len())
        .collect();
    assert_eq!(attempts, [1, 2, 2, 2]);
}

#[test]
fn what_cannot_be_sent_again_is_said() {
    let server = start();
    let (client, receiver) = (server.client(), Receiver::start());
    let endpoint = Endpoint::add(&client, &receiver, &["conversationStarted"]);
    let other = Endpoint::add(&client, &receiver, &["conversationStarted"]);
    visitor_says(&client, VISITOR, "Hello?");
    let delivery = endpoint.wait_for_all(1, "delivered").remove(0);
    let not_found = "404 document_not_found: Delivery not found";
    assert_eq!(endpoint.replay("no-such-delivery").refusal(), not_found);
    // It belongs to another endpoint, and to another organization.
    assert_eq!(other.replay(&id_of(&delivery)).refusal(), not_found);
    let stranger = endpoint.through(server.client_of(&server.second_organization()));
    let unknown = "404 document_not_found: Webhook not found";
    assert_eq!(stranger.replay(&id_of(&delivery)).refusal(), unknown);
    assert_eq!(
        stranger.replay_range(&json!({"from": 0})).refusal(),
        unknown
    );

    for (range, refusal) in [
        (
            json!({}),
            "400 missing_parameter: from, to or status is missing",
        ),
        (
            json!({"status": "pending"}),
            "400 invalid_parameter: status must be delivered, failed or cancelled: what is pending is sent anyway",
        ),
        (
            json!({"status": "lost"}),
            "400 invalid_parameter: status must be pending, delivered, failed or cancelled",
        ),
        (
            json!({"from": START, "to": START}),
            "400 out_of_range: from must be before to",
        ),
    ] {
        assert_eq!(endpoint.replay_range(&range).refusal(), refusal);
    }
    endpoint.delete();
    assert_eq!(endpoint.replay(&id_of(&delivery)).refusal(), unknown);
    assert_eq!(
        endpoint.replay_range(&json!({"from": 0})).refusal(),
        unknown
    );
    settle(&client);
    assert_eq!(receiver.received().len(), 2);
    assert_eq!(endpoint.log()[0]["status"], Value::from("delivered"));
}
