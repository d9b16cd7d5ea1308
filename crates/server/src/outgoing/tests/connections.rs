//! Connections that are kept, and what happens when the receiver does not keep them.

use super::{super::OutgoingError, PATIENT, door, post, receiver::Receiver};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

#[tokio::test]
async fn a_connection_is_used_again() {
    let receiver = Receiver::answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let door = door(PATIENT);
    for _ in 0..20 {
        assert!(post(&door, &receiver.url()).await.is_success());
    }
    assert_eq!((receiver.connections(), receiver.requests().len()), (1, 20));
    // Another clone of the door is the same door.
    assert!(post(&door.clone(), &receiver.url()).await.is_success());
    assert_eq!(receiver.connections(), 1);
}

#[tokio::test]
async fn many_may_post_at_once() {
    let receiver = Receiver::answering(OK);
    let door = door(PATIENT);
    let url = receiver.url();
    let one = || async { post(&door, &url).await.is_success() };
    for _ in 0..20 {
        let all = tokio::join!(one(), one(), one(), one(), one(), one(), one(), one());
        assert_eq!(all, (true, true, true, true, true, true, true, true));
    }
    assert_eq!(receiver.requests().len(), 160);
    assert!(
        receiver.connections() <= 8 * 2,
        "{}",
        receiver.connections()
    );
}

#[tokio::test]
async fn a_connection_that_the_receiver_closed_is_replaced() {
    let receiver = Receiver::start(|exchange| {
        exchange.read_request();
        exchange.write(OK);
    });
    let door = door(PATIENT);
    for number in 1..10 {
        assert!(post(&door, &receiver.url()).await.is_success());
        receiver.wait_for_end().await;
        assert_eq!(
            (receiver.connections(), receiver.requests().len()),
            (number, number)
        );
    }
}

#[tokio::test]
async fn a_request_that_meets_the_end_of_a_kept_connection_is_sent_once_more() {
    let receiver = Receiver::start(|exchange| {
        exchange.read_request();
        exchange.write(OK);
        // It takes the second request of its first connection and goes away without a word.
        if exchange.number == 0 {
            exchange.read_request();
        } else {
            exchange.hang();
        }
    });
    let door = door(PATIENT);
    assert!(post(&door, &receiver.url()).await.is_success());
    assert!(post(&door, &receiver.url()).await.is_success());
    let requests = receiver.requests();
    assert_eq!((receiver.connections(), requests.len()), (2, 3));
    assert_eq!(requests[1], requests[2]);
}

#[tokio::test]
async fn a_request_is_not_sent_a_third_time() {
    let receiver = Receiver::start(|exchange| {
        exchange.read_request();
        if exchange.number == 0 {
            exchange.write(OK);
            exchange.read_request();
        }
    });
    let door = door(PATIENT);
    assert!(post(&door, &receiver.url()).await.is_success());
    let outcome = post(&door, &receiver.url()).await;
    assert_eq!(outcome.error, Some(OutgoingError::BrokeOff));
    assert_eq!((receiver.connections(), receiver.requests().len()), (2, 3));
}

#[tokio::test]
async fn a_request_that_failed_on_a_new_connection_is_not_sent_again() {
    let receiver = Receiver::start(|exchange| {
        exchange.read_request();
    });
    let outcome = post(&door(PATIENT), &receiver.url()).await;
    assert_eq!(outcome.error, Some(OutgoingError::BrokeOff));
    assert_eq!((receiver.connections(), receiver.requests().len()), (1, 1));
}
