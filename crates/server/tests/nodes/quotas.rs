//! The quota of a key holds over all nodes.

use model::time::{HOUR_MS, SECOND_MS};
use testing::{
    client::Client,
    server::{TestServer, eventually},
};

const ME: &str = "/api/v1/me";

/// What a key may ask in an hour here.
const QUOTA: u32 = 60;

/// What a node lets through before it knows of the others. It asks once in five seconds of the clock, which tests move
/// faster than a machine under load counts.
const SLACK: usize = 20;

fn two_nodes(quota: u32) -> (TestServer, TestServer) {
    TestServer::start_two_with(|config| {
        config.limits.api_key_per_hour = quota;
        config.limits.api_key_per_second = 1_000_000;
    })
}

/// Asks until it is refused, and moves the clock on between; tells how often it was answered.
fn ask_until_refused(node: &TestServer, client: &Client) -> usize {
    let mut answered = 0;
    let refused = eventually("the end of the quota", || {
        let answer = client.get(ME);
        if answer.status == 429 {
            return Some(answer);
        }
        answer.json(200);
        answered += 1;
        node.advance(5 * SECOND_MS);
        None
    });
    assert_eq!(
        refused.refusal(),
        "429 too_many_requests: more than 60 requests in an hour"
    );
    answered
}

#[test]
fn two_nodes_together_stop_at_the_quota() {
    let (first, second) = two_nodes(QUOTA);
    let (on_first, on_second) = (first.client(), second.client());
    for _ in 0..QUOTA {
        on_first.get(ME).json(200);
    }
    assert_eq!(on_first.get(ME).status, 429);
    first.advance(5 * SECOND_MS);
    let answered = ask_until_refused(&second, &on_second);
    assert!((1..=SLACK).contains(&answered), "{answered}");
    // The hour that counts began with the first request on the first node.
    let passed = 5 * SECOND_MS * (1 + answered as i64);
    let left = on_second.get(ME).number("retry-after");
    assert_eq!(left as i64, (HOUR_MS - passed) / SECOND_MS);
    first.advance(HOUR_MS);
    on_first.get(ME).json(200);
    on_second.get(ME).json(200);
}

#[test]
fn what_is_left_is_what_all_nodes_leave() {
    let (first, second) = two_nodes(1_000);
    let clients = [first.client(), second.client()];
    for _ in 0..100 {
        for client in &clients {
            client.get(ME).json(200);
        }
    }
    eventually("one count", || {
        first.advance(5 * SECOND_MS);
        let left = |client: &Client| client.get(ME).number("x-sib-ratelimit-remaining");
        clients
            .iter()
            .all(|client| left(client) < 800)
            .then_some(())
    });
}

#[test]
fn a_node_that_restarts_remembers() {
    let (first, mut second) = two_nodes(QUOTA);
    let used = QUOTA / 2;
    for _ in 0..used {
        second.client().get(ME).json(200);
    }
    // What it counted is shared when it stops.
    second.restart();
    let answered = ask_until_refused(&second, &second.client());
    let most = (QUOTA - used) as usize + SLACK;
    assert!(answered <= most, "{answered}");
    drop(first);
}
