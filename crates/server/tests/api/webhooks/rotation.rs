//! A new secret: for a day both sign, so that a receiver can change over without losing anything (case I8).

use serde_json::json;
use testing::{
    receiver::{Receiver, Reply},
    server::START,
};

use super::{
    Endpoint, HOUR_MS, MINUTE_MS, SECOND_MS, settle,
    signature::{is_signed, signatures},
    start,
};
use crate::arrange::{VISITOR, text_of, visitor_says};

const DAY_MS: i64 = 24 * HOUR_MS;

#[test]
fn both_secrets_sign_for_a_day_and_then_the_new_one_alone() {
    let (server, receiver) = (start(), Receiver::start());
    let client = server.client();
    let endpoint = Endpoint::add(&client, &receiver, &["conversationStarted"]);
    let (old, new) = (endpoint.secret.clone(), endpoint.rotate());
    assert_ne!(old, new);
    assert_eq!(endpoint.get()["previousSecretUntil"], START + DAY_MS);

    for (number, (wait, signed_by_old)) in [(0, true), (DAY_MS - 1, true), (1, false)]
        .into_iter()
        .enumerate()
    {
        server.advance(wait);
        visitor_says(&client, &format!("visitor-{number}"), "Hello?");
        let received = receiver.wait_for(number + 1).remove(number);
        assert!(is_signed(&received, &new), "{number}");
        assert_eq!(is_signed(&received, &old), signed_by_old, "{number}");
        assert_eq!(
            signatures(&received).count(),
            1 + usize::from(signed_by_old)
        );
        settle(&client);
    }
}

#[test]
fn retries_that_were_pending_are_signed_with_what_signs_then() {
    let server = start();
    let client = server.client();
    let receiver = Receiver::start_with(|_, _| Reply::Status(500));
    let endpoint = Endpoint::add(&client, &receiver, &["conversationStarted"]);
    visitor_says(&client, VISITOR, "Hello?");
    endpoint.wait_for_attempts(1);
    let (old, new) = (endpoint.secret.clone(), endpoint.rotate());
    let mut count = 1;
    while count < 8 {
        let delivery = endpoint.wait_for_attempts(count);
        let next = delivery["nextAttemptAt"].as_i64().expect("a time");
        server.advance(next - server.now());
        count += 1;
    }
    endpoint.wait_for_attempts(count);
    let all = receiver.received();
    assert!(is_signed(&all[0], &old) && !is_signed(&all[0], &new));
    let mut after_a_day = 0;
    for received in &all[1..] {
        let at: i64 = received
            .header("webhook-timestamp")
            .parse()
            .expect("seconds");
        let is_within = at * SECOND_MS < START + DAY_MS;
        assert!(is_signed(received, &new));
        assert_eq!(is_signed(received, &old), is_within);
        assert_eq!(received.webhook_id(), all[0].webhook_id());
        after_a_day += usize::from(!is_within);
    }
    assert!((1..7).contains(&after_a_day), "{after_a_day}");
}

#[test]
fn of_two_rotations_in_a_day_the_last_two_secrets_sign() {
    let (server, receiver) = (start(), Receiver::start());
    let client = server.client();
    let endpoint = Endpoint::add(&client, &receiver, &["conversationStarted"]);
    let second = endpoint.rotate();
    server.advance(10 * MINUTE_MS);
    let third = endpoint.rotate();
    visitor_says(&client, VISITOR, "Hello?");
    let received = receiver.wait_for(1).remove(0);
    let signed = [&endpoint.secret, &second, &third].map(|secret| is_signed(&received, secret));
    assert_eq!(signed, [false, true, true]);
    // The new one comes first: some receivers look at no other.
    let first = signatures(&received).next().expect("one").to_owned();
    let mut alone = received.clone();
    alone.headers.insert("webhook-signature".to_owned(), first);
    assert!(is_signed(&alone, &third));
    assert_eq!(
        endpoint.get()["previousSecretUntil"],
        START + 10 * MINUTE_MS + DAY_MS
    );
}

#[test]
fn a_secret_is_shown_once() {
    let (server, receiver) = (start(), Receiver::start());
    let client = server.client();
    let endpoint = Endpoint::add(&client, &receiver, &["conversationStarted"]);
    let rotated = endpoint.rotate();
    for secret in [&endpoint.secret, &rotated] {
        let (prefix, key) = secret.split_at(6);
        assert_eq!((prefix, key.len()), ("whsec_", 44), "32 bytes in base64");
    }
    let changed = endpoint.update(&json!({"description": "The shop"}));
    let list = client.get("/api/v1/webhooks").json(200);
    for seen in [&endpoint.get(), &changed, &list["items"][0]] {
        // No more than its end, to tell it from others.
        let hint = text_of(&seen["secret"]).trim_start_matches('•');
        assert!(hint.len() <= 4 && rotated.ends_with(hint), "{seen}");
        let text = seen.to_string();
        for secret in [&endpoint.secret, &rotated] {
            assert!(!text.contains(&secret[6..]));
        }
    }
    let unknown = client.post("/api/v1/webhooks/no-such-webhook/rotate-secret", &json!({}));
    assert_eq!(unknown.status, 404, "{}", unknown.text());
}
