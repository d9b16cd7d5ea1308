//! `/api/v1/conversations`: lists, closing, assigning.

use serde_json::{Value, json};
use testing::{
    client::Client,
    server::{START, TestServer},
};

use crate::arrange::{
    VISITOR, agent_says, id_of, items, new_agent, new_group, only_conversation, text_of,
    visitor_says,
};

const PATH: &str = "/api/v1/conversations";

fn path_of(message: &Value, rest: &str) -> String {
    format!("{PATH}/{}{rest}", text_of(&message["conversationId"]))
}

/// The visitors of the conversations that a query finds, in its order.
fn visitors(client: &Client, query: &str) -> Vec<String> {
    let found = items(client, &format!("{PATH}{query}"));
    found
        .iter()
        .map(|found| text_of(&found["visitorId"]).to_owned())
        .collect()
}

#[test]
fn the_latest_message_comes_first() {
    let server = TestServer::start();
    let client = server.client();
    for visitor in ["anna", "bert", "carl"] {
        visitor_says(&client, visitor, "Hello?");
        server.advance(10_000);
    }
    assert_eq!(visitors(&client, ""), ["carl", "bert", "anna"]);
    server.advance(60_000);
    visitor_says(&client, "bert", "Anybody?");
    assert_eq!(visitors(&client, ""), ["bert", "carl", "anna"]);
}

#[test]
fn a_list_is_narrowed_by_status_assignee_group_and_text() {
    let server = TestServer::start();
    let client = server.client();
    let liz = new_agent(&client, "liz@getwear.com", "Liz");
    let group = new_group(&client, "Sales", &[]);
    let anna = visitor_says(&client, "anna", "Hello?");
    let bert = visitor_says(&client, "bert_100%", "Hello?");
    visitor_says(&client, "carl", "Hello?");
    client.post(&path_of(&anna, "/close"), &json!({})).json(200);
    client
        .post(&path_of(&bert, "/assign"), &json!({"agentId": liz}))
        .json(200);
    let in_group = json!({"visitorId": "carl", "groupId": group});
    client
        .put("/v3/conversations/visitorGroup", &in_group)
        .json(200);
    let attributes = json!({"attributes": {"EMAIL": "Carl@Example.com", "city": "KÖLN"}});
    client.put("/api/v1/visitors/carl", &attributes).json(200);

    for (query, expected) in [
        ("?status=closed", vec!["anna"]),
        ("?status=open", vec!["carl", "bert_100%"]),
        (&format!("?assignee={liz}"), vec!["bert_100%"]),
        ("?assignee=unknown", vec![]),
        (&format!("?group={group}"), vec!["carl"]),
        (&format!("?group={group}&status=closed"), vec![]),
        ("?q=ANN", vec!["anna"]),
        ("?q=carl@example", vec!["carl"]),
        ("?q=K%C3%B6ln", vec!["carl"]),
        ("?q=K%C3%96LN", vec!["carl"]),
        // Values are looked through, names are not.
        ("?q=city", vec![]),
        // What is looked for is text, not a pattern.
        ("?q=_100%25", vec!["bert_100%"]),
        ("?q=%25", vec!["bert_100%"]),
        ("?q=_", vec!["bert_100%"]),
        ("?q=%5C", vec![]),
        ("?q='%20or%201=1--", vec![]),
        ("?q=", vec!["carl", "bert_100%", "anna"]),
    ] {
        assert_eq!(visitors(&client, query), expected, "{query}");
    }
    for (query, refusal) in [
        (
            "?status=pending",
            "400 invalid_parameter: status must be open or closed",
        ),
        (
            "?sort=id",
            "400 invalid_parameter: query: sort: unknown field sort, expected one of status, assignee, group, q, limit, cursor",
        ),
        (
            &format!("?q={}", "x".repeat(201)),
            "400 invalid_parameter: q is longer than 200 characters",
        ),
    ] {
        assert_eq!(client.get(&format!("{PATH}{query}")).refusal(), refusal);
    }
}

#[test]
fn closing_says_what_was_missed_and_a_message_opens_again() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let answered = visitor_says(&client, VISITOR, "Do you have red ones?");
    let seen = agent_says(&client, agent_id, VISITOR, "Yes.");
    let unanswered = visitor_says(&client, VISITOR, "And blue ones?");
    let closed = client
        .post(&path_of(&answered, "/close"), &json!({}))
        .json(200);
    assert_eq!(
        (&closed["status"], &closed["isChatOpen"], &closed["head"]),
        (&json!("closed"), &json!(false), &json!(4))
    );
    let is_missed = |message: &Value| {
        let path = format!("/v3/conversations/messages/{}", id_of(message));
        let message = client.get(&path).json(200);
        (
            message["isMissed"] == true,
            message["isMissedByVisitor"] == true,
        )
    };
    assert_eq!(is_missed(&answered), (false, false));
    assert_eq!(is_missed(&seen), (false, false));
    assert_eq!(is_missed(&unanswered), (true, false));
    // Closing what is closed changes nothing.
    assert_eq!(
        client
            .post(&path_of(&answered, "/close"), &json!({}))
            .json(200),
        closed
    );

    let unseen = agent_says(&client, agent_id, VISITOR, "We do have blue ones.");
    let open = only_conversation(&client);
    assert_eq!(
        (&open["status"], &open["isChatOpen"], &open["id"]),
        (&json!("open"), &json!(true), &closed["id"])
    );
    client
        .post(&path_of(&answered, "/close"), &json!({}))
        .json(200);
    assert_eq!(is_missed(&unseen), (false, true));
    assert_eq!(is_missed(&seen), (false, false));
}

#[test]
fn reopening_starts_no_chat() {
    let server = TestServer::start();
    let client = server.client();
    let message = visitor_says(&client, VISITOR, "Hello?");
    client
        .post(&path_of(&message, "/close"), &json!({}))
        .json(200);
    let reopened = client
        .send("POST", &path_of(&message, "/reopen"), "")
        .json(200);
    assert_eq!(
        reopened,
        json!({
            "id": message["conversationId"], "visitorId": VISITOR, "source": "widget", "status": "open", "assigneeId": null,
            "groupId": null, "isChatOpen": false, "head": 3, "lastMessageAt": START, "lastRating": null, "createdAt": START,
        })
    );
    assert_eq!(
        client
            .send("POST", &path_of(&message, "/reopen"), "")
            .json(200),
        reopened
    );
}

#[test]
fn a_conversation_is_given_to_an_agent_to_a_group_or_to_nobody() {
    let server = TestServer::start();
    let client = server.client();
    let liz = new_agent(&client, "liz@getwear.com", "Liz");
    let group = new_group(&client, "Sales", &[]);
    let message = visitor_says(&client, VISITOR, "Hello?");
    let assign = path_of(&message, "/assign");
    for (body, assignee, group_id, head) in [
        (json!({"agentId": liz}), json!(liz), Value::Null, 2),
        (json!({"agentId": liz}), json!(liz), Value::Null, 2),
        (json!({"groupId": group}), json!(liz), json!(group), 3),
        (json!({"agentId": null}), Value::Null, json!(group), 4),
        (json!({"groupId": null}), Value::Null, Value::Null, 5),
        (json!({"groupId": null}), Value::Null, Value::Null, 5),
    ] {
        let assigned = client.post(&assign, &body).json(200);
        assert_eq!(
            (
                &assigned["assigneeId"],
                &assigned["groupId"],
                &assigned["head"]
            ),
            (&assignee, &group_id, &json!(head)),
            "{body}"
        );
        assert_eq!(client.get(&path_of(&message, "")).json(200), assigned);
    }
    let before = server.world();
    for (body, refusal) in [
        (
            json!({}),
            "400 missing_parameter: agentId or groupId is missing",
        ),
        (
            json!({"agentId": liz, "groupId": group}),
            "400 invalid_parameter: agentId and groupId exclude each other",
        ),
        (
            json!({"agentId": "nope"}),
            "400 invalid_parameter: Agent not found",
        ),
        (
            json!({"groupId": "nope"}),
            "400 invalid_parameter: Group not found",
        ),
        (
            json!({"assignee": liz}),
            "400 invalid_parameter: unknown field assignee, expected agentId or groupId",
        ),
    ] {
        assert_eq!(client.post(&assign, &body).refusal(), refusal, "{body}");
    }
    assert_eq!(server.world(), before);
}

#[test]
fn an_unknown_conversation_is_not_found() {
    let server = TestServer::start();
    let client = server.client();
    let not_found = "404 document_not_found: Conversation not found";
    let text = json!({"text": "x"});
    for (method, rest, body) in [
        ("GET", "", None),
        ("GET", "/messages", None),
        ("POST", "/messages", Some(&text)),
        ("POST", "/notes", Some(&text)),
        ("POST", "/close", None),
        ("POST", "/reopen", None),
        ("POST", "/assign", Some(&json!({"agentId": null}))),
    ] {
        let body = body.map(Value::to_string).unwrap_or_default();
        let answer = client.send(method, &format!("{PATH}/unknown{rest}"), body);
        assert_eq!(answer.refusal(), not_found, "{method} {rest}");
    }
}
