//! Receivers that do everything wrong (trust 3.14, case I6): each is an attempt that failed and says why, and none keeps
//! another endpoint waiting.

use std::{net::TcpListener, time::Duration};

use serde_json::{Value, json};
use testing::{
    receiver::{Receiver, Reply},
    server::within,
};

use super::{Endpoint, add, attempts_of, start, start_with};
use crate::arrange::{VISITOR, id_of, items, visitor_says};

/// How long a receiver may take here.
const TIMEOUT_S: u64 = 2;

fn raw(text: &str) -> Reply {
    Reply::Raw(text.as_bytes().to_vec())
}

fn stall(text: &str) -> Reply {
    Reply::Stall(text.as_bytes().to_vec())
}

fn endless(text: &str) -> Reply {
    Reply::Endless(text.as_bytes().to_vec())
}

/// An answer that points elsewhere.
fn redirect(status: u16, location: &str) -> Reply {
    raw(&format!(
        "HTTP/1.1 {status} Elsewhere\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"
    ))
}

#[test]
fn whatever_a_receiver_does_is_written_down_and_tried_again() {
    let elsewhere = Receiver::start();
    let redirected = Some("redirects are not followed");
    let cases = [
        (Reply::Status(200), Some(200), None),
        (
            Reply::Status(500),
            Some(500),
            Some("the receiver answered 500"),
        ),
        (
            Reply::Status(429),
            Some(429),
            Some("the receiver answered 429"),
        ),
        (
            raw(
                "HTTP/1.1 400 Bad\r\ncontent-type: text/html\r\ncontent-length: 11\r\n\r\n<b>no</b>\n\n",
            ),
            Some(400),
            Some("the receiver answered 400: <b>no</b>"),
        ),
        (Reply::Hang, None, Some("timed out")),
        (
            stall("HTTP/1.1 200 OK\r\ncontent-"),
            None,
            Some("timed out"),
        ),
        (
            stall("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc"),
            Some(200),
            Some("timed out"),
        ),
        // More than anybody has to say is not read, and then the head counts.
        (endless("HTTP/1.1 200 OK\r\n\r\n-"), Some(200), None),
        (
            endless("HTTP/1.1 500 Oh\r\ncontent-length: 10737418240\r\n\r\n "),
            Some(500),
            Some("the receiver answered 500"),
        ),
        (
            endless("HTTP/1.1 200 OK\r\nx: y"),
            None,
            Some("the answer is not valid HTTP"),
        ),
        (
            endless("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 C\r\n\r\n\n"),
            None,
            Some("the answer is not valid HTTP"),
        ),
        (raw(""), None, Some("the answer broke off")),
        (
            raw("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"),
            Some(200),
            Some("the answer broke off"),
        ),
        (raw("HTTP/1.1 204 None\r\n\r\n"), Some(204), None),
        (
            raw("SSH-2.0-OpenSSH_9.2\r\n"),
            None,
            Some("the answer is not valid HTTP"),
        ),
        (redirect(301, &elsewhere.url()), Some(301), redirected),
        (
            redirect(302, "http://169.254.169.254/latest/meta-data/"),
            Some(302),
            redirected,
        ),
        (redirect(307, "file:///etc/passwd"), Some(307), redirected),
        (redirect(308, "/elsewhere"), Some(308), redirected),
    ];
    let server = start_with(|webhooks| webhooks.timeout_seconds = TIMEOUT_S);
    let client = server.client();
    let receivers: Vec<(Receiver, Endpoint)> = cases
        .iter()
        .map(|(reply, ..)| {
            let reply = reply.clone();
            let receiver = Receiver::start_with(move |_, _| reply.clone());
            let endpoint = Endpoint::add(&client, &receiver, &["conversationStarted"]);
            (receiver, endpoint)
        })
        .collect();
    visitor_says(&client, VISITOR, "Hello?");
    for ((reply, http_status, error), (receiver, endpoint)) in cases.iter().zip(&receivers) {
        let delivery = endpoint.wait_for_attempts(1);
        let attempt = &attempts_of(&delivery)[0];
        assert_eq!(
            attempt["httpStatus"],
            json!(http_status),
            "{reply:?}: {attempt}"
        );
        assert_eq!(attempt["error"], json!(error), "{reply:?}: {attempt}");
        let status = if error.is_none() {
            "delivered"
        } else {
            "pending"
        };
        assert_eq!(delivery["status"], status, "{reply:?}");
        assert_eq!(
            delivery["nextAttemptAt"].is_null(),
            error.is_none(),
            "{reply:?}"
        );
        assert_eq!(
            receiver.received().len(),
            1,
            "{reply:?}: it is not sent twice"
        );
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn where_nobody_listens_or_speaks_tls_nothing_is_told() {
    let server = start_with(|webhooks| webhooks.timeout_seconds = TIMEOUT_S);
    let client = server.client();
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let nobody = format!("http://{}/hook", free.expect("a free port"));
    let plain = Receiver::start();
    let secure = plain.url().replace("http:", "https:");
    for (url, error) in [
        (nobody, "connection refused"),
        (secure, "TLS failed: the handshake failed"),
    ] {
        let id = id_of(&add(&client, &url, &["conversationStarted"]));
        let visitor = format!("visitor-{id}");
        visitor_says(&client, &visitor, "Hello?");
        let path = format!("/api/v1/webhooks/{id}/deliveries");
        let attempt = within(Duration::from_secs(10), "the attempt", || {
            let delivery = items(&client, &path).into_iter().next()?;
            attempts_of(&delivery).first().cloned()
        });
        assert_eq!(
            (&attempt["httpStatus"], &attempt["error"]),
            (&Value::Null, &json!(error))
        );
        client.delete(&format!("/api/v1/webhooks/{id}")).empty(204);
    }
    assert!(plain.received().is_empty());
}

#[test]
fn an_address_is_checked_again_when_something_is_sent() {
    let (mut server, receiver) = (start(), Receiver::start());
    let endpoint = Endpoint::add(&server.client(), &receiver, &["conversationStarted"]);
    // Saved when this was allowed; now it is not.
    server.restart_with(|config| config.webhooks.allow_networks = String::new());
    let endpoint = endpoint.through(server.client());
    visitor_says(&server.client(), VISITOR, "Hello?");
    let delivery = endpoint.wait_for_attempts(1);
    let attempt = &attempts_of(&delivery)[0];
    assert_eq!(attempt["httpStatus"], Value::Null);
    assert_eq!(attempt["error"], "the address is not public");
    assert_eq!(delivery["status"], "pending");
    assert_eq!(receiver.connections(), 0);
}

#[test]
fn endpoints_that_hang_delay_nobody() {
    const HANGING: usize = 20;
    const CONVERSATIONS: usize = 10;
    let server = start();
    let client = server.client();
    let hanging: Vec<Receiver> = (0..HANGING)
        .map(|_| Receiver::start_with(|_, _| Reply::Hang))
        .collect();
    let healthy = Receiver::start();
    for receiver in hanging.iter().chain([&healthy]) {
        add(&client, &receiver.url(), &["conversationStarted"]);
    }
    for number in 0..CONVERSATIONS {
        visitor_says(&client, &format!("visitor-{number}"), "Hello?");
    }
    // Far less than those who hang have, which is fifteen seconds.
    within(
        Duration::from_secs(5),
        "every event at the healthy one",
        || (healthy.received().len() == CONVERSATIONS).then_some(()),
    );
    // They do hang, and none is asked for more at once than it may be.
    within(Duration::from_secs(5), "the others", || {
        hanging
            .iter()
            .all(|receiver| !receiver.received().is_empty())
            .then_some(())
    });
    assert!(
        hanging
            .iter()
            .all(|receiver| receiver.received().len() <= 8)
    );
    drop(hanging);
}

#[test]
fn one_that_fails_is_asked_for_one_at_a_time_until_it_takes_something() {
    const CONVERSATIONS: usize = 10;
    let server = start_with(|webhooks| webhooks.timeout_seconds = 5);
    let client = server.client();
    let failing = Receiver::start_with(|_, before| match before {
        0 => Reply::Status(500),
        1 => Reply::Hang,
        _ => Reply::Status(204),
    });
    let endpoint = Endpoint::add(&client, &failing, &["conversationStarted"]);
    visitor_says(&client, "the-first", "Hello?");
    endpoint.wait_for_attempts(1);
    let healthy = Receiver::start();
    add(&client, &healthy.url(), &["conversationStarted"]);
    for number in 0..CONVERSATIONS {
        visitor_says(&client, &format!("visitor-{number}"), "Hello?");
    }
    healthy.wait_for(CONVERSATIONS);
    assert_eq!(failing.received().len(), 2);
    // When that one has hung long enough the next is taken, and then all go.
    endpoint.wait_for_log("the others", |log| {
        let delivered = log
            .iter()
            .filter(|delivery| delivery["status"] == "delivered");
        delivered.count() == CONVERSATIONS - 1
    });
}

#[test]
fn a_healthy_lane_is_not_kept_by_one_that_hangs_at_the_same_endpoint() {
    let server = start();
    let client = server.client();
    let receiver = Receiver::start_with(|received, _| {
        if received.body.contains("hangs") {
            Reply::Hang
        } else {
            Reply::Status(204)
        }
    });
    let endpoint = Endpoint::add(
        &client,
        &receiver,
        &["conversationStarted", "conversationClosed"],
    );
    visitor_says(&client, "hangs", "Hello?");
    receiver.wait_for(1);
    for number in 0..5 {
        visitor_says(&client, &format!("visitor-{number}"), "Hello?");
    }
    within(Duration::from_secs(5), "the other conversations", || {
        (endpoint.log_of("delivered").len() == 5).then_some(())
    });
    drop(receiver);
}
