//! docs/webhooks.md shows what is sent.

use std::{collections::BTreeSet, fs};

use model::webhook::WebhookEventKind;
use serde_json::Value;

use super::scene::payload_file;
use crate::arrange::text_of;

#[test]
fn the_document_shows_what_is_sent() {
    let directory = fs::read_dir(payload_file("any").with_file_name("")).expect("a directory");
    let paths = directory.map(|file| file.expect("a file").path());
    let payloads: Vec<Value> = paths
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
        .map(|path| fs::read(path).expect("a payload"))
        .map(|bytes| serde_json::from_slice(&bytes).expect("a payload is JSON"))
        .collect();
    let document = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/webhooks.md"
    ));
    let document = document.expect("the document is there");
    let mut shown = BTreeSet::new();
    for block in document.split("```json\n").skip(1) {
        let block = block.split("```").next().expect("a block has an end");
        let example: Value = serde_json::from_str(block).expect("an example is JSON");
        let is_sent = payloads.iter().any(|payload| shows(&example, payload));
        assert!(is_sent, "nothing like this is sent: {block}");
        shown.insert(text_of(&example["eventName"]).to_owned());
    }
    let all: BTreeSet<String> = WebhookEventKind::ALL
        .iter()
        .map(|(_, name)| (*name).to_owned())
        .collect();
    assert_eq!(shown, all);
}

/// Whether an example is a payload, but for objects of which it says that they are as above.
fn shows(example: &Value, payload: &Value) -> bool {
    match (example, payload) {
        (Value::Object(example), Value::Object(_)) if example.contains_key("…") => true,
        (Value::Object(example), Value::Object(payload)) => {
            example.keys().eq(payload.keys())
                && example
                    .iter()
                    .all(|(key, value)| shows(value, &payload[key]))
        }
        _ => example == payload,
    }
}
