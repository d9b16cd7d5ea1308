//! Endpoints that get nothing any more: gone, failing for days, turned off or deleted (trust 1.4, cases I6 and I9).

use std::sync::{
    Arc,
    atomic::{AtomicU16, Ordering},
};

use serde_json::{Value, json};
use testing::{
    client::Client,
    receiver::{Receiver, Reply},
    server::{START, TestServer},
};

use super::{Endpoint, HOUR_MS, SECOND_MS, attempts_of, names, settle, start, wait_for};
use crate::arrange::{VISITOR, id_of, items, only_conversation, visitor_says};

/// How long an endpoint may only fail.
const FAILING_MAX: i64 = 120 * HOUR_MS;

/// A server, an endpoint whose receiver answers with the status that is set, and one that is told of disabled ones.
struct Scene {
    server: TestServer,
    client: Client,
    status: Arc<AtomicU16>,
    receiver: Receiver,
    endpoint: Endpoint,
    notices: Receiver,
}

impl Scene {
    fn answering(status: u16) -> Self {
        let server = start();
        let client = server.client();
        let status = Arc::new(AtomicU16::new(status));
        let answered = Arc::clone(&status);
        let receiver =
            Receiver::start_with(move |_, _| Reply::Status(answered.load(Ordering::SeqCst)));
        let events = ["conversationStarted", "webhookDisabled"];
        let endpoint = Endpoint::add(&client, &receiver, &events);
        endpoint.update(&json!({"description": "The shop"}));
        let notices = Receiver::start();
        Endpoint::add(&client, &notices, &["webhookDisabled"]);
        Self {
            server,
            client,
            status,
            receiver,
            endpoint,
            notices,
        }
    }

    /// Somebody new writes.
    fn happen(&self, number: i64) {
        visitor_says(&self.client, &format!("visitor-{number}"), "Hello?");
    }

    /// Waits until no attempt is due or under way, and tells when the next one is; none while it is disabled.
    fn next(&self) -> Option<i64> {
        let times = |log: &[Value]| {
            let times = log
                .iter()
                .map(|delivery| delivery["nextAttemptAt"].as_i64());
            times.flatten().min()
        };
        let is_enabled = || self.endpoint.get()["isEnabled"] == true;
        let log = self.endpoint.wait_for_log("rest", |log| {
            times(log).is_none_or(|at| at > self.server.now()) || !is_enabled()
        });
        times(&log).filter(|_| is_enabled())
    }

    /// Lets time go by, and each attempt be made when it is due.
    fn pass(&self, time: i64) {
        let until = self.server.now() + time;
        while self.server.now() < until {
            let next = self.next().unwrap_or(until);
            self.server.advance(next.min(until) - self.server.now());
        }
        self.next();
    }

    fn notice(&self) -> Value {
        wait_for(&self.notices, &["webhookDisabled"]).remove(0)
    }
}

#[test]
fn one_that_is_gone_is_disabled_at_once_and_the_others_are_told() {
    let scene = Scene::answering(410);
    scene.happen(0);
    let notice = scene.notice();
    assert_eq!(
        notice,
        json!({
            "eventName": "webhookDisabled", "webhookId": scene.endpoint.id, "description": "The shop",
            "reason": "gone", "createdAt": START,
        })
    );
    let endpoint = scene.endpoint.get();
    let state = ["isEnabled", "disabledReason", "disabledAt"].map(|name| endpoint[name].clone());
    assert_eq!(state, [json!(false), json!("gone"), json!(START)]);
    let log = scene.endpoint.log();
    assert_eq!((log.len(), attempts_of(&log[0]).len()), (1, 1));
    assert_eq!(log[0]["status"], "failed");

    // Nothing more is written for it.
    scene.happen(1);
    scene.server.advance(FAILING_MAX);
    scene.happen(2);
    settle(&scene.client);
    assert_eq!(scene.endpoint.log().len(), 1);
    assert_eq!(scene.receiver.received().len(), 1);
    assert_eq!(scene.notices.received().len(), 1);
}

#[test]
fn many_answers_of_410_are_one_notice() {
    let server = start();
    let client = server.client();
    let (notices, ready) = (Receiver::start(), Receiver::start());
    let endpoint = Endpoint::add(&client, &ready, &["conversationStarted"]);
    Endpoint::add(
        &client,
        &notices,
        &["webhookDisabled", "conversationClosed"],
    );
    endpoint.update(&json!({"isEnabled": true}));
    // All of them are due at the same moment.
    for number in 0..10 {
        visitor_says(&client, &format!("visitor-{number}"), "Hello?");
    }
    endpoint.wait_for_all(10, "delivered");
    endpoint.update(&json!({"isEnabled": false}));
    endpoint.replay_range(&json!({"from": 0})).json(200);
    let gone = Receiver::start_with(|_, _| Reply::Status(410));
    endpoint.update(&json!({"isEnabled": true, "url": gone.url()}));
    notices.wait_for(1);
    endpoint.wait_for_log("the end of what was under way", |log| {
        log.iter().all(|delivery| attempts_of(delivery).len() == 2)
    });
    assert_eq!(gone.received().len(), 10);
    // Whatever else the others are told comes after all notices.
    let path = format!(
        "/api/v1/conversations/{}/close",
        id_of(&items(&client, "/api/v1/conversations")[0])
    );
    client.post(&path, &json!({})).json(200);
    let told = notices.wait_until("the end", |told| {
        names(told).contains(&"conversationClosed".to_owned())
    });
    assert_eq!(names(&told), ["webhookDisabled", "conversationClosed"]);
}

#[test]
fn one_that_only_fails_for_five_days_is_disabled_with_one_notice() {
    let scene = Scene::answering(500);
    // Several at a time, so that more than one may be the last.
    for day in 0..5 {
        for number in 0..3 {
            scene.happen(10 * day + number);
        }
        scene.pass(24 * HOUR_MS - SECOND_MS);
    }
    // A few seconds less than five days.
    let endpoint = scene.endpoint.get();
    assert_eq!(
        (&endpoint["isEnabled"], &endpoint["failingSince"]),
        (&json!(true), &json!(START))
    );
    assert!(scene.notices.received().is_empty());
    scene.pass(30 * HOUR_MS);
    let notice = scene.notice();
    assert_eq!(notice["reason"], "failing");
    let at = notice["createdAt"].as_i64().expect("a time");
    assert!((START + FAILING_MAX..START + FAILING_MAX + 30 * HOUR_MS).contains(&at));
    let endpoint = scene.endpoint.get();
    assert_eq!(
        (&endpoint["isEnabled"], &endpoint["disabledReason"]),
        (&json!(false), &json!("failing"))
    );

    let before = scene.receiver.received().len();
    scene.server.advance(100 * HOUR_MS);
    scene.happen(100);
    assert_eq!(scene.receiver.received().len(), before);
    assert_eq!(scene.notices.received().len(), 1);
    assert!(!names(&scene.receiver.received()).contains(&"webhookDisabled".to_owned()));

    // What is pending waits until somebody turns it on again, and then has the same order and ids.
    let pending: Vec<String> = scene.endpoint.log_of("pending").iter().map(id_of).collect();
    assert!(!pending.is_empty());
    scene.status.store(204, Ordering::SeqCst);
    let endpoint = scene.endpoint.update(&json!({"isEnabled": true}));
    let state = ["disabledReason", "disabledAt", "failingSince"].map(|name| endpoint[name].clone());
    assert_eq!(state, [Value::Null, Value::Null, Value::Null]);
    scene.pass(48 * HOUR_MS);
    assert!(scene.endpoint.log_of("pending").is_empty());
    let mut arrived: Vec<String> = scene.receiver.received()[before..]
        .iter()
        .map(|received| received.webhook_id().to_owned())
        .collect();
    let mut expected = pending;
    arrived.sort_unstable();
    expected.sort_unstable();
    assert_eq!(arrived, expected);
    assert_eq!(scene.notices.received().len(), 1);
}

#[test]
fn one_success_begins_the_five_days_anew() {
    let scene = Scene::answering(500);
    scene.happen(0);
    scene.pass(70 * HOUR_MS);
    scene.status.store(204, Ordering::SeqCst);
    scene.happen(1);
    scene
        .endpoint
        .wait_for_log("the success", |log| log[1]["status"] == "delivered");
    assert_eq!(scene.endpoint.get()["failingSince"], Value::Null);
    scene.status.store(500, Ordering::SeqCst);
    let since = scene.server.now();
    scene.happen(2);
    scene.pass(60 * HOUR_MS);
    scene.happen(3);
    scene.pass(59 * HOUR_MS);
    let endpoint = scene.endpoint.get();
    assert_eq!(
        (&endpoint["isEnabled"], &endpoint["failingSince"]),
        (&json!(true), &json!(since))
    );
    assert!(scene.notices.received().is_empty());
}

#[test]
fn one_that_is_turned_off_keeps_what_is_pending() {
    let scene = Scene::answering(500);
    scene.happen(0);
    scene.endpoint.wait_for_attempts(1);
    scene.endpoint.update(&json!({"isEnabled": false}));
    scene.server.advance(HOUR_MS);
    scene.happen(1);
    scene.status.store(204, Ordering::SeqCst);
    assert_eq!(scene.receiver.received().len(), 1);
    scene.endpoint.update(&json!({"isEnabled": true}));
    let delivered = scene.endpoint.wait_for_all(1, "delivered");
    assert_eq!((delivered.len(), attempts_of(&delivered[0]).len()), (1, 2));
    // Nobody is told of what somebody did on purpose.
    assert!(scene.notices.received().is_empty());
    assert_eq!(scene.endpoint.get()["disabledReason"], Value::Null);
}

#[test]
fn what_is_pending_to_one_that_is_deleted_is_cancelled_and_still_listed() {
    let scene = Scene::answering(500);
    let other = Receiver::start();
    Endpoint::add(&scene.client, &other, &["conversationStarted"]);
    scene.happen(0);
    scene.endpoint.wait_for_attempts(1);
    // One more that was never tried: it stands behind the first where there is one conversation.
    scene
        .endpoint
        .update(&json!({"events": ["conversationClosed"]}));
    let conversation = id_of(&items(&scene.client, "/api/v1/conversations")[0]);
    let path = format!("/api/v1/conversations/{conversation}/close");
    scene.client.post(&path, &json!({})).json(200);
    assert_eq!(scene.endpoint.log_of("pending").len(), 2);
    scene.endpoint.delete();

    let log = scene.endpoint.log();
    assert_eq!(scene.endpoint.log_of("cancelled"), log);
    let attempts: Vec<usize> = log
        .iter()
        .map(|delivery| attempts_of(delivery).len())
        .collect();
    assert_eq!(attempts, [1, 0]);
    assert!(
        log.iter()
            .all(|delivery| delivery["nextAttemptAt"].is_null())
    );
    scene.status.store(204, Ordering::SeqCst);
    scene.server.advance(FAILING_MAX);
    scene.happen(1);
    other.wait_for(2);
    settle(&scene.client);
    assert_eq!(scene.receiver.received().len(), 1);
    assert!(scene.notices.received().is_empty());
    let gone = scene
        .client
        .get(&format!("/api/v1/webhooks/{}", scene.endpoint.id));
    assert_eq!(gone.refusal(), "404 document_not_found: Webhook not found");
    assert_eq!(items(&scene.client, "/api/v1/webhooks").len(), 2);
    // Another organization finds no log.
    let stranger = scene.server.client_of(&scene.server.second_organization());
    let path = format!("/api/v1/webhooks/{}/deliveries", scene.endpoint.id);
    assert_eq!(stranger.get(&path).status, 404);
    assert_eq!(scene.client.get(&path).status, 200);
}

#[test]
fn one_that_leads_back_to_the_server_is_stopped_at_once_and_the_others_are_told() {
    let (server, notices) = (start(), Receiver::start());
    let client = server.client();
    Endpoint::add(&client, &notices, &["webhookDisabled"]);
    visitor_says(&client, VISITOR, "Hello?");
    let message = visitor_says(&client, VISITOR, "Anybody?");
    let conversation = message["conversationId"].as_str().expect("an id");
    // Case I10: what is sent there would be a request with a key, and that an event.
    let back = format!(
        "http://{}/api/v1/conversations/{conversation}/reopen",
        server.address()
    );
    let key = json!([{"key": "api-key", "value": server.organization().api_key}]);
    let body = json!({"url": back, "events": ["conversationClosed"], "headers": key});
    let endpoint = client.post("/api/v1/webhooks", &body).json(201);
    let close = format!("/api/v1/conversations/{conversation}/close");
    client.post(&close, &json!({})).json(200);
    let notice = wait_for(&notices, &["webhookDisabled"]).remove(0);
    assert_eq!(
        (&notice["webhookId"], &notice["reason"]),
        (&endpoint["id"], &json!("gone"))
    );
    assert_eq!(only_conversation(&client)["status"], "closed");
    let path = format!("/api/v1/webhooks/{}/deliveries", id_of(&endpoint));
    let error = items(&client, &path)[0]["attempts"][0]["error"].to_string();
    assert!(error.contains("webhooks are not received here"), "{error}");
}
