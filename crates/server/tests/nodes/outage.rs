//! NATS goes away and comes back, is frozen, or was not there at the start; and other nodes fall silent.

use app::{
    feed::{News, Reach},
    interest::Interest,
};
use bench::durability::process::{Installation, Process};
use testing::{
    client::Client,
    nats_server::NatsServer,
    server::{TestServer, eventually},
};

use super::{connect, figure, next_news, two_nodes, visitor_says, wait_for_figure, wait_for_reach};

/// Lets a visitor say something on one node, which another must hear of.
fn says_and_is_heard(from: &TestServer, to: &TestServer, visitor: &str) {
    let mut news = to.feed().subscribe();
    let said = visitor_says(&from.client(), visitor, "Hello?");
    let seq = said["seq"].as_i64().expect("a place");
    next_news("the head", &mut news, |news| {
        matches!(news, News::Moved(moved) if moved.head == seq).then_some(())
    });
}

fn wants_everything(node: &TestServer) {
    let organization = node.organization().number;
    node.feed()
        .interests()
        .add(Interest::Organization(organization));
    wait_for_figure(node, "parlour_nats_subscriptions", 1.0);
}

#[test]
fn nodes_without_nats_know_that_they_hear_nothing() {
    let alone = TestServer::start_with(|config| config.database_url.clear());
    let (first, second) = TestServer::start_two();
    for node in [&first, &second] {
        assert_eq!(node.feed().reach(), Reach::Cut);
        assert_eq!(figure(node, "parlour_nats_connected"), 0.0);
    }
    if alone.config().database_url.is_empty() {
        assert_eq!(alone.feed().reach(), Reach::Alone);
    }
}

#[test]
fn nats_may_stop_and_start_again() {
    let mut nats = NatsServer::start();
    let (first, mut second) = two_nodes(&nats);
    wants_everything(&second);
    says_and_is_heard(&first, &second, "anna");
    for round in 1..=2 {
        nats.stop();
        for node in [&first, &second] {
            wait_for_reach(node, Reach::Cut);
            wait_for_figure(node, "parlour_nats_connected", 0.0);
        }
        // Requests do not notice; what cannot be told is dropped.
        let dropped = figure(&first, "parlour_nats_dropped_total");
        visitor_says(&first.client(), "anna", "Still there?");
        wait_for_figure(&first, "parlour_nats_dropped_total", dropped + 1.0);
        let mut news = second.feed().subscribe();
        nats.start_again();
        for node in [&first, &second] {
            wait_for_reach(node, Reach::Connected);
            assert_eq!(
                figure(node, "parlour_nats_connects_total"),
                f64::from(round + 1)
            );
        }
        // What moved meanwhile is looked for once, beside what sweeps find.
        next_news("what was missed", &mut news, |news| {
            matches!(news, News::Moved(_)).then_some(())
        });
        says_and_is_heard(&first, &second, "anna");
    }
    // Stopping does not wait for a NATS that is away.
    nats.stop();
    wait_for_reach(&second, Reach::Cut);
    assert!(second.stop());
    second.start_again();
    assert_eq!(second.feed().reach(), Reach::Cut);
    nats.start_again();
    wait_for_reach(&second, Reach::Connected);
}

#[test]
fn nats_that_is_frozen_is_noticed() {
    let nats = NatsServer::start();
    let (first, second) = two_nodes(&nats);
    wants_everything(&second);
    nats.freeze();
    for node in [&first, &second] {
        wait_for_reach(node, Reach::Cut);
    }
    visitor_says(&first.client(), "anna", "Hello?");
    nats.thaw();
    for node in [&first, &second] {
        wait_for_reach(node, Reach::Connected);
    }
    says_and_is_heard(&first, &second, "anna");
}

/// A real node beside one of this process.
fn process_beside(node: &TestServer, directory: &std::path::Path) -> Process {
    let config = node.config();
    Installation::new(env!("CARGO_BIN_EXE_parlour").as_ref(), directory)
        .set("PARLOUR_DATABASE_URL", &config.database_url)
        .set("PARLOUR_NATS_URL", &config.nats_url)
        .set("PARLOUR_SECRET_KEY", &config.secret_key)
        .set("PARLOUR_DATABASE_WRITERS", "2")
        .start()
        .expect("the node starts")
}

#[test]
fn nodes_on_one_machine_may_share_a_directory() {
    let nats = NatsServer::start();
    let node = TestServer::start_on_postgres(|config| connect(config, &nats));
    let directory = tempfile::tempdir().expect("a directory");
    for process in [
        process_beside(&node, directory.path()),
        process_beside(&node, directory.path()),
    ] {
        process.stop().expect("stopped");
    }
}

#[test]
fn a_node_that_leaves_says_so_and_goes_on_for_a_while() {
    let node = TestServer::start_on_postgres(|_| {});
    let directory = tempfile::tempdir().expect("a directory");
    let config = node.config();
    let other = Installation::new(env!("CARGO_BIN_EXE_parlour").as_ref(), directory.path())
        .set("PARLOUR_DATABASE_URL", &config.database_url)
        .set("PARLOUR_SECRET_KEY", &config.secret_key)
        .set("PARLOUR_HTTP_DRAIN_SECONDS", "5")
        .start()
        .expect("the node starts");
    let client = Client::new(other.socket_address()).with_key(&node.organization().api_key);
    assert_eq!(client.get("/readyz").status, 200);
    let stopped = std::thread::spawn(|| other.stop());
    eventually("the leave", || {
        (client.get("/readyz").status == 503).then_some(())
    });
    visitor_says(&client, "anna", "Still there?");
    stopped.join().expect("no panic").expect("stopped");
}

fn wait_until_connected(process: &Process) {
    let stranger = Client::new(process.socket_address());
    eventually("the node on NATS", || {
        let figures = stranger.get("/metrics");
        figures
            .text()
            .contains("parlour_nats_connected 1")
            .then_some(())
    });
}

#[test]
fn a_node_that_falls_silent_is_missed_and_one_that_takes_leave_is_not() {
    let nats = NatsServer::start();
    let node = TestServer::start_on_postgres(|config| connect(config, &nats));
    wait_for_reach(&node, Reach::Connected);
    wants_everything(&node);
    let directory = tempfile::tempdir().expect("a directory");
    let other = process_beside(&node, directory.path());
    let client = Client::new(other.socket_address()).with_key(&node.organization().api_key);
    wait_until_connected(&other);
    let mut news = node.feed().subscribe();
    visitor_says(&client, "anna", "Hello?");
    next_news("the head", &mut news, |news| {
        matches!(news, News::Moved(_)).then_some(())
    });
    assert_eq!(node.feed().reach(), Reach::Connected);

    // It may be cut off and go on working: until it is back, the database is asked.
    other.freeze().expect("frozen");
    wait_for_figure(&node, "parlour_nats_missing_nodes", 1.0);
    wait_for_reach(&node, Reach::Cut);
    assert_eq!(figure(&node, "parlour_nats_connected"), 1.0);
    other.thaw().expect("thawed");
    wait_for_reach(&node, Reach::Connected);
    other.stop().expect("stopped");
    // One that stays silent shows that the time passed in which the other would have been missed too.
    let directory = tempfile::tempdir().expect("a directory");
    let third = process_beside(&node, directory.path());
    wait_until_connected(&third);
    third.freeze().expect("frozen");
    wait_for_figure(&node, "parlour_nats_missing_nodes", 1.0);
    third.thaw().expect("thawed");
    wait_for_reach(&node, Reach::Connected);
}

#[test]
fn nats_asks_for_a_password() {
    let nats = NatsServer::start_with(&["--user", "parlour", "--pass", "p@ss:word/1"]);
    let url = |credentials: &str| {
        let address = nats.url();
        address.replace("nats://", &format!("nats://{credentials}@"))
    };
    let node = TestServer::start_on_postgres(|config| {
        connect(config, &nats);
        config.nats_url = url("parlour:p%40ss%3Aword%2F1");
    });
    wait_for_reach(&node, Reach::Connected);
    let other = TestServer::start_on_postgres(|config| {
        connect(config, &nats);
        config.nats_url = url("parlour:wrong");
    });
    // It starts all the same, and goes on trying.
    visitor_says(&other.client(), "anna", "Hello?");
    assert_eq!(other.feed().reach(), Reach::Cut);
}
