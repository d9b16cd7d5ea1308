//! How many visitors an address may be (trust 1.15, case E6).

use serde_json::json;
use testing::server::TestServer;

use super::{ask, go_on, open};
use crate::arrange::{VISITOR, visitor_says};

#[test]
fn an_address_gets_so_many_tokens() {
    let server = TestServer::start_with(|config| config.limits.visitor_tokens_per_hour = 3);
    let first = open(&server, &json!({}));
    open(&server, &json!({}));
    open(&server, &json!({"visitorId": VISITOR}));
    let before = server.world();
    let refused = ask(&server, &json!({}));
    assert_eq!(
        refused.refusal(),
        "429 too_many_requests: more than 3 visitors in an hour from this address"
    );
    assert!((1..=1_200).contains(&refused.number("retry-after")));
    assert_eq!(ask(&server, &json!({"visitorId": VISITOR})).status, 429);
    assert_eq!(server.world(), before);
    // Who is known already is not counted.
    for _ in 0..5 {
        assert_eq!(go_on(&server, &first["visitorToken"]), first);
    }
}

#[test]
fn sixty_an_hour_are_allowed() {
    let server = TestServer::start();
    for _ in 0..60 {
        open(&server, &json!({}));
    }
    assert_eq!(ask(&server, &json!({})).status, 429);
}

#[test]
fn guessing_ids_is_slow() {
    let server = TestServer::start();
    visitor_says(&server.client(), VISITOR, "Hello?");
    let guess = |number: usize| ask(&server, &json!({"visitorId": format!("{number:032}")}));
    for number in 0..20 {
        guess(number).json(200);
    }
    assert_eq!(
        guess(20).refusal(),
        "429 too_many_requests: more than 20 unknown ids in a minute from this address"
    );
    // Those who are there may come.
    open(&server, &json!({"visitorId": VISITOR}));
    guess(0).json(200);
    open(&server, &json!({}));
}
