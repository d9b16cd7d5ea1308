//! When failed deliveries are tried again (trust 1.4, contract G-6): days of waiting under a clock that the test moves.

use serde_json::Value;
use testing::{
    receiver::{Receiver, Reply},
    server::{START, TestServer},
};

use super::{Endpoint, HOUR_MS, MINUTE_MS, SECOND_MS, attempts_of, settle, start_with};
use crate::arrange::{VISITOR, visitor_says};

/// The waits of the standard schedule.
const STANDARD: [i64; 9] = [
    5 * SECOND_MS,
    5 * MINUTE_MS,
    30 * MINUTE_MS,
    2 * HOUR_MS,
    5 * HOUR_MS,
    10 * HOUR_MS,
    14 * HOUR_MS,
    20 * HOUR_MS,
    24 * HOUR_MS,
];

/// The waits of Brevo's.
const BREVO: [i64; 4] = [10 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 8 * HOUR_MS];

fn number(value: &Value) -> i64 {
    value
        .as_i64()
        .unwrap_or_else(|| panic!("no number: {value}"))
}

/// Moves the clock to each next attempt until there is none, and tells the waits between. Each attempt is made when it was
/// said it would be.
fn waits(server: &TestServer, endpoint: &Endpoint) -> Vec<i64> {
    let mut waits = Vec::new();
    loop {
        let delivery = endpoint.wait_for_attempts(waits.len() + 1);
        let attempts = attempts_of(&delivery);
        assert_eq!(attempts.len(), waits.len() + 1);
        let at = number(&attempts[waits.len()]["at"]);
        assert_eq!(at, START + waits.iter().sum::<i64>());
        if delivery["nextAttemptAt"].is_null() {
            return waits;
        }
        assert_eq!(delivery["status"], "pending");
        let wait = number(&delivery["nextAttemptAt"]) - at;
        waits.push(wait);
        server.advance(wait);
    }
}

/// Within a tenth, and not all of them just so.
fn require_spread(waits: &[i64], nominal: &[i64]) {
    assert_eq!(waits.len(), nominal.len(), "{waits:?}");
    for (wait, nominal) in waits.iter().zip(nominal) {
        let spread = nominal / 10;
        assert!(
            (nominal - spread..=nominal + spread).contains(wait),
            "{waits:?}"
        );
    }
    assert_ne!(waits, nominal, "there is no chance in it");
}

/// A server with a schedule, and an endpoint whose receiver always answers the same.
fn start_failing(schedule: &str, reply: Reply) -> (TestServer, Receiver, Endpoint) {
    let server = start_with(|webhooks| schedule.clone_into(&mut webhooks.schedule));
    let receiver = Receiver::start_with(move |_, _| reply.clone());
    let endpoint = Endpoint::add(&server.client(), &receiver, &["conversationStarted"]);
    visitor_says(&server.client(), VISITOR, "Hello?");
    (server, receiver, endpoint)
}

fn answer(status: u16, retry_after: &str) -> Reply {
    let head = format!(
        "HTTP/1.1 {status} Later\r\nretry-after: {retry_after}\r\ncontent-length: 0\r\n\r\n"
    );
    Reply::Raw(head.into_bytes())
}

#[test]
fn the_standard_schedule_is_ten_attempts_in_three_days() {
    let (server, receiver, endpoint) = start_failing("standard", Reply::Status(500));
    let waits = waits(&server, &endpoint);
    require_spread(&waits, &STANDARD);
    let sum = waits.iter().sum::<i64>();
    assert!((68 * HOUR_MS..83 * HOUR_MS).contains(&sum), "{sum}");
    assert_eq!(endpoint.log()[0]["status"], "failed");

    // That was the last of it: only what is new arrives later.
    server.advance(100 * HOUR_MS);
    let fixed = Receiver::start();
    endpoint.update(&serde_json::json!({"url": fixed.url()}));
    visitor_says(&server.client(), "another-visitor", "Hello?");
    fixed.wait_for(1);
    settle(&server.client());
    assert_eq!((receiver.received().len(), fixed.received().len()), (10, 1));
    let all = receiver.received();
    assert!(
        all.iter()
            .all(|received| received.webhook_id() == all[0].webhook_id())
    );
}

#[test]
fn what_nobody_answers_is_tried_as_often() {
    let (server, receiver, endpoint) = start_failing("standard", Reply::Raw(Vec::new()));
    require_spread(&waits(&server, &endpoint), &STANDARD);
    assert_eq!(receiver.received().len(), 10);
}

#[test]
fn the_first_wait_is_a_setting() {
    let server = start_with(|webhooks| webhooks.first_retry_seconds = 120);
    let receiver = Receiver::start_with(|_, _| Reply::Status(500));
    let endpoint = Endpoint::add(&server.client(), &receiver, &["conversationStarted"]);
    visitor_says(&server.client(), VISITOR, "Hello?");
    let mut nominal = STANDARD;
    nominal[0] = 120 * SECOND_MS;
    require_spread(&waits(&server, &endpoint), &nominal);
}

#[test]
fn brevos_schedule_is_five_attempts_and_a_refusal_is_final() {
    for status in [500, 429, 408, 302] {
        let (server, _receiver, endpoint) = start_failing("brevo", Reply::Status(status));
        require_spread(&waits(&server, &endpoint), &BREVO);
        assert_eq!(endpoint.log()[0]["status"], "failed");
    }
    for status in [400, 404] {
        let (server, _receiver, endpoint) = start_failing("brevo", Reply::Status(status));
        assert!(waits(&server, &endpoint).is_empty(), "{status}");
        assert_eq!(endpoint.log()[0]["status"], "failed");
    }
}

#[test]
fn the_strict_schedule_gives_up_what_a_failing_receiver_missed() {
    let no_answer = Reply::Raw(Vec::new());
    for (reply, attempts) in [
        (Reply::Status(500), 1),
        (Reply::Status(404), 1),
        (Reply::Status(429), 5),
        (no_answer, 5),
    ] {
        let (server, _receiver, endpoint) = start_failing("strict-brevo", reply.clone());
        assert_eq!(waits(&server, &endpoint).len() + 1, attempts, "{reply:?}");
    }
}

#[test]
fn a_receiver_is_left_alone_for_as_long_as_it_asks_and_an_hour_at_most() {
    let date = "Mon, 05 Jan 2026 12:10:00 GMT";
    for (reply, least, most) in [
        (answer(429, "30"), 30 * SECOND_MS, 30 * SECOND_MS),
        (answer(503, "600"), 10 * MINUTE_MS, 10 * MINUTE_MS),
        (answer(429, "7200"), HOUR_MS, HOUR_MS),
        (answer(429, "99999999999999999999"), HOUR_MS, HOUR_MS),
        (answer(429, date), 10 * MINUTE_MS, 10 * MINUTE_MS),
        // Sooner than it would have come is no reason to come sooner.
        (answer(429, "1"), 4_500, 5_500),
        (answer(429, "soon"), 4_500, 5_500),
        (answer(429, "-5"), 4_500, 5_500),
    ] {
        let (_server, _receiver, endpoint) = start_failing("standard", reply.clone());
        let delivery = endpoint.wait_for_attempts(1);
        let wait = number(&delivery["nextAttemptAt"]) - START;
        assert!((least..=most).contains(&wait), "{reply:?}: {wait}");
    }
    // Later waits are longer than what it asks for.
    let (server, _receiver, endpoint) = start_failing("standard", answer(429, "30"));
    let mut nominal = STANDARD;
    nominal[0] = 30 * SECOND_MS;
    require_spread(&waits(&server, &endpoint), &nominal);
}
