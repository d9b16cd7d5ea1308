//! `parlour webhook …`, and what the data directory and the log tell of secrets.

use std::process::Command;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use testing::{receiver::Receiver, server::eventually};

use super::{Parlour, Said, Serving, said};
use crate::arrange::{VISITOR, id_of, is_id, items, text_of, visitor_says};

/// The binary on the data, with webhooks that may reach this machine.
fn allowed(parlour: &Parlour, arguments: &[&str]) -> Command {
    let mut command = parlour.command_on_data(arguments);
    command.env("PARLOUR_WEBHOOKS_ALLOW_NETWORKS", "127.0.0.0/8");
    command
}

fn serve(parlour: &Parlour) -> Serving {
    let mut command = allowed(parlour, &["serve", "--listen", "127.0.0.1:0"]);
    command.env("PARLOUR_LOG_LEVEL", "trace");
    Serving::start(command)
}

fn webhook(parlour: &Parlour, arguments: &[&str]) -> Said {
    said(allowed(parlour, &[&["webhook"], arguments].concat()))
}

/// Adds an endpoint for the starts of chats.
fn add(parlour: &Parlour, receiver: &Receiver) -> Value {
    let url = receiver.url();
    let flags = ["--url", &url, "--events", "conversationStarted"];
    webhook(parlour, &[&["add"], &flags[..], &["--json"]].concat()).json()
}

/// The endpoint's deliveries, once all of them are delivered.
fn delivered(parlour: &Parlour, id: &str, count: usize) -> Vec<Value> {
    eventually("the deliveries", || {
        let listed = webhook(
            parlour,
            &["deliveries", id, "--status", "delivered", "--json"],
        );
        let listed = listed.json().as_array().cloned();
        listed.filter(|listed| listed.len() == count)
    })
}

#[test]
fn endpoints_are_added_and_told_beside_a_running_server() {
    let parlour = Parlour::new();
    let made = parlour.init();
    let (serving, receiver) = (serve(&parlour), Receiver::start());
    let client = serving.client(&made["apiKey"]);
    let added = add(&parlour, &receiver);
    let (id, secret) = (id_of(&added), text_of(&added["secret"]));
    assert_eq!(
        added,
        json!({"id": id, "url": receiver.url(), "secret": secret})
    );
    assert!(is_id(&id) && secret.starts_with("whsec_"));
    visitor_says(&client, VISITOR, "Hello?");
    let told = receiver.wait_for(1).remove(0);
    assert_eq!(told.event(), "conversationStarted");

    let by_default = [
        "add",
        "--url",
        "https://hooks.getwear.example/",
        "--description",
        "Shop system",
    ];
    let shown = webhook(&parlour, &by_default);
    assert!(
        shown
            .err
            .ends_with("Keep the secret: it is not shown again.\n"),
        "{shown:?}"
    );
    let listed = webhook(&parlour, &["list", "--json"]).json();
    let brevo = "conversationStarted,conversationFragment,conversationTranscript";
    assert_eq!(
        listed,
        json!([
            {"id": id, "url": receiver.url(), "events": "conversationStarted", "state": "on", "description": ""},
            {
                "id": listed[1]["id"], "url": "https://hooks.getwear.example/", "events": brevo, "state": "on",
                "description": "Shop system",
            },
        ])
    );
    assert!(!listed.to_string().contains("whsec_"));
    assert!(shown.out.contains(text_of(&listed[1]["id"])), "{shown:?}");
    let off = format!("/api/v1/webhooks/{}", text_of(&listed[1]["id"]));
    client.put(&off, &json!({"isEnabled": false})).json(200);
    let table = webhook(&parlour, &["list"]).out;
    assert!(
        table.starts_with("id ") && table.contains("  off    Shop system"),
        "{table}"
    );

    let log = delivered(&parlour, &id, 1);
    assert_eq!(
        log,
        items(&client, &format!("/api/v1/webhooks/{id}/deliveries"))
    );
    assert_eq!(text_of(&log[0]["id"]), told.webhook_id());
    let table = webhook(&parlour, &["deliveries", &id]).out;
    assert!(
        table.contains("conversationStarted  delivered  1"),
        "{table}"
    );
}

#[test]
fn deliveries_are_listed_and_sent_again_beside_a_running_server() {
    let parlour = Parlour::new();
    let made = parlour.init();
    let receiver = Receiver::start();
    let id = id_of(&add(&parlour, &receiver));
    let serving = serve(&parlour);
    let client = serving.client(&made["apiKey"]);
    for visitor in ["one", "two", "three"] {
        visitor_says(&client, visitor, "Hello?");
    }
    let log = delivered(&parlour, &id, 3);
    let latest = webhook(&parlour, &["deliveries", &id, "--limit", "1", "--json"]);
    assert_eq!(latest.json(), json!([log[0]]));
    let none = webhook(
        &parlour,
        &["deliveries", &id, "--status", "failed", "--json"],
    );
    assert_eq!(none.json(), json!([]));

    let replay = |flags: &[&str]| webhook(&parlour, &[&["replay", &id], flags].concat());
    let one = replay(&["--delivery", text_of(&log[1]["id"])]);
    assert_eq!(
        (one.code, one.out.as_str(), one.err.as_str()),
        (Some(0), "", "1 delivery is sent again\n")
    );
    let all = receiver.wait_for(4);
    assert_eq!(all[3].webhook_id(), text_of(&log[1]["id"]));
    delivered(&parlour, &id, 3);
    let of_a_time = [
        "--from",
        &log[1]["createdAt"].to_string(),
        "--status",
        "delivered",
        "--json",
    ];
    assert_eq!(replay(&of_a_time).json(), json!({"count": 2}));
    let mut again: Vec<String> = receiver.wait_for(6)[4..]
        .iter()
        .map(|received| received.webhook_id().to_owned())
        .collect();
    again.sort_unstable();
    let mut expected = [id_of(&log[0]), id_of(&log[1])];
    expected.sort_unstable();
    assert_eq!(again, expected);
    delivered(&parlour, &id, 3);
    let nothing = replay(&["--to", "1"]);
    assert_eq!(nothing.err, "0 deliveries are sent again\n");
}

#[test]
fn what_is_wrong_about_an_endpoint_is_said() {
    let parlour = Parlour::new();
    let directory = parlour.data_dir().display().to_string();
    assert!(
        webhook(&parlour, &["list"])
            .complaint()
            .starts_with(&format!("there is no Parlour in {directory}"))
    );
    parlour.init();
    let id = id_of(&add(&parlour, &Receiver::start()));
    for wrong in [
        &["add"][..],
        &["deliveries"],
        &["deliveries", &id, "--status", "lost"],
        &["deliveries", &id, "--limit", "many"],
        // Nobody means everything by nothing.
        &["replay", &id],
        &["replay", &id, "--status", "pending"],
        &["replay", &id, "--delivery", "x", "--from", "1"],
        &["replay", &id, "--from", "yesterday"],
    ] {
        let said = webhook(&parlour, wrong);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{wrong:?}");
    }
    let add = |url: &str, events: &str| {
        webhook(&parlour, &["add", "--url", url, "--events", events])
            .complaint()
            .to_owned()
    };
    assert_eq!(
        add("http://10.0.0.1/", "messageUpdated"),
        "url: the address is not public"
    );
    assert!(add("https://hooks.example/", "messageUpdate").starts_with("events may only name "));
    let url = Receiver::start().url();
    let unlisted = parlour.on_data(&["webhook", "add", "--url", &url]);
    assert_eq!(unlisted.complaint(), "url: the address is not public");
    for wrong in [
        &["deliveries", "nope"][..],
        &["replay", "nope", "--from", "0"],
        &["replay", "nope", "--delivery", "x"],
    ] {
        assert_eq!(webhook(&parlour, wrong).complaint(), "Webhook not found");
    }
    let unknown = webhook(&parlour, &["replay", &id, "--delivery", "nope"]);
    assert_eq!(unknown.complaint(), "Delivery not found");
    let backwards = webhook(&parlour, &["replay", &id, "--from", "2", "--to", "1"]);
    assert_eq!(backwards.complaint(), "from must be before to");
}

/// Everything that must be nowhere but in the answer that made it, and on its way to the receiver.
struct Canaries {
    bytes: Vec<Vec<u8>>,
}

impl Canaries {
    fn new(texts: &[&str]) -> Self {
        let mut bytes: Vec<Vec<u8>> = Vec::new();
        for text in texts {
            bytes.push(text.as_bytes().to_vec());
            bytes.push(STANDARD.encode(text).into_bytes());
            if let Some(encoded) = text.strip_prefix("whsec_") {
                let key = STANDARD.decode(encoded).expect("base64");
                bytes.extend([encoded.as_bytes().to_vec(), key]);
            }
        }
        Self { bytes }
    }

    fn are_not_in(&self, place: &str, content: &[u8]) {
        for canary in &self.bytes {
            let is_there = content.windows(canary.len()).any(|window| window == canary);
            let canary = String::from_utf8_lossy(canary);
            assert!(!is_there, "{canary} is in {place}");
        }
    }
}

fn has(content: &[u8], part: &[u8]) -> bool {
    content.windows(part.len()).any(|window| window == part)
}

#[test]
fn secrets_are_in_no_file_and_in_no_log_line() {
    let parlour = Parlour::new();
    let made = parlour.init();
    let (mut serving, receiver) = (serve(&parlour), Receiver::start());
    let client = serving.client(&made["apiKey"]);
    let (token, password) = ("canary-token-0123456789", "canary-password-0123456789");
    let header = "canary-header-0123456789";
    let mut secrets = vec![token.to_owned(), password.to_owned(), header.to_owned()];
    secrets.push(format!("getwear:{password}"));
    for auth in [
        json!({"type": "bearer", "token": token}),
        json!({"type": "basic", "username": "getwear", "password": password}),
    ] {
        let body = json!({
            "url": receiver.url(), "events": ["conversationStarted"], "auth": auth,
            "headers": [{"key": "x-shop", "value": header}],
        });
        let created = client.post("/api/v1/webhooks", &body).json(201);
        let path = format!("/api/v1/webhooks/{}", text_of(&created["id"]));
        let rotated = client.post(&format!("{path}/rotate-secret"), &json!({}));
        for secret in [&created["secret"], &rotated.json(200)["secret"]] {
            secrets.push(text_of(secret).to_owned());
        }
        // What is refused is in no log either.
        let refused = json!({"auth": auth, "url": "http://10.0.0.1"});
        assert_eq!(client.put(&path, &refused).status, 400);
    }
    secrets.push(text_of(&add(&parlour, &receiver)["secret"]).to_owned());
    visitor_says(&client, VISITOR, "Hello?");
    for received in receiver.wait_for(3) {
        assert_eq!(received.event(), "conversationStarted");
    }
    let texts: Vec<&str> = secrets.iter().map(String::as_str).collect();
    let canaries = Canaries::new(&texts);
    let url = receiver.url();
    let look = || {
        let files = parlour.files();
        for (name, content) in &files {
            canaries.are_not_in(name, content);
        }
        let mut contents = files.values();
        assert!(contents.any(|content| has(content, url.as_bytes())));
    };
    look();
    assert!(serving.end("-TERM").success());
    look();
    let log = serving.rest();
    assert!(
        log.contains("\"TRACE\"") || log.contains("\"DEBUG\""),
        "{log}"
    );
    canaries.are_not_in("the log", log.as_bytes());
    for arguments in [&["list"][..], &["list", "--json"]] {
        let shown = webhook(&parlour, arguments);
        canaries.are_not_in("a list", format!("{shown:?}").as_bytes());
    }
}
