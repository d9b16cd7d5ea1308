//! The guard: what leads inwards is never connected to, whatever it is called.

use std::{net::TcpListener, time::Duration};

use hyper::Uri;
use model::address::{AddressError, OutgoingPolicy};
use tower::Service;

use super::{
    super::{
        Outgoing, OutgoingError, OutgoingTimes,
        connector::{Connector, is_own},
        resolver::Resolver,
        tls,
    },
    PATIENT, door, policy, post,
    receiver::Receiver,
    scripted,
};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/// Two receivers on one port of different loopback addresses: the first stands for the internet, and is allowed.
fn outside_and_inside() -> (Receiver, Receiver) {
    loop {
        let outside = TcpListener::bind("127.0.0.2:0").expect("a free port");
        let port = outside.local_addr().expect("bound").port();
        if let Ok(inside) = TcpListener::bind(("127.0.0.1", port)) {
            let one_answer = |listener| {
                Receiver::with(
                    listener,
                    |exchange| {
                        exchange.read_request();
                        exchange.write(OK);
                    },
                    |stream| Some(Box::new(stream)),
                )
            };
            return (one_answer(outside), one_answer(inside));
        }
    }
}

/// The part that connects, without the checks before it.
fn connector(resolver: Resolver) -> Connector {
    Connector {
        policy: OutgoingPolicy::default().into(),
        resolver,
        tls: tls::connector(None).expect("no file"),
        timeout: Duration::from_secs(20),
        is_own,
    }
}

#[tokio::test]
async fn i1_an_address_that_is_not_public_is_blocked_at_send() {
    let receiver = Receiver::answering(OK);
    let strict = Outgoing::new(OutgoingPolicy::default(), PATIENT, None).expect("a door");
    let port = receiver.address.port();
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0",
        "①②⑦.0.0.1",
        "[::ffff:7f00:1]",
        "[::1]",
        "localhost",
        "localhost.",
        "169.254.169.254",
    ] {
        for scheme in ["http", "https"] {
            let outcome = post(&strict, &format!("{scheme}://{host}:{port}/")).await;
            assert_eq!(outcome.error, Some(OutgoingError::Blocked), "{host}");
        }
    }
    assert_eq!(receiver.connections(), 0);
    // The same receiver can be reached where it is allowed, by any of its names.
    for host in ["127.0.0.1", "127.1", "localhost", "localhost."] {
        let outcome = post(&door(PATIENT), &format!("http://{host}:{port}/")).await;
        assert!(outcome.is_success(), "{host} {outcome:?}");
    }
}

#[tokio::test]
async fn i1_the_connector_alone_blocks_addresses_too() {
    let receiver = Receiver::answering(OK);
    let mut connector = connector(Resolver::system());
    let port = receiver.address.port();
    for host in [
        "127.0.0.1",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "localhost",
        "0.0.0.0",
    ] {
        for scheme in ["http", "https"] {
            let uri: Uri = format!("{scheme}://{host}:{port}/").parse().expect("a URI");
            let refused = connector.call(uri).await.err();
            assert_eq!(refused, Some(OutgoingError::Blocked), "{host}");
        }
    }
    assert_eq!(receiver.connections(), 0);
}

#[test]
fn what_is_accepted_as_an_address_can_be_sent_to() {
    let policy = policy("127.0.0.0/8");
    let accepted = (0x21..0x7f_u8)
        .map(char::from)
        .chain(['é', '€', '\u{fffd}']);
    let mut sendable = 0;
    for c in accepted {
        for url in [
            format!("https://hooks.example/a{c}b"),
            format!("https://hooks.example/?a{c}b"),
            format!("https://hooks{c}a.example/"),
        ] {
            if let Ok(url) = policy.check_url(&url) {
                let uri: Uri = url.as_str().parse().expect("what HTTP understands");
                assert_eq!(uri.host(), url.host_str());
                sendable += 1;
            }
        }
    }
    assert!(sendable > 200, "{sendable}");
}

#[tokio::test]
async fn i2_a_name_with_any_private_address_is_blocked() {
    let (outside, inside) = outside_and_inside();
    let url = format!("http://hooks.example:{}/", outside.address.port());
    for ips in [
        &["127.0.0.1"][..],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["127.0.0.2", "127.0.0.1"],
        &["127.0.0.1", "127.0.0.2"],
        &["127.0.0.2", "::1"],
        &["127.0.0.2", "fd00::1"],
        &["127.0.0.2", "64:ff9b::7f00:1"],
        &["127.0.0.2", "169.254.169.254"],
    ] {
        let (door, _) = scripted("127.0.0.2/32", &[("hooks.example", ips)]);
        let outcome = post(&door, &url).await;
        assert_eq!(outcome.error, Some(OutgoingError::Blocked), "{ips:?}");
    }
    assert_eq!((outside.connections(), inside.connections()), (0, 0));
    let (door, _) = scripted("127.0.0.2/32", &[("hooks.example", &["127.0.0.2"])]);
    assert!(post(&door, &url).await.is_success());
    assert_eq!((outside.connections(), inside.connections()), (1, 0));
}

#[tokio::test]
async fn i2_a_name_that_changes_between_look_ups_gains_nothing() {
    let (outside, inside) = outside_and_inside();
    let url = format!("http://hooks.example:{}/", outside.address.port());
    let (public, private): (&[&str], &[&str]) = (&["127.0.0.2"], &["127.0.0.1"]);
    let answers = [("hooks.example", public), ("hooks.example", private)];
    let (door, script) = scripted("127.0.0.2/32", &answers);

    assert!(post(&door, &url).await.is_success());
    // One connection is one look-up: what was checked is what was connected to.
    assert_eq!(script.lock().expect("unharmed").len(), 1);
    outside.wait_for_end().await;

    let outcome = post(&door, &url).await;
    assert_eq!(outcome.error, Some(OutgoingError::Blocked));
    assert_eq!((outside.connections(), inside.connections()), (1, 0));
}

#[tokio::test]
async fn i2_a_name_is_looked_up_whole_and_single_words_are_not() {
    let (door, _) = scripted("", &[("hooks.example.", &["127.0.0.1"])]);
    let outcome = post(&door, "https://hooks.example./").await;
    assert_eq!(outcome.error, Some(OutgoingError::Blocked));
    let (door, script) = scripted("", &[("not asked", &[])]);
    for name in ["intranet", "intranet.", "hooks.internal", "printer.local"] {
        let outcome = post(&door, &format!("https://{name}/")).await;
        assert_eq!(outcome.error, Some(OutgoingError::Blocked), "{name}");
    }
    assert_eq!(script.lock().expect("unharmed").len(), 1);
}

#[tokio::test]
async fn i2_http_and_unusual_ports_are_only_for_what_the_operator_allows() {
    let public: &[&str] = &["8.8.8.8"];
    let port = AddressError::Port("443, 80, 8443".to_owned());
    for (url, expected) in [
        ("http://hooks.example/", AddressError::Scheme),
        ("https://hooks.example:6379/", port),
    ] {
        let (door, _) = scripted("10.0.0.0/8", &[("hooks.example", public)]);
        let outcome = post(&door, url).await;
        assert_eq!(
            outcome.error,
            Some(OutgoingError::Address(expected)),
            "{url}"
        );
    }
}

#[tokio::test]
async fn i2_a_name_that_nobody_knows_is_said_so() {
    let (door, _) = scripted("", &[("hooks.example.", &[])]);
    let outcome = post(&door, "https://hooks.example/").await;
    assert_eq!(outcome.error, Some(OutgoingError::Name));
    let system = Resolver::system();
    assert_eq!(system.look_up("").await, Err(OutgoingError::Name));
    let known = system
        .look_up("192.0.2.7")
        .await
        .expect("an address is its own name");
    assert_eq!(
        known,
        ["192.0.2.7".parse::<std::net::IpAddr>().expect("an address")]
    );
}

#[tokio::test]
async fn the_first_address_that_answers_is_taken() {
    let receiver = Receiver::answering(OK);
    let url = format!("http://hooks.example:{}/", receiver.address.port());
    let ips: &[&str] = &["127.0.0.3", "::1", "127.0.0.1"];
    let (door, _) = scripted("127.0.0.0/8,::1", &[("hooks.example", ips)]);
    assert!(post(&door, &url).await.is_success());
    let (door, _) = scripted("127.0.0.0/8", &[("hooks.example", &["127.0.0.3"])]);
    let outcome = post(&door, &url).await;
    assert_eq!(outcome.error, Some(OutgoingError::Refused));
}

#[tokio::test]
async fn the_other_end_of_a_connection_is_checked_again() {
    let receiver = Receiver::answering(OK);
    let port = receiver.address.port();
    // The system takes this address for another one, which is not allowed.
    let zero = Outgoing::new(policy("0.0.0.0"), PATIENT, None).expect("a door");
    let outcome = post(&zero, &format!("http://0.0.0.0:{port}/")).await;
    assert_eq!(outcome.error, Some(OutgoingError::Blocked));
    assert!(receiver.requests().is_empty());
}

#[tokio::test]
async fn i1_an_address_of_this_machine_is_blocked_though_it_is_public() {
    let mut connector = connector(Resolver::system());
    connector.is_own = |_| true;
    let refused = connector.call(Uri::from_static("https://8.8.8.8/")).await;
    assert_eq!(refused.err(), Some(OutgoingError::Own));
}

#[test]
fn i1_this_machines_own_addresses_are_known() {
    for (address, expected) in [
        ("127.0.0.1:443", true),
        ("[::1]:443", true),
        ("192.0.2.1:443", false),
        ("[2001:db8::1]:443", false),
    ] {
        assert_eq!(
            is_own(address.parse().expect("an address")),
            expected,
            "{address}"
        );
    }
}

#[tokio::test]
async fn a_door_that_nobody_opens_is_given_up() {
    // A listener whose queue is full leaves further connections waiting.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let mut waiting = Vec::new();
    while let Ok(stream) =
        std::net::TcpStream::connect_timeout(&address, Duration::from_millis(100))
    {
        waiting.push(stream);
    }
    let times = OutgoingTimes {
        connect_ms: 100,
        total_ms: 20_000,
    };
    let outcome = post(&door(times), &format!("http://{address}/")).await;
    assert_eq!(outcome.error, Some(OutgoingError::ConnectTimeout));
    assert!((100..5_000).contains(&outcome.duration_ms), "{outcome:?}");
}
