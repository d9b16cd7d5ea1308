//! `/api/v1/conversations/{id}/messages` and `/notes`.

use serde_json::{Value, json};
use testing::{
    client::Client,
    server::{START, TestServer},
};

use crate::arrange::{
    VISITOR, agent_says, id_of, items, new_agent, only_conversation, text_of, visitor_says,
};

/// The path of something in the conversation of the one visitor, who has just said something.
fn begin(client: &Client, rest: &str) -> String {
    let message = visitor_says(client, VISITOR, "Hello?");
    let id = text_of(&message["conversationId"]);
    format!("/api/v1/conversations/{id}{rest}")
}

fn texts(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().expect("a list");
    items.iter().map(|item| text_of(&item["text"])).collect()
}

#[test]
fn a_message_is_from_whoever_is_named_else_from_who_works_on_it_else_from_the_owner() {
    let server = TestServer::start();
    let client = server.client();
    let liz = new_agent(&client, "liz@getwear.com", "Liz");
    let path = begin(&client, "/messages");
    let message = client.post(&path, &json!({"text": "Hi!"})).json(201);
    assert_eq!(
        message,
        json!({
            "id": message["id"], "type": "agent", "text": "Hi!", "html": "Hi!", "visitorId": VISITOR,
            "agentId": server.agent_id(), "agentName": "Olivia Owner", "createdAt": START, "isPushed": false,
            "isTrigger": false, "isMissed": false, "isMissedByVisitor": false, "isBot": false, "isSentViaJsApi": false,
            "isForward": false, "seq": 2, "conversationId": only_conversation(&client)["id"], "cid": null,
        })
    );
    let named = client
        .post(&path, &json!({"text": "Hi!", "agentId": liz}))
        .json(201);
    assert_eq!(named["agentId"], json!(liz));
    let assign = path.replace("/messages", "/assign");
    client.post(&assign, &json!({"agentId": liz})).json(200);
    let worked_on = client.post(&path, &json!({"text": "Hi!"})).json(201);
    assert_eq!(worked_on["agentId"], json!(liz));
}

#[test]
fn notes_are_for_agents_only() {
    let server = TestServer::start();
    let client = server.client();
    let notes = begin(&client, "/notes");
    let note = client
        .post(
            &notes,
            &json!({"text": "Ask Tom", "agentId": server.agent_id()}),
        )
        .json(201);
    assert_eq!(
        note,
        json!({
            "id": note["id"], "type": "note", "text": "Ask Tom", "html": "Ask Tom", "visitorId": VISITOR,
            "agentId": server.agent_id(), "agentName": "Olivia Owner", "createdAt": START, "isPushed": false,
            "isTrigger": false, "isMissed": false, "isMissedByVisitor": false, "isBot": false, "isSentViaJsApi": false,
            "isForward": false, "seq": 2, "conversationId": only_conversation(&client)["id"], "cid": null,
        })
    );
    let nobodys = client
        .post(&notes, &json!({"text": "From a program"}))
        .json(201);
    assert_eq!(nobodys.get("agentId"), None);
    for note in [&note, &nobodys] {
        for list in ["messages", "pushedMessages"] {
            let answer = client.get(&format!("/v3/conversations/{list}/{}", id_of(note)));
            assert_eq!(
                answer.refusal(),
                "404 document_not_found: Message not found"
            );
        }
    }
    let all = client.get(&notes.replace("/notes", "/messages")).json(200);
    assert_eq!(texts(&all), ["Hello?", "Ask Tom", "From a program"]);
}

#[test]
fn a_note_starts_no_chat_and_answers_nobody() {
    let server = TestServer::start();
    let client = server.client();
    let notes = begin(&client, "/notes");
    client.post(&notes, &json!({"text": "Later"})).json(201);
    client
        .post(&notes.replace("/notes", "/close"), &json!({}))
        .json(200);
    let all = items(&client, &notes.replace("/notes", "/messages"));
    assert_eq!(all[0]["isMissed"], true);
    client.post(&notes, &json!({"text": "Too late"})).json(201);
    let conversation = only_conversation(&client);
    assert_eq!(
        (&conversation["status"], &conversation["isChatOpen"]),
        (&json!("closed"), &json!(false))
    );
}

#[test]
fn the_newest_page_comes_first_and_inside_it_the_oldest_message() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let path = begin(&client, "/messages");
    let mut ids = vec![String::new()];
    for number in 2..=7 {
        ids.push(id_of(&agent_says(
            &client,
            agent_id,
            VISITOR,
            &number.to_string(),
        )));
    }
    // A deleted one leaves its place and no row.
    client
        .delete(&format!("/v3/conversations/messages/{}", ids[4]))
        .empty(204);

    let first = client.get(&format!("{path}?limit=3")).json(200);
    assert_eq!(texts(&first), ["4", "6", "7"]);
    let cursor = text_of(&first["nextCursor"]);
    // What comes meanwhile does not move the next page.
    agent_says(&client, agent_id, VISITOR, "8");
    let second = client
        .get(&format!("{path}?limit=3&cursor={cursor}"))
        .json(200);
    assert_eq!(texts(&second), ["Hello?", "2", "3"]);
    assert_eq!(second["nextCursor"], Value::Null);
    let seqs: Vec<&Value> = second["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| &item["seq"])
        .collect();
    assert_eq!(seqs, [&json!(1), &json!(2), &json!(3)]);
}

#[test]
fn what_is_missing_or_wrong_is_refused_by_name() {
    let server = TestServer::start();
    let client = server.client();
    let messages = begin(&client, "/messages");
    let notes = messages.replace("/messages", "/notes");
    let before = server.world();
    for (body, refusal) in [
        (json!({}), "400 missing_parameter: text is missing"),
        (
            json!({"text": ""}),
            "400 missing_parameter: text is missing",
        ),
        (
            json!({"text": "x".repeat(5_001)}),
            "400 invalid_parameter: text is longer than 5000 characters",
        ),
        (
            json!({"text": "x", "agentId": "nope"}),
            "400 invalid_parameter: Agent not found",
        ),
        (
            json!({"text": "x", "type": "note"}),
            "400 invalid_parameter: unknown field type, expected one of text, fileIds, agentId",
        ),
    ] {
        assert_eq!(client.post(&messages, &body).refusal(), refusal);
        assert_eq!(client.post(&notes, &body).refusal(), refusal);
    }
    assert_eq!(server.world(), before);
}
