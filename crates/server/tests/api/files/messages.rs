//! Files are parts of messages: whoever uploaded them may attach them, once (cases B5, H6).

use serde_json::{Value, json};
use testing::{client::Client, server::TestServer};

use super::{DOT, new_visitor, path_of, send_as_visitor, upload};
use crate::arrange::{agent_says, id_of, text_of, visitor_says, with_scopes};

const VISITOR: &str = "visitor-0123456789abcdef";

fn conversation(client: &Client) -> String {
    let asked = visitor_says(client, VISITOR, "Where?");
    text_of(&asked["conversationId"]).to_owned()
}

fn write(client: &Client, conversation: &str, body: &Value) -> testing::client::Answer {
    client.post(
        &format!("/api/v1/conversations/{conversation}/messages"),
        body,
    )
}

#[test]
fn one_file_is_the_file_of_its_message_under_every_name() {
    let server = TestServer::start();
    let client = server.client();
    let conversation = conversation(&client);
    let file = upload(&client, "map.png", DOT);
    let body = json!({"text": "Here it is", "fileIds": [file["id"]]});
    let message = write(&client, &conversation, &body).json(201);
    assert_eq!(message["text"], "Here it is");
    assert!(message.get("attachments").is_none(), "{message}");
    let info = json!({
        "width": 1, "height": 1,
        "previewLink": file["imageInfo"]["previewLink"], "previewUrl": file["imageInfo"]["previewLink"],
    });
    let expected = json!({
        "name": "map.png", "filename": "map.png", "fileName": "map.png",
        "link": file["link"], "url": file["link"], "mimeType": "image/png", "size": DOT.len(),
        "isImage": true, "isSticker": false, "isInline": false, "isAllowedFileType": true, "imageInfo": info,
    });
    assert_eq!(message["file"], expected);
    let id = id_of(&message);
    let read = client
        .get(&format!("/v3/conversations/messages/{id}"))
        .json(200);
    assert_eq!(read["file"], expected);
    let page = client
        .get(&format!("/api/v1/conversations/{conversation}/messages"))
        .json(200);
    assert_eq!(page["items"][1]["file"], expected);
    let path = format!("/v3/conversations/messages/{id}");
    let edited = client.put(&path, &json!({"text": "Here"})).json(200);
    assert_eq!(edited["file"], expected, "an edit leaves the file");
    assert_eq!(server.stranger().get(path_of(&expected["link"])).body, DOT);
}

#[test]
fn several_files_are_attachments_in_the_order_in_which_they_are_named() {
    let server = TestServer::start();
    let client = server.client();
    let conversation = conversation(&client);
    let files: Vec<Value> = ["a.png", "b.txt", "c.bin"]
        .map(|name| upload(&client, name, DOT))
        .to_vec();
    let ids = [&files[2]["id"], &files[0]["id"], &files[1]["id"]];
    let message = write(&client, &conversation, &json!({"fileIds": ids})).json(201);
    assert_eq!(message["text"], "c.bin", "the first one's name");
    assert!(message.get("file").is_none());
    let names: Vec<&str> = message["attachments"]
        .as_array()
        .expect("attachments")
        .iter()
        .map(|file| text_of(&file["fileName"]))
        .collect();
    assert_eq!(names, ["c.bin", "a.png", "b.txt"]);
}

#[test]
fn notes_and_relayed_messages_have_files_too() {
    let server = TestServer::start();
    let client = server.client();
    let conversation = conversation(&client);
    let (one, two) = (
        upload(&client, "note.txt", b"text"),
        upload(&client, "relayed.png", DOT),
    );
    let path = format!("/api/v1/conversations/{conversation}/notes");
    let note = client
        .post(&path, &json!({"fileIds": [one["id"]]}))
        .json(201);
    assert_eq!(
        (&note["type"], &note["text"]),
        (&json!("note"), &json!("note.txt"))
    );
    assert_eq!(note["file"]["link"], one["link"]);
    let path = format!("/api/v1/visitors/{VISITOR}/messages");
    let body = json!({"fileIds": [two["id"]], "cid": "relay-0001"});
    let first = client.post(&path, &body).json(201);
    assert_eq!(
        (&first["type"], &first["text"]),
        (&json!("visitor"), &json!("relayed.png"))
    );
    let again = client.post(&path, &body).json(201);
    assert_eq!(again, first, "the same cid is the same message");
    let other = json!({"text": "Other", "cid": "relay-0001"});
    assert_eq!(client.post(&path, &other).status, 422);
}

#[test]
fn a_repeated_request_finds_its_message_with_the_file() {
    let server = TestServer::start();
    let client = server.client();
    let conversation = conversation(&client);
    let file = upload(&client, "map.png", DOT);
    let once = client.with_header("idempotency-key", "map-1");
    let body = json!({"fileIds": [file["id"]]});
    let first = write(&once, &conversation, &body).json(201);
    assert_eq!(write(&once, &conversation, &body).json(201), first);
}

#[test]
fn a_file_is_sent_once() {
    let server = TestServer::start();
    let client = server.client();
    let conversation = conversation(&client);
    let file = upload(&client, "map.png", DOT);
    let body = json!({"text": "Here", "fileIds": [file["id"]]});
    let sent = write(&client, &conversation, &body).json(201);
    let again = write(&client, &conversation, &body);
    assert_eq!(again.refusal(), "404 document_not_found: File not found");
    client
        .delete(&format!("/v3/conversations/messages/{}", id_of(&sent)))
        .empty(204);
    let again = write(&client, &conversation, &body);
    assert_eq!(again.refusal(), "404 document_not_found: File not found");
}

#[test]
fn files_of_others_are_as_if_they_were_not_there() {
    let server = TestServer::start();
    let client = server.client();
    let conversation = conversation(&client);
    let theirs = server.client_of(&server.second_organization());
    let (visitor, id) = new_visitor(&server);
    let of_visitor = send_as_visitor(&visitor, "a.png", DOT).json(201);
    let foreign = upload(&theirs, "a.png", DOT);
    let own = upload(&client, "a.png", DOT);
    let before = server.world();
    for file in [&foreign["id"], &of_visitor["id"], &json!("nothing")] {
        let body = json!({"text": "Here", "fileIds": [own["id"], file]});
        let refused = write(&client, &conversation, &body);
        assert_eq!(refused.refusal(), "404 document_not_found: File not found");
        let path = format!("/api/v1/visitors/{id}/messages");
        let refused = client.post(&path, &json!({"fileIds": [file]}));
        assert_eq!(refused.refusal(), "404 document_not_found: File not found");
    }
    assert_eq!(server.world(), before, "nothing was written");
    // What was named beside it is still to be had.
    write(&client, &conversation, &json!({"fileIds": [own["id"]]})).json(201);
}

#[test]
fn a_message_has_so_many_files_each_once_or_a_text() {
    let server = TestServer::start_unlimited();
    let client = server.client();
    let conversation = conversation(&client);
    let files: Vec<Value> = (0..11)
        .map(|_| upload(&client, "a.txt", b"x")["id"].clone())
        .collect();
    let refused = write(&client, &conversation, &json!({"fileIds": files}));
    assert_eq!(
        refused.refusal(),
        "400 invalid_parameter: fileIds holds more than 10 files"
    );
    let refused = write(
        &client,
        &conversation,
        &json!({"fileIds": [files[0], files[0]]}),
    );
    assert_eq!(
        refused.refusal(),
        "400 invalid_parameter: fileIds holds a file twice"
    );
    let refused = write(&client, &conversation, &json!({"fileIds": []}));
    assert_eq!(refused.refusal(), "400 missing_parameter: text is missing");
    let message = write(
        &client,
        &conversation,
        &json!({"text": " ", "fileIds": files[..10]}),
    );
    assert_eq!(
        message.json(201)["attachments"].as_array().map(Vec::len),
        Some(10)
    );
}

#[test]
fn a_key_without_access_uploads_nothing() {
    let server = TestServer::start();
    let narrow = with_scopes(&server.client(), &server.stranger(), &["configure"]);
    let refused = super::send(&narrow, "a.png", DOT);
    assert_eq!(
        refused.refusal(),
        "403 permission_denied: the key lacks the scope access"
    );
    assert!(super::stored(&server).is_empty());
    agent_says(&server.client(), server.agent_id(), VISITOR, "No file here");
}
