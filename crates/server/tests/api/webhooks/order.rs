//! Order: of one conversation and one endpoint each event comes after the one before, through outages, while other
//! conversations go on.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU16, Ordering},
    },
};

use serde_json::{Value, json};
use testing::{
    client::Client,
    receiver::{Received, Receiver, Reply},
    server::TestServer,
};

use super::{BREVO, Endpoint, HOUR_MS, MINUTE_MS, SECOND_MS, attempts_of, names, start, texts};
use crate::arrange::{agent_says, text_of, visitor_says};

/// What a receiver took, with what it answered each time.
#[derive(Clone, Default)]
struct Answers(Arc<std::sync::Mutex<Vec<(Received, u16)>>>);

impl Answers {
    /// A receiver that answers as told and remembers it.
    fn receiver(&self, decide: impl Fn(&Received) -> u16 + Send + Sync + 'static) -> Receiver {
        let answers = Arc::clone(&self.0);
        Receiver::start_with(move |received, _| {
            let status = decide(received);
            let mut answers = answers.lock().expect("nobody panicked");
            answers.push((received.clone(), status));
            Reply::Status(status)
        })
    }

    /// What was taken, by conversation: ids and places in the order in which they came.
    fn taken(&self) -> BTreeMap<String, Vec<(String, i64)>> {
        let answers = self.0.lock().expect("nobody panicked");
        let mut taken: BTreeMap<String, Vec<(String, i64)>> = BTreeMap::new();
        for (received, _) in answers.iter().filter(|(_, status)| *status == 204) {
            let conversation = received.header("parlour-conversation-id").to_owned();
            let seq = received.header("parlour-seq").parse().expect("a number");
            let id = received.webhook_id().to_owned();
            taken.entry(conversation).or_default().push((id, seq));
        }
        taken
    }
}

/// When each delivery that is not done is to be tried next, once nothing is under way.
fn plan(server: &TestServer, endpoint: &Endpoint) -> Vec<i64> {
    let next = |delivery: &Value| delivery["nextAttemptAt"].as_i64();
    let is_at_rest = |log: &[Value]| log.iter().filter_map(next).all(|at| at > server.now());
    let log = endpoint.wait_for_log("rest", is_at_rest);
    log.iter().filter_map(next).collect()
}

/// Moves the clock from attempt to attempt until everything is done.
fn run_out(server: &TestServer, endpoint: &Endpoint) {
    while let Some(next) = plan(server, endpoint).into_iter().min() {
        server.advance(next - server.now());
    }
}

fn round(client: &Client, agent_id: &str, visitor: &str) {
    visitor_says(client, visitor, "One question");
    agent_says(client, agent_id, visitor, "One answer");
    visitor_says(client, visitor, "Thanks");
}

#[test]
fn an_outage_of_hours_loses_nothing_and_keeps_the_order() {
    const VISITORS: [&str; 4] = ["anna", "bert", "carl", "dora"];
    let (server, answers) = (start(), Answers::default());
    let (client, agent_id) = (server.client(), server.agent_id());
    let status = Arc::new(AtomicU16::new(503));
    let answered = Arc::clone(&status);
    let receiver = answers.receiver(move |_| answered.load(Ordering::SeqCst));
    let endpoint = Endpoint::add(&client, &receiver, &BREVO);
    // Eight hours in which people write and nobody takes it; longer silences end chats.
    for hour in 0..8 {
        for visitor in &VISITORS[..=hour % 4] {
            round(&client, agent_id, visitor);
        }
        for _ in 0..4 {
            plan(&server, &endpoint);
            server.advance(15 * MINUTE_MS);
        }
    }
    assert!(answers.taken().is_empty());
    status.store(204, Ordering::SeqCst);
    run_out(&server, &endpoint);

    let log = endpoint.log();
    assert!(log.len() >= 90, "{}", log.len());
    assert!(log.iter().all(|delivery| delivery["status"] == "delivered"));
    let taken = answers.taken();
    assert_eq!(taken.len(), VISITORS.len());
    for arrived in taken.values() {
        assert!(arrived.is_sorted_by_key(|(_, seq)| *seq), "{arrived:?}");
    }
    // What the log has is what arrived, each once and, of one conversation, in its order.
    let mut arrived: Vec<&String> = taken.values().flatten().map(|(id, _)| id).collect();
    assert_eq!(arrived.len(), log.len());
    let place = |id: &String| {
        log.iter()
            .position(|delivery| delivery["id"] == *id.as_str())
    };
    for arrived in taken.values() {
        assert!(arrived.is_sorted_by_key(|(id, _)| place(id).expect("it is in the log")));
    }
    arrived.sort_unstable();
    arrived.dedup();
    assert_eq!(arrived.len(), log.len(), "something was taken twice");
}

#[test]
fn one_conversation_waits_and_the_others_do_not() {
    let server = start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let is_down = Arc::new(AtomicBool::new(true));
    let fails = Arc::clone(&is_down);
    let receiver = Receiver::start_with(move |received, _| {
        let is_annas = received.json()["visitor"]["id"] == "anna";
        Reply::Status(if is_annas && fails.load(Ordering::SeqCst) {
            500
        } else {
            204
        })
    });
    let endpoint = Endpoint::add(&client, &receiver, &BREVO[..2]);
    round(&client, agent_id, "anna");
    plan(&server, &endpoint);
    for visitor in ["bert", "carl"] {
        round(&client, agent_id, visitor);
    }
    // Three events each until now: the start and two sides. The clock has not moved.
    let log = endpoint.wait_for_log("the others", |log| {
        log.iter()
            .filter(|delivery| delivery["status"] == "delivered")
            .count()
            == 6
    });
    let pending: Vec<&Value> = log
        .iter()
        .filter(|delivery| delivery["status"] == "pending")
        .collect();
    assert_eq!(pending.len(), 3);
    assert_eq!(attempts_of(pending[0]).len(), 1);
    for waiting in &pending[1..] {
        assert!(attempts_of(waiting).is_empty() && waiting["nextAttemptAt"].is_null());
    }
    // It holds through its retries, and then all of it goes at once.
    server.advance(6 * SECOND_MS);
    plan(&server, &endpoint);
    is_down.store(false, Ordering::SeqCst);
    server.advance(6 * MINUTE_MS);
    endpoint.wait_for_all(10, "delivered");
    let annas: Vec<String> = receiver
        .received()
        .iter()
        .filter(|received| received.json()["visitor"]["id"] == "anna")
        .map(Received::event)
        .collect();
    let (started, fragment) = (BREVO[0], BREVO[1]);
    assert_eq!(
        annas,
        [started, started, started, fragment, fragment, fragment]
    );
}

/// A server, and a receiver that refuses whatever contains "poison" and answers the rest, and all of it in an outage, with
/// the status that is set.
fn start_with_poison() -> (TestServer, Receiver, Endpoint, Arc<AtomicU16>) {
    let server = start();
    let status = Arc::new(AtomicU16::new(204));
    let usual = Arc::clone(&status);
    let receiver = Receiver::start_with(move |received, _| {
        let usual = usual.load(Ordering::SeqCst);
        let is_refused = usual == 204 && received.body.contains("poison");
        Reply::Status(if is_refused { 400 } else { usual })
    });
    let endpoint = Endpoint::add(&server.client(), &receiver, &["conversationFragment"]);
    (server, receiver, endpoint, status)
}

fn statuses(log: &[Value]) -> Vec<&str> {
    log.iter()
        .map(|delivery| text_of(&delivery["status"]))
        .collect()
}

#[test]
fn what_a_living_receiver_refuses_steps_aside_after_its_first_retry() {
    let (server, receiver, endpoint, _) = start_with_poison();
    let (client, agent_id) = (server.client(), server.agent_id());
    visitor_says(&client, "anna", "poison");
    agent_says(&client, agent_id, "anna", "fine");
    visitor_says(&client, "anna", "good");
    agent_says(&client, agent_id, "anna", "bye");
    // Three fragments; once refused, the first still holds the others.
    plan(&server, &endpoint);
    assert_eq!(receiver.received().len(), 1);
    server.advance(6 * SECOND_MS);
    // Refused again: the others go, and so does what comes next.
    let log = endpoint.wait_for_log("the others", |log| {
        statuses(log).ends_with(&["delivered"; 2])
    });
    assert_eq!(attempts_of(&log[0]).len(), 2);
    let told: Vec<String> = receiver.received()[1..]
        .iter()
        .map(|received| texts(&received.json()).join(" "))
        .collect();
    assert_eq!(told[..3], ["poison", "fine", "good"]);
    // The clock moved, so this one may come by itself already.
    endpoint.wait_for_log("the last", |log| {
        statuses(log) == ["pending", "delivered", "delivered", "delivered"]
    });
    run_out(&server, &endpoint);
    let log = endpoint.log();
    assert_eq!(
        statuses(&log),
        ["failed", "delivered", "delivered", "delivered"]
    );
    assert_eq!(attempts_of(&log[0]).len(), 10);
}

#[test]
fn what_stepped_aside_stays_there() {
    let (server, _receiver, endpoint, status) = start_with_poison();
    let (client, agent_id) = (server.client(), server.agent_id());
    visitor_says(&client, "anna", "poison");
    agent_says(&client, agent_id, "anna", "fine");
    plan(&server, &endpoint);
    server.advance(6 * SECOND_MS);
    endpoint.wait_for_log("the second", |log| {
        statuses(log) == ["pending", "delivered"] && attempts_of(&log[0]).len() == 2
    });
    plan(&server, &endpoint);
    // An outage at the time of its third attempt is nobody's refusal, but it does not hold the others again.
    status.store(503, Ordering::SeqCst);
    server.advance(6 * MINUTE_MS);
    endpoint.wait_for_log("the third attempt", |log| attempts_of(&log[0]).len() == 3);
    status.store(204, Ordering::SeqCst);
    visitor_says(&client, "anna", "good");
    agent_says(&client, agent_id, "anna", "bye");
    endpoint.wait_for_log("what came later", |log| {
        statuses(log) == ["pending", "delivered", "delivered"]
    });
}

#[test]
fn an_outage_holds_its_conversation_however_long_it_lasts() {
    for status in [500, 429, 408] {
        let server = start();
        let client = server.client();
        let receiver = Receiver::start_with(move |_, _| Reply::Status(status));
        let endpoint = Endpoint::add(
            &client,
            &receiver,
            &["conversationStarted", "conversationClosed"],
        );
        let message = visitor_says(&client, "anna", "Hello?");
        let conversation = text_of(&message["conversationId"]).to_owned();
        let path = format!("/api/v1/conversations/{conversation}/close");
        client.post(&path, &json!({})).json(200);
        for _ in 0..5 {
            let next = plan(&server, &endpoint);
            assert_eq!(next.len(), 1, "only the first has a time");
            server.advance(next[0] - server.now());
        }
        assert!(server.now() - testing::server::START > 6 * HOUR_MS);
        plan(&server, &endpoint);
        assert!(
            names(&receiver.received())
                .iter()
                .all(|name| name == "conversationStarted")
        );
        // Where it is given up for good the next one has its turn.
        for _ in 0..4 {
            let next = plan(&server, &endpoint);
            server.advance(next[0] - server.now());
        }
        let log = endpoint.wait_for_log("the next one", |log| !attempts_of(&log[1]).is_empty());
        assert_eq!(statuses(&log), ["failed", "pending"]);
    }
}
