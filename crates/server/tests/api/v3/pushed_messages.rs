//! `/v3/conversations/pushedMessages` (contract A.4).

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testing::{
    client::Client,
    server::{START, TestServer},
};

use crate::arrange::{
    VISITOR, agent_says, new_agent, new_group, only_conversation, push, text_of, visitor_says,
};

const PATH: &str = "/v3/conversations/pushedMessages";

/// So often that a choice among three that leaves one out is no accident: a chance below 1 in 100,000.
const CHOICES: usize = 32;

fn path_of(message: &Value) -> String {
    format!("{PATH}/{}", text_of(&message["id"]))
}

fn ping(client: &Client, agent_id: &str) {
    let body = json!({"agentId": agent_id});
    client
        .post("/v3/conversations/agentOnlinePing", &body)
        .empty(201);
}

/// Whom many messages that fit a choice came from.
fn senders(client: &Client, group_id: Option<&str>) -> BTreeSet<String> {
    let body = json!({"visitorId": VISITOR, "text": "Hi", "groupId": group_id});
    (0..CHOICES)
        .map(|_| client.post(PATH, &body).json(200))
        .map(|message| text_of(&message["agentId"]).to_owned())
        .collect()
}

fn set_of(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[test]
fn a_message_of_a_named_agent_is_answered_and_read_whole() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let body = json!({"visitorId": VISITOR, "text": "Your order has shipped!", "agentId": agent_id, "isTrigger": true});
    let message = client.post(PATH, &body).json(200);
    assert_eq!(
        message,
        json!({
            "id": message["id"], "type": "agent", "text": "Your order has shipped!", "html": "Your order has shipped!",
            "visitorId": VISITOR, "agentId": agent_id, "agentName": "Olivia Owner", "createdAt": START,
            "isPushed": true, "isTrigger": false, "isMissed": false, "isMissedByVisitor": false, "isBot": false,
            "isSentViaJsApi": false, "isForward": false,
        })
    );
    assert_eq!(client.get(&path_of(&message)).json(200), message);
}

#[test]
fn it_starts_no_chat_until_the_visitor_answers() {
    let server = TestServer::start();
    let client = server.client();
    push(&client, VISITOR, "Need help?");
    assert_eq!(only_conversation(&client)["isChatOpen"], false);
    visitor_says(&client, VISITOR, "Yes!");
    assert_eq!(only_conversation(&client)["isChatOpen"], true);
}

#[test]
fn without_a_name_it_comes_from_somebody_who_is_available() {
    let server = TestServer::start_unlimited();
    let (client, owner) = (server.client(), server.agent_id());
    let liz = new_agent(&client, "liz@getwear.com", "Liz");
    let tom = new_agent(&client, "tom@getwear.com", "Tom");
    let everybody = set_of(&[owner, &liz, &tom]);
    assert_eq!(senders(&client, None), everybody);

    ping(&client, &tom);
    assert_eq!(senders(&client, None), set_of(&[&tom]));

    // Invisible agents are connected, but not for new conversations.
    client
        .put(
            &format!("/api/v1/agents/{tom}"),
            &json!({"status": "invisible"}),
        )
        .json(200);
    assert_eq!(senders(&client, None), everybody);
    ping(&client, &liz);
    assert_eq!(senders(&client, None), set_of(&[&liz]));
    server.advance(181_000);
    assert_eq!(senders(&client, None), everybody);
}

#[test]
fn with_a_group_it_comes_from_somebody_in_it() {
    let server = TestServer::start_unlimited();
    let (client, owner) = (server.client(), server.agent_id());
    let liz = new_agent(&client, "liz@getwear.com", "Liz");
    let tom = new_agent(&client, "tom@getwear.com", "Tom");
    let group = new_group(&client, "Sales", &[&liz, &tom]);
    // Available, but not in the group.
    ping(&client, owner);
    assert_eq!(senders(&client, Some(&group)), set_of(&[&liz, &tom]));
    ping(&client, &liz);
    assert_eq!(senders(&client, Some(&group)), set_of(&[&liz]));
    // An empty text is like none.
    assert_eq!(senders(&client, Some("")), set_of(&[owner, &liz]));
}

#[test]
fn what_is_missing_or_wrong_is_refused_by_name() {
    let server = TestServer::start();
    let client = server.client();
    let empty = new_group(&client, "Nobody", &[]);
    let before = server.world();
    for (body, refusal) in [
        (
            json!({"text": "x"}),
            "400 missing_parameter: visitorId is missing",
        ),
        (
            json!({"visitorId": "v"}),
            "400 missing_parameter: text is missing",
        ),
        (
            json!({"visitorId": "v", "text": "\t"}),
            "400 missing_parameter: text is missing",
        ),
        (
            json!({"visitorId": "v", "text": "x", "agentId": "nope"}),
            "400 invalid_parameter: Agent not found",
        ),
        (
            json!({"visitorId": "v", "text": "x", "groupId": "nope"}),
            "400 invalid_parameter: Group not found",
        ),
        (
            json!({"visitorId": "v", "text": "x", "groupId": empty}),
            "400 invalid_parameter: groupId names a group without agents",
        ),
        (
            json!({"visitorId": "v", "text": "x", "groupId": 7}),
            "400 invalid_parameter: groupId: invalid type: integer 7, expected a string",
        ),
    ] {
        assert_eq!(client.post(PATH, &body).refusal(), refusal, "{body}");
    }
    assert_eq!(server.world(), before);
}

#[test]
fn a_pushed_message_is_edited_and_deleted() {
    let server = TestServer::start();
    let client = server.client();
    let message = push(&client, VISITOR, "Your order has shipped!");
    let mut expected = message.clone();
    expected["text"] = json!("Your order was lost");
    expected["html"] = json!("Your order was lost");
    let new_text = json!({"text": "Your order was lost"});
    assert_eq!(
        client.put(&path_of(&message), &new_text).json(200),
        expected
    );
    assert_eq!(
        client.put(&path_of(&message), &json!({})).refusal(),
        "400 missing_parameter: text is missing"
    );
    client.delete(&path_of(&message)).empty(204);
    assert_eq!(
        client.delete(&path_of(&message)).refusal(),
        "404 document_not_found: Message not found"
    );
}

#[test]
fn other_messages_are_not_found_here() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let written = agent_says(&client, agent_id, VISITOR, "Hello");
    let question = visitor_says(&client, VISITOR, "Hello?");
    let before = server.world();
    for path in [
        path_of(&written),
        path_of(&question),
        format!("{PATH}/unknown"),
    ] {
        let not_found = "404 document_not_found: Message not found";
        assert_eq!(client.get(&path).refusal(), not_found);
        assert_eq!(
            client.put(&path, &json!({"text": "x"})).refusal(),
            not_found
        );
        assert_eq!(client.delete(&path).refusal(), not_found);
    }
    assert_eq!(server.world(), before);
}
