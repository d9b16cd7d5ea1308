//! What receivers answer, and what is kept of it.

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::{
    super::{Outcome, OutgoingError},
    HASTY, PATIENT, door, post,
    receiver::{Exchange, Receiver},
};

/// Posts to a receiver and gives what came of it without the time it took.
async fn outcome(script: impl Fn(&mut Exchange) + Send + Sync + 'static) -> Outcome {
    let receiver = Receiver::start(script);
    let outcome = post(&door(PATIENT), &receiver.url()).await;
    Outcome {
        duration_ms: 0,
        ..outcome
    }
}

/// The same where time is to run out, which it must take and not much more.
async fn outcome_in_time(script: impl Fn(&mut Exchange) + Send + Sync + 'static) -> Outcome {
    let receiver = Receiver::start(script);
    let outcome = post(&door(HASTY), &receiver.url()).await;
    // The door has closed its side.
    receiver.wait_for_end().await;
    assert!(
        (HASTY.total_ms..5_000).contains(&outcome.duration_ms),
        "{outcome:?}"
    );
    Outcome {
        duration_ms: 0,
        ..outcome
    }
}

/// A plain answer.
async fn answered(answer: &'static str) -> Outcome {
    outcome(move |exchange| {
        exchange.read_request();
        exchange.write(answer);
    })
    .await
}

fn failed(status: Option<u16>, error: OutgoingError) -> Outcome {
    Outcome {
        http_status: status,
        error: Some(error),
        ..Outcome::default()
    }
}

#[tokio::test]
async fn a_request_arrives_as_it_was_given() {
    let receiver = Receiver::answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let outcome = post(&door(PATIENT), &format!("{}?a=b%20c", receiver.url())).await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.excerpt, "ok");
    assert_eq!(
        receiver.requests(),
        [format!(
            "POST /hook?a=b%20c HTTP/1.1\r\nwebhook-id: msg_1\r\nhost: {}\r\ncontent-length: 36\r\n\r\n\
             {{\"eventName\":\"conversationFragment\"}}",
            receiver.address
        )]
    );
}

#[tokio::test]
async fn a_status_is_kept_with_the_wait_it_asks_for() {
    for (answer, status, retry_after_s, excerpt) in [
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            200,
            None,
            "",
        ),
        ("HTTP/1.1 204 No Content\r\n\r\n", 204, None, ""),
        (
            "HTTP/1.0 202 Accepted\r\n\r\nuntil the end",
            202,
            None,
            "until the end",
        ),
        (
            "HTTP/1.1 500 Oh\r\ncontent-length: 4\r\n\r\noops",
            500,
            None,
            "oops",
        ),
        (
            "HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n",
            410,
            None,
            "",
        ),
        (
            "HTTP/1.1 429 A\r\nretry-after: 30\r\ncontent-length: 0\r\n\r\n",
            429,
            Some(30),
            "",
        ),
        (
            "HTTP/1.1 503 A\r\nretry-after: Wed, 02 Jan 2030 03:05:05 GMT\r\ncontent-length: 0\r\n\r\n",
            503,
            Some(60),
            "",
        ),
        (
            "HTTP/1.1 503 A\r\nretry-after: Wed, 02 Jan 2030 03:04:04 GMT\r\ncontent-length: 0\r\n\r\n",
            503,
            Some(0),
            "",
        ),
        (
            "HTTP/1.1 503 A\r\nretry-after: Sun, 01 Jan 2040 00:00:00 GMT\r\ncontent-length: 0\r\n\r\n",
            503,
            Some(86_400),
            "",
        ),
        (
            "HTTP/1.1 503 A\r\nretry-after: 99999999999999999999999\r\ncontent-length: 0\r\n\r\n",
            503,
            Some(86_400),
            "",
        ),
        (
            "HTTP/1.1 503 A\r\nretry-after: soon\r\ncontent-length: 0\r\n\r\n",
            503,
            None,
            "",
        ),
        (
            "HTTP/1.1 503 A\r\nretry-after: -5\r\ncontent-length: 0\r\n\r\n",
            503,
            None,
            "",
        ),
        (
            "HTTP/1.1 503 A\r\nretry-after: \r\ncontent-length: 0\r\n\r\n",
            503,
            None,
            "",
        ),
    ] {
        let expected = Outcome {
            http_status: Some(status),
            retry_after_s,
            excerpt: excerpt.to_owned(),
            ..Outcome::default()
        };
        let outcome = answered(answer).await;
        assert_eq!(outcome, expected, "{answer}");
        assert_eq!(outcome.is_success(), (200..300).contains(&status));
    }
}

#[tokio::test]
async fn i6_what_a_receiver_says_is_text_of_one_line() {
    let page = "HTTP/1.1 500 A\r\ncontent-type: text/html\r\ncontent-length: 57\r\n\r\n\
                <script>\r\n\talert(1)</script>\0\u{1b}[31m \u{202e}evil\u{200b} \u{feff}caf\u{e9}";
    let outcome = answered(page).await;
    assert_eq!(
        outcome.excerpt,
        "<script>   alert(1)</script>  [31m evil café"
    );

    let outcome = outcome_of_body(&format!("{}€", "a".repeat(254))).await;
    assert_eq!(outcome.excerpt, "a".repeat(254));
    let outcome = outcome_of_body(&format!("{}€€€€", "a".repeat(253))).await;
    assert_eq!(outcome.excerpt, format!("{}€", "a".repeat(253)));
}

async fn outcome_of_body(body: &str) -> Outcome {
    let answer = format!(
        "HTTP/1.1 500 A\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    outcome(move |exchange| {
        exchange.read_request();
        exchange.write(&answer);
    })
    .await
}

#[tokio::test]
async fn i6_cookies_are_not_kept() {
    let receiver = Receiver::answering(
        "HTTP/1.1 200 OK\r\nset-cookie: a=b; Path=/\r\ncontent-length: 0\r\n\r\n",
    );
    let door = door(PATIENT);
    for _ in 0..2 {
        assert!(post(&door, &receiver.url()).await.is_success());
    }
    let requests = receiver.requests();
    assert_eq!(requests[0], requests[1]);
    assert!(!requests[1].contains("cookie"));
}

#[tokio::test]
async fn a_receiver_that_hangs_before_or_within_its_head_is_given_up() {
    let timeout = failed(None, OutgoingError::Timeout);
    let before = outcome_in_time(|exchange| exchange.hang()).await;
    assert_eq!(before, timeout);
    let within = outcome_in_time(|exchange| {
        exchange.read_request();
        exchange.write("HTTP/1.1 200 OK\r\ncontent-le");
        exchange.hang();
    });
    assert_eq!(within.await, timeout);
}

#[tokio::test]
async fn a_receiver_that_hangs_in_the_body_is_given_up() {
    let outcome = outcome_in_time(|exchange| {
        exchange.read_request();
        exchange.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc");
        exchange.hang();
    });
    let outcome = outcome.await;
    let expected = Outcome {
        excerpt: "abc".to_owned(),
        ..failed(Some(200), OutgoingError::Timeout)
    };
    assert_eq!(outcome, expected);
    assert!(!outcome.is_success());
}

#[tokio::test]
async fn a_receiver_that_answers_byte_by_byte_is_given_up() {
    let receiver = Receiver::with(
        TcpListener::bind("127.0.0.1:0").expect("a free port"),
        |exchange| {
            exchange.read_request();
            exchange.write("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
            // Each look for a next request takes as long as the socket waits.
            while exchange.write_if_open("a") {
                exchange.read_head();
            }
        },
        |stream| {
            let wait = Some(Duration::from_millis(20));
            stream.set_read_timeout(wait).expect("a socket");
            Some(Box::new(stream))
        },
    );
    let outcome = post(&door(HASTY), &receiver.url()).await;
    receiver.wait_for_end().await;
    assert_eq!(outcome.error, Some(OutgoingError::Timeout));
    assert_eq!(outcome.http_status, Some(200));
    assert!(outcome.excerpt.starts_with("aaa"));
    assert!((HASTY.total_ms..5_000).contains(&outcome.duration_ms));
}

#[tokio::test]
async fn i6_an_endless_body_is_cut_and_its_head_counts() {
    let head = |head: &'static str, body: String| async move {
        let sent = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&sent);
        let receiver = Receiver::start(move |exchange| {
            exchange.read_request();
            exchange.write(head);
            count.store(exchange.write_without_end(&body), Ordering::SeqCst);
        });
        let outcome = post(&door(PATIENT), &receiver.url()).await;
        receiver.wait_for_end().await;
        // What the system's buffers on both sides hold was sent, and nothing like ten gigabytes.
        let sent = sent.load(Ordering::SeqCst);
        assert!(sent < 32 * 1_024 * 1_024, "{sent}");
        outcome
    };
    let plain = "a".repeat(8_192);
    let chunk = format!("2000\r\n{plain}\r\n");
    for (start, body) in [
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n",
            plain.clone(),
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            chunk,
        ),
        ("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", plain),
    ] {
        let outcome = head(start, body).await;
        assert!(outcome.is_success(), "{outcome:?}");
        assert_eq!(outcome.excerpt, "a".repeat(256));
    }
    let no = head(
        "HTTP/1.1 500 A\r\ncontent-length: 10737418240\r\n\r\n",
        "no".repeat(4_096),
    );
    let no = no.await;
    assert_eq!((no.http_status, no.error), (Some(500), None));
}

#[tokio::test]
async fn i6_a_head_without_end_is_refused() {
    for endless in ["a: b\r\n", "aaaaaaaa"] {
        let outcome = outcome(move |exchange| {
            exchange.read_request();
            exchange.write("HTTP/1.1 200 OK\r\n");
            exchange.write_without_end(endless);
        });
        assert_eq!(outcome.await, failed(None, OutgoingError::NotHttp));
    }
}

#[tokio::test]
async fn i6_a_flood_of_1xx_is_refused() {
    for flood in [
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 103 A\r\nlink: a\r\n\r\n",
    ] {
        let receiver = Receiver::start(move |exchange| {
            exchange.read_request();
            exchange.write_without_end(flood);
        });
        let outcome = post(&door(PATIENT), &receiver.url()).await;
        receiver.wait_for_end().await;
        assert_eq!(outcome.error, Some(OutgoingError::NotHttp));
        assert!(outcome.duration_ms < 10_000, "{outcome:?}");
    }
    let some =
        "HTTP/1.1 102 A\r\n\r\nHTTP/1.1 103 A\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    assert!(answered(some).await.is_success());
    let other = answered("HTTP/1.1 101 A\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n").await;
    assert!(!other.is_success(), "{other:?}");
}

#[tokio::test]
async fn what_is_not_http_is_refused() {
    for answer in [
        "SSH-2.0-OpenSSH_9.6\r\n",
        "220 mail.example ESMTP\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        "\0\0\0\0\0\0\0\0\0\0",
    ] {
        assert_eq!(
            answered(answer).await,
            failed(None, OutgoingError::NotHttp),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error_and_a_204_has_none() {
    let broken = |excerpt: &str| Outcome {
        excerpt: excerpt.to_owned(),
        ..failed(Some(200), OutgoingError::BrokeOff)
    };
    let closed = answered("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n").await;
    assert_eq!(closed, broken(""));
    let closed = answered("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc").await;
    assert_eq!(closed, broken("abc"));
    let closed =
        answered("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n").await;
    assert_eq!(closed, broken("abc"));
    let reset = outcome(|exchange| {
        exchange.read_head();
        exchange.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc");
    });
    assert_eq!(reset.await, broken("abc"));
    let reset = outcome(|exchange| {
        exchange.read_head();
        exchange.write("HTTP/1.1 204 No Content\r\n\r\n");
    });
    assert!(reset.await.is_success());
}

#[tokio::test]
async fn a_connection_that_ends_without_an_answer_is_an_error() {
    let nothing = outcome(|exchange| assert!(exchange.read_request()));
    assert_eq!(nothing.await, failed(None, OutgoingError::BrokeOff));
    let reset = outcome(|exchange| drop(exchange.read_head()));
    assert_eq!(reset.await, failed(None, OutgoingError::BrokeOff));
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = free.local_addr().expect("bound");
    drop(free);
    let outcome = post(&door(PATIENT), &format!("http://{address}/")).await;
    assert_eq!(outcome.error, Some(OutgoingError::Refused));
}

#[tokio::test]
async fn i3_a_redirect_is_never_followed() {
    let target = Receiver::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let places = [
        target.url(),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "//127.0.0.1/".to_owned(),
        "/hook2".to_owned(),
    ];
    for status in [300, 301, 302, 303, 307, 308] {
        for place in &places {
            let answer =
                format!("HTTP/1.1 {status} A\r\nlocation: {place}\r\ncontent-length: 0\r\n\r\n");
            let receiver = Receiver::start(move |exchange| {
                while exchange.read_request() {
                    exchange.write(&answer);
                }
            });
            let outcome = post(&door(PATIENT), &receiver.url()).await;
            assert_eq!(outcome.http_status, Some(status));
            assert_eq!(outcome.error, Some(OutgoingError::Redirect), "{place}");
            assert!(!outcome.is_success());
            assert_eq!(receiver.requests().len(), 1);
        }
    }
    assert_eq!(target.connections(), 0);
    assert_eq!(
        OutgoingError::Redirect.to_string(),
        "redirects are not followed"
    );
}
