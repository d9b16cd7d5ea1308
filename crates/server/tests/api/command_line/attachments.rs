//! Attachments in backups, and what the doctor says where they are missing.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};
use testing::client::Client;

use super::{Parlour, backup::text_of_path};
use crate::{
    arrange::text_of,
    files::{DOT, path_of, upload},
};

/// Serves for a while; what is done then tells what it made.
fn while_serving<T>(parlour: &Parlour, api_key: &Value, act: impl FnOnce(&Client) -> T) -> T {
    let command = parlour.command_on_data(&["serve", "--listen", "127.0.0.1:0"]);
    let serving = super::Serving::start(command);
    act(&serving.client(api_key))
}

/// Sends a file in a message; tells the path of its link.
fn send(client: &Client, name: &str) -> String {
    let file = upload(client, name, DOT);
    let path = "/api/v1/visitors/visitor-0123456789abcdef/messages";
    let body = json!({"fileIds": [file["id"]]});
    client.post(path, &body).json(201);
    path_of(&file["link"]).to_owned()
}

/// Everything in a directory of attachments.
fn bytes_in(directory: &PathBuf) -> Vec<PathBuf> {
    let shards = fs::read_dir(directory).expect("a directory");
    let files = shards.flat_map(|shard| {
        let shard = shard.expect("readable").path();
        let files = fs::read_dir(shard).expect("a directory");
        files
            .map(|file| file.expect("readable").path())
            .collect::<Vec<_>>()
    });
    let mut files: Vec<PathBuf> = files.collect();
    files.sort();
    files
}

#[test]
fn a_backup_brings_attachments_back() {
    let parlour = Parlour::new();
    let made = parlour.init();
    let link = while_serving(&parlour, &made["apiKey"], |client| send(client, "a.png"));
    let backup = parlour.back_up();
    assert_eq!(backup["attachments"], 1);
    let beside = parlour.backup_file().with_extension("db.files");
    assert_eq!(bytes_in(&beside).len(), 2, "the file and its preview");

    // A second backup has what is new too, and nothing that no file is kept in.
    let second = while_serving(&parlour, &made["apiKey"], |client| send(client, "b.png"));
    let stale = beside.join("ab").join("ab".repeat(16));
    fs::create_dir_all(stale.parent().expect("a directory")).expect("made");
    fs::write(&stale, b"of a file that was deleted").expect("written");
    assert_eq!(parlour.back_up()["attachments"], 2);
    assert!(!stale.exists());
    assert_eq!(bytes_in(&beside).len(), 4);

    fs::remove_dir_all(parlour.data_dir().join("files")).expect("the disk is lost");
    let missing = parlour.on_data(&["doctor"]);
    assert_eq!(missing.code, Some(70), "{missing:?}");
    assert!(
        missing.out.contains("of 2 attachments 2 are missing"),
        "{missing:?}"
    );
    let file = parlour.backup_file();
    let restored = parlour.on_data(&[
        "restore",
        "--force",
        "--json",
        "--from",
        text_of_path(&file),
    ]);
    assert_eq!(restored.code, Some(0), "{restored:?}");
    let sound = parlour.on_data(&["doctor"]);
    assert_eq!(sound.code, Some(0), "{sound:?}");
    assert!(sound.out.contains("2 attachments, all there"), "{sound:?}");
    while_serving(&parlour, &made["apiKey"], |client| {
        for link in [&link, &second] {
            assert_eq!(client.get(link).body, DOT);
        }
    });
}

#[test]
fn a_cut_off_attachment_is_found() {
    let parlour = Parlour::new();
    let made = parlour.init();
    while_serving(&parlour, &made["apiKey"], |client| send(client, "a.png"));
    let directory = parlour.data_dir().join("files");
    let files = bytes_in(&directory);
    let whole = files
        .iter()
        .find(|path| !text_of_path(path).ends_with("-preview"));
    fs::write(whole.expect("a file"), &DOT[..10]).expect("cut");
    let said = parlour.on_data(&["doctor", "--json"]);
    assert_eq!(said.code, Some(70));
    let report: Value = serde_json::from_str(&said.out).expect("JSON");
    let checks = report["checks"].as_array().expect("a list");
    let found = checks.iter().find(|check| check["check"] == "files");
    let text = text_of(&found.expect("attachments are looked at")["text"]);
    assert!(
        text.starts_with("of 1 attachments 1 are missing or cut off"),
        "{text}"
    );
}
