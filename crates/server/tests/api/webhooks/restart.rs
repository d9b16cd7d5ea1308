//! A server that ends in the middle of its work: what is pending arrives after the next start.

use model::id::{EndpointId, Scope};
use serde_json::json;
use store::{webhook_deliveries, webhook_endpoints};
use testing::{
    receiver::{Received, Receiver, Reply},
    server::{TestServer, eventually},
};

use super::{BREVO, Endpoint, HOUR_MS, SECOND_MS, start};
use crate::arrange::{VISITOR, agent_says, figure, visitor_says};

/// As long as a worker has a delivery for itself.
const LEASE_MS: i64 = 30 * SECOND_MS;

#[test]
fn what_is_pending_arrives_after_a_restart() {
    let mut server = start();
    let down = Receiver::start_with(|_, _| Reply::Status(503));
    let endpoint = Endpoint::add(&server.client(), &down, &BREVO);
    visitor_says(&server.client(), VISITOR, "Hello?");
    agent_says(&server.client(), server.agent_id(), VISITOR, "Hi!");
    down.wait_for(1);
    let up = Receiver::start();
    endpoint.update(&json!({"url": up.url()}));
    server.restart();

    // What waits for its time, for its turn, and for the other side to be silent.
    server.advance(6 * SECOND_MS);
    let all = up.wait_for(3);
    let events: Vec<String> = all.iter().map(Received::event).collect();
    assert_eq!(events, [BREVO[0], BREVO[1], BREVO[1]]);
    assert_eq!(all[0].webhook_id(), down.received()[0].webhook_id());
}

#[test]
fn deliveries_that_wait_are_found_by_a_server_that_was_away_for_long() {
    let mut server = start();
    let down = Receiver::start_with(|_, _| Reply::Status(503));
    let endpoint = Endpoint::add(&server.client(), &down, &["conversationStarted"]);
    for number in 0..5 {
        visitor_says(&server.client(), &format!("visitor-{number}"), "Hello?");
    }
    endpoint.wait_for_log("five failures", |log| {
        log.iter()
            .filter(|delivery| !delivery["attempts"][0].is_null())
            .count()
            == 5
    });
    let up = Receiver::start();
    endpoint.update(&json!({"url": up.url()}));
    server.stop();
    server.advance(48 * HOUR_MS);
    server.start_again();
    assert_eq!(up.wait_for(5).len(), 5);
}

/// Leases what is due to an endpoint, as a worker that then dies.
fn lease_and_die(server: &TestServer, endpoint: &Endpoint) -> usize {
    let scope = Scope::organization(server.organization().number);
    let id = EndpointId::new(endpoint.id.clone());
    let leased = server.write(move |write| {
        let now = write.now();
        let number = webhook_endpoints::find_number(write.tx(), scope, &id)?;
        let number = number.expect("it was made");
        let leased = webhook_deliveries::lease(write.tx(), number, now, now + LEASE_MS, 10)?;
        Ok(leased.len())
    });
    leased.expect("the store answers")
}

/// Whether others may use the same database.
fn is_shared(server: &TestServer) -> bool {
    let shared = server.write(|write| Ok(write.tx().pick("alone", "shared") == "shared"));
    shared.expect("the store answers")
}

#[test]
fn what_the_dead_had_leased_is_sent_at_the_start_or_when_their_leases_end() {
    let mut server = start();
    let receiver =
        Receiver::start_with(|_, before| Reply::Status(if before == 0 { 500 } else { 204 }));
    let endpoint = Endpoint::add(&server.client(), &receiver, &["conversationStarted"]);
    visitor_says(&server.client(), VISITOR, "Hello?");
    endpoint.wait_for_attempts(1);
    // Turned off, so that the server leaves it to the worker of this test.
    endpoint.update(&json!({"isEnabled": false}));
    server.advance(6 * SECOND_MS);
    assert_eq!(lease_and_die(&server, &endpoint), 1);
    server.restart();
    let client = server.client();
    let endpoint = endpoint.through(client.clone());
    endpoint.update(&json!({"isEnabled": true}));
    if is_shared(&server) {
        // Another node might be at it: it keeps it until its lease ends.
        let looks = || figure(&client, "parlour_database_operations_total").unwrap_or_default();
        let before = looks();
        eventually("two more looks", || (looks() > before + 2.0).then_some(()));
        assert_eq!(receiver.received().len(), 1);
        server.advance(LEASE_MS);
    }
    let all = receiver.wait_for(2);
    assert_eq!(all[0].webhook_id(), all[1].webhook_id());
}
