//! What nobody needs is removed, with its bytes (cases H9, H10, and "after erase" of H6).

use std::fs;

use serde_json::json;
use testing::server::{TestServer, eventually};

use super::{DOT, path_of, stored, upload};
use crate::arrange::{id_of, text_of, visitor_says};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// A message of the owner with a file; tells both.
fn message_with_file(server: &TestServer) -> (serde_json::Value, serde_json::Value) {
    let client = server.client();
    let asked = visitor_says(&client, "visitor-0123456789abcdef", "Where?");
    let file = upload(&client, "map.png", DOT);
    let path = format!(
        "/api/v1/conversations/{}/messages",
        text_of(&asked["conversationId"])
    );
    let body = json!({"text": "Here", "fileIds": [file["id"]]});
    (client.post(&path, &body).json(201), file)
}

#[test]
fn a_file_that_is_never_sent_is_removed_after_a_day() {
    let server = TestServer::start();
    let (_, sent) = message_with_file(&server);
    let unsent = upload(&server.client(), "unsent.png", DOT);
    assert_eq!(stored(&server).len(), 4);
    server.advance(23 * HOUR_MS);
    assert_eq!(server.stranger().get(path_of(&unsent["link"])).status, 200);
    server.advance(HOUR_MS + 1);
    eventually("the end of the file", || {
        (stored(&server).len() == 2).then_some(())
    });
    assert_eq!(server.stranger().get(path_of(&unsent["link"])).status, 404);
    assert_eq!(server.stranger().get(path_of(&sent["link"])).status, 200);
}

#[test]
fn the_files_of_a_deleted_message_are_gone_at_once_and_their_bytes_soon() {
    let server = TestServer::start();
    let (message, file) = message_with_file(&server);
    let (_, other) = message_with_file(&server);
    let path = format!("/v3/conversations/messages/{}", id_of(&message));
    server.client().delete(&path).empty(204);
    for link in [&file["link"], &file["imageInfo"]["previewLink"]] {
        assert_eq!(server.stranger().get(path_of(link)).status, 404);
    }
    server.advance(MINUTE_MS);
    eventually("the end of the bytes", || {
        (stored(&server).len() == 2).then_some(())
    });
    let kept = server.stranger().get(path_of(&other["link"]));
    assert_eq!(kept.body, DOT, "the same bytes of another message stay");
}

#[test]
fn what_a_killed_server_left_is_removed() {
    let mut server = TestServer::start();
    let (_, file) = message_with_file(&server);
    let directory = server.config().data_dir.join("files");
    let incoming = directory.join("incoming");
    assert!(server.stop());
    fs::write(incoming.join("ab".repeat(16)), b"half").expect("a draft");
    let orphan = directory.join("cd").join("cd".repeat(16));
    fs::create_dir_all(orphan.parent().expect("a directory")).expect("a directory");
    fs::write(&orphan, b"bytes without a row").expect("an orphan");
    let foreign = directory.join("cd").join("somebody-elses.txt");
    fs::write(&foreign, b"not ours").expect("a file");
    server.start_again();
    eventually("the end of the draft", || {
        fs::read_dir(&incoming)
            .expect("a directory")
            .next()
            .is_none()
            .then_some(())
    });
    assert!(
        orphan.exists(),
        "it might be an upload that is about to write its row"
    );
    eventually("the end of the orphan", || {
        server.advance(HOUR_MS);
        (!orphan.exists()).then_some(())
    });
    assert!(foreign.exists());
    assert_eq!(server.stranger().get(path_of(&file["link"])).body, DOT);
}
