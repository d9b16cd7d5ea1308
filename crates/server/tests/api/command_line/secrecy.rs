//! What only a visitor's panel may know is nowhere else: not in an answer, a webhook, the log or the data directory (trust
//! 1.7, 1.16).

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use testing::{client::Client, receiver::Receiver};

use super::{Parlour, Serving};
use crate::{
    arrange::{VISITOR, agent_says, id_of, new_group, push, text_of, visitor_says},
    visitors::and,
    webhooks::add,
};

/// Every kind of event.
const EVENTS: [&str; 10] = [
    "conversationStarted",
    "conversationFragment",
    "conversationTranscript",
    "messageUpdated",
    "messageDeleted",
    "conversationAssigned",
    "conversationClosed",
    "visitorIdentified",
    "agentStatusChanged",
    "webhookDisabled",
];

/// Sends every request of the native and the compatible API that there is, about things that exist, and keeps what was
/// answered.
fn ask_everything(client: &Client, ids: &BTreeMap<&str, String>) -> Vec<String> {
    let document = client.get("/openapi.json").json(200);
    let mut answers = Vec::new();
    let paths = document["paths"].as_object().expect("paths");
    for (path, methods) in paths.iter().filter(|(path, _)| !path.starts_with("/live")) {
        let mut filled = path.clone();
        for (place, id) in ids {
            filled = filled.replace(place, id);
        }
        let methods = methods.as_object().expect("methods");
        for method in ["get", "put", "post"] {
            if methods.contains_key(method) {
                let body = if method == "get" { "" } else { "{}" };
                let answer = client.send(&method.to_uppercase(), &filled, body);
                answers.push(format!("{method} {filled}: {}", answer.text()));
                // Links to files and the like are not known here.
                if method == "get" && !filled.contains('{') {
                    assert_eq!(answer.status, 200, "{method} {filled}: {}", answer.text());
                }
            }
        }
    }
    answers
}

/// Every file in a directory and below it.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let paths = entries.map(|entry| entry.expect("readable").path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => files(&path),
            false => vec![path],
        })
        .collect()
}

/// Everything that anybody can see but a visitor's own panel.
struct Seen {
    answers: Vec<String>,
    webhooks: Vec<String>,
    log: String,
    data: Vec<Vec<u8>>,
}

impl Seen {
    /// Where a text is found.
    fn places_of(&self, text: &str) -> Vec<&'static str> {
        let holds = |bytes: &Vec<u8>| {
            let mut parts = bytes.windows(text.len());
            parts.any(|part| part == text.as_bytes())
        };
        let is_in = |texts: &[String]| texts.iter().any(|one| one.contains(text));
        let places = [
            ("an answer", is_in(&self.answers)),
            ("a webhook", is_in(&self.webhooks)),
            ("the log", self.log.contains(text)),
            ("the data", self.data.iter().any(holds)),
        ];
        let found = places.into_iter().filter(|(_, is_there)| *is_there);
        found.map(|(place, _)| place).collect()
    }
}

/// Opens sessions in several ways, and makes an identity secret; tells what must stay where it was given.
fn plant(client: &Client, stranger: &Client, widget_id: &Value) -> Vec<String> {
    let open = |shown: Value| {
        let page = json!({"link": "https://shop.example/", "title": "Shoes"});
        let body = json!({"widgetId": widget_id, "page": page, "attributes": {"email": "anna@shop.example"}});
        let session = stranger
            .post("/live/session", &and(&body, &shown))
            .json(200);
        text_of(&session["visitorToken"]).to_owned()
    };
    let guest = open(json!({"groupId": "unknown"}));
    let known = open(json!({"visitorId": VISITOR}));
    let replaced = open(json!({"visitorToken": guest, "visitorId": VISITOR}));
    // The log says that this is no secret, once.
    for _ in 0..3 {
        open(json!({"visitorId": "anna.doe@shop.example"}));
    }
    for token in [&guest, &known, &replaced] {
        let holder = stranger.with_token(token);
        holder.get("/live/visitor");
        holder.get("/api/v1/me");
    }
    let made = client
        .post("/api/v1/widget/identity-secret", &json!({}))
        .json(200);
    let secrets = [guest, known, replaced].map(|token| token.trim_start_matches("vt_").to_owned());
    let mut planted = secrets.to_vec();
    planted.push(text_of(&made["secret"]).to_owned());
    planted
}

/// Makes one of each thing, and lets something happen; tells what stands in paths for it.
fn live(client: &Client, agent: &str, webhook: String) -> BTreeMap<&'static str, String> {
    let question = visitor_says(client, VISITOR, "Where is my order?");
    let answer = agent_says(client, agent, VISITOR, "On its way");
    let offer = push(client, VISITOR, "An offer");
    let group = new_group(client, "Sales", &[agent]);
    let change = json!({"notes": "Likes red", "isBanned": true});
    let visitor = format!("/api/v1/visitors/{VISITOR}");
    client.put(&visitor, &change).json(200);
    let conversation = text_of(&question["conversationId"]);
    BTreeMap::from([
        ("/agents/{id}", format!("/agents/{agent}")),
        ("/groups/{id}", format!("/groups/{group}")),
        ("/webhooks/{id}", format!("/webhooks/{webhook}")),
        ("/{visitorId}", format!("/{VISITOR}")),
        ("/messages/{id}", format!("/messages/{}", id_of(&answer))),
        (
            "/pushedMessages/{id}",
            format!("/pushedMessages/{}", id_of(&offer)),
        ),
        (
            "/conversations/{id}",
            format!("/conversations/{conversation}"),
        ),
    ])
}

#[test]
fn a_visitors_token_is_in_one_answer_and_nowhere_else() {
    let parlour = Parlour::new();
    let made = parlour.init();
    let receiver = Receiver::start();
    let mut command = parlour.command_on_data(&["serve", "--listen", "127.0.0.1:0"]);
    command
        .env("PARLOUR_LOG_LEVEL", "trace")
        .env("PARLOUR_WEBHOOKS_ALLOW_NETWORKS", "127.0.0.0/8")
        .env("PARLOUR_WEBHOOKS_FRAGMENT_SILENCE_SECONDS", "0");
    let mut serving = Serving::start(command);
    let (client, stranger) = (serving.client(&made["apiKey"]), serving.stranger());
    let webhook = id_of(&add(&client, &receiver.url(), &EVENTS));
    let planted = plant(&client, &stranger, &made["widgetId"]);
    let ids = live(&client, text_of(&made["agentId"]), webhook);
    receiver.wait_until("a webhook about the visitor", |all| {
        all.iter().any(|one| one.body.contains(VISITOR))
    });
    let answers = ask_everything(&client, &ids);
    assert!(answers.len() > 40, "{answers:#?}");
    serving.end("-TERM");
    let seen = Seen {
        answers,
        webhooks: receiver
            .received()
            .iter()
            .map(|one| format!("{one:?}"))
            .collect(),
        log: serving.rest(),
        data: files(&parlour.data_dir())
            .iter()
            .map(|file| std::fs::read(file).expect("a file"))
            .collect(),
    };
    assert!(
        seen.log.contains("/live/session"),
        "the log tells of requests"
    );
    assert_eq!(seen.log.matches("they are not followed").count(), 1);
    assert!(
        !seen.log.contains("@shop.example"),
        "nor tells it of people"
    );
    // What is looked for in this way is found.
    assert_eq!(
        seen.places_of(VISITOR),
        ["an answer", "a webhook", "the data"]
    );
    for secret in planted {
        assert_eq!(seen.places_of(&secret), [] as [&str; 0]);
    }
}
