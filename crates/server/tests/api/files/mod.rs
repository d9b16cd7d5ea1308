//! Attachments as those who send and fetch them meet them (trust 1.13, cases H and B5).

mod bounds;
mod content;
mod fetching;
mod guessing;
mod messages;
mod names;
mod pictures;
mod sweeping;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use testing::{
    client::{Answer, Client},
    server::TestServer,
};

use crate::arrange::text_of;

/// A picture of one dot.
pub(crate) const DOT: &[u8] = include_bytes!("dot.png");

/// Sends a file with a key.
pub(crate) fn send(client: &Client, name: &str, bytes: &[u8]) -> Answer {
    send_to(client, "/api/v1/files", name, bytes)
}

/// Sends a file as a visitor.
pub(crate) fn send_as_visitor(visitor: &Client, name: &str, bytes: &[u8]) -> Answer {
    send_to(visitor, "/live/files", name, bytes)
}

fn send_to(client: &Client, path: &str, name: &str, bytes: &[u8]) -> Answer {
    let name = model::file::percent_encode(name);
    client
        .with_header("content-type", "application/octet-stream")
        .send("POST", &format!("{path}?name={name}"), bytes)
}

/// Uploads a file with a key, which must be accepted.
pub(crate) fn upload(client: &Client, name: &str, bytes: &[u8]) -> Value {
    send(client, name, bytes).json(201)
}

/// A new visitor; tells who they are, with their token, and their id.
pub(crate) fn new_visitor(server: &TestServer) -> (Client, String) {
    let body = json!({"widgetId": server.organization().widget_id});
    let session = server.stranger().post("/live/session", &body).json(200);
    let client = server
        .stranger()
        .with_token(text_of(&session["visitorToken"]));
    (client, text_of(&session["visitorId"]).to_owned())
}

/// The path of a link to a file.
pub(crate) fn path_of(link: &Value) -> &str {
    let link = text_of(link);
    let start = link.find("/files/").expect("a link to a file");
    &link[start..]
}

/// Everything that lies in the directory of attachments, also what is not finished.
pub(crate) fn stored(server: &TestServer) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&server.config().data_dir.join("files"), &mut found);
    found.sort();
    found
}

fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("a readable directory").path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push(path);
        }
    }
}
