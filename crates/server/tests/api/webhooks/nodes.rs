//! Two servers on one database: each delivery is sent by one of them (trust 1.4, leases).

use std::collections::BTreeSet;

use testing::{
    receiver::{Received, Receiver},
    server::{TestServer, eventually},
};

use super::{BREVO, Endpoint, SECOND_MS, allow};
use crate::arrange::{agent_says, figure, visitor_says};

const VISITORS: usize = 12;
const ROUNDS: usize = 5;

#[test]
fn of_two_nodes_one_sends_each_delivery() {
    let (first, second) = TestServer::start_two_with(allow);
    let receiver = Receiver::start();
    let endpoint = Endpoint::add(&first.client(), &receiver, &BREVO);
    // Both write, to the same conversations.
    std::thread::scope(|scope| {
        for (number, server) in [&first, &second].into_iter().enumerate() {
            scope.spawn(move || {
                let client = server.client();
                for round in 0..ROUNDS {
                    for visitor in 0..VISITORS {
                        let visitor = format!("visitor-{visitor}");
                        let text = format!("{number}-{round}");
                        if number == 0 {
                            visitor_says(&client, &visitor, &text);
                        } else {
                            agent_says(&client, server.agent_id(), &visitor, &text);
                        }
                    }
                }
            });
        }
    });
    let told = |all: &[Received]| {
        let bodies = all.iter().filter(|received| received.event() == BREVO[1]);
        let counts = bodies.map(|body| body.json()["messages"].as_array().map_or(0, Vec::len));
        counts.sum::<usize>()
    };
    eventually("every delivery", || {
        endpoint.log_of("pending").is_empty().then_some(())
    });
    first.advance(10 * SECOND_MS);
    let all = receiver.wait_until("every message", |all| told(all) >= 2 * ROUNDS * VISITORS);
    let log = endpoint.wait_for_all(all.len(), "delivered");
    let all = receiver.received();
    let ids: BTreeSet<&str> = all.iter().map(Received::webhook_id).collect();
    assert_eq!((ids.len(), all.len()), (log.len(), log.len()), "each once");
    assert_eq!(told(&all), 2 * ROUNDS * VISITORS);
    // Of one conversation they came in order, whoever sent them.
    for conversation in all
        .iter()
        .map(|received| received.header("parlour-conversation-id"))
    {
        let seqs: Vec<i64> = all
            .iter()
            .filter(|received| received.header("parlour-conversation-id") == conversation)
            .map(|received| received.header("parlour-seq").parse().expect("a number"))
            .collect();
        assert!(seqs.is_sorted(), "{conversation}: {seqs:?}");
    }
    // Both did some of it.
    for server in [&first, &second] {
        let taken = figure(
            &server.client(),
            "parlour_webhook_attempts_total{result=\"taken\"}",
        );
        assert!(taken.is_some_and(|taken| taken > 0.0), "{taken:?}");
    }
}

#[test]
fn what_a_node_that_died_had_is_sent_by_the_other_when_its_lease_ends() {
    let (mut first, second) = TestServer::start_two_with(allow);
    let receiver = Receiver::start_with(|_, before| {
        if before == 0 {
            testing::receiver::Reply::Hang
        } else {
            testing::receiver::Reply::Status(204)
        }
    });
    let endpoint = Endpoint::add(&second.client(), &receiver, &["conversationStarted"]);
    visitor_says(&first.client(), "anna", "Hello?");
    receiver.wait_for(1);
    let first_taken = endpoint.log();
    assert_eq!(first_taken[0]["status"], "pending");
    // Whichever of them had it: until the lease ends nobody else tries, and then somebody does.
    second.advance(29 * SECOND_MS);
    assert_eq!(receiver.received().len(), 1);
    second.advance(SECOND_MS);
    let all = receiver.wait_for(2);
    assert_eq!(all[0].webhook_id(), all[1].webhook_id());
    endpoint.wait_for_all(1, "delivered");
    drop(receiver);
    first.stop();
}
