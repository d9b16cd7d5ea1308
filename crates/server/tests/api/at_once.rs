//! Many requests at the same moment: everything is there once, in one order. The server itself is asked at its end
//! whether each conversation is numbered without a hole.

use std::{collections::BTreeSet, thread};

use serde_json::{Value, json};
use testing::{client::Answer, server::TestServer};

use crate::arrange::{VISITOR, agent_says, id_of, items, only_conversation, text_of};

const MESSAGES: &str = "/v3/conversations/messages";
const SENDERS: usize = 8;
const EACH: usize = 8;

/// Does something with each of many numbers at once.
fn at_once<T: Send>(act: impl Fn(usize) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let act = &act;
        let senders: Vec<_> = (0..SENDERS)
            .map(|number| scope.spawn(move || act(number)))
            .collect();
        senders
            .into_iter()
            .map(|sender| sender.join().expect("an answer"))
            .collect()
    })
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

#[test]
fn first_messages_of_one_visitor_share_a_conversation() {
    let server = TestServer::start_unlimited();
    let (client, agent_id) = (server.client(), server.agent_id());
    let sent: Vec<Value> = at_once(|sender| {
        let from_visitor = format!("/api/v1/visitors/{VISITOR}/messages");
        let send = |number: usize| {
            let text = format!("{sender}-{number}");
            if number.is_multiple_of(2) {
                agent_says(&client, agent_id, VISITOR, &text)
            } else {
                client.post(&from_visitor, &json!({"text": text})).json(201)
            }
        };
        (0..EACH).map(send).collect::<Vec<_>>()
    })
    .concat();
    let conversation = only_conversation(&client);
    assert_eq!(conversation["head"], SENDERS * EACH);
    let path = format!(
        "/api/v1/conversations/{}/messages?limit=100",
        text_of(&conversation["id"])
    );
    let stored: BTreeSet<String> = items(&client, &path).iter().map(id_of).collect();
    assert_eq!(stored, sent.iter().map(id_of).collect());
    assert_eq!(stored.len(), SENDERS * EACH);
    // What each sender sent one after the other stands in that order.
    let texts: Vec<String> = items(&client, &path)
        .iter()
        .map(|item| text_of(&item["text"]).to_owned())
        .collect();
    for sender in 0..SENDERS {
        let own = texts
            .iter()
            .filter(|text| text.starts_with(&format!("{sender}-")));
        assert!(own.is_sorted(), "{texts:?}");
    }
}

#[test]
fn one_new_email_makes_one_agent() {
    let server = TestServer::start_unlimited();
    let client = server.client();
    let answers = at_once(|number| {
        let body = json!({
            "visitorId": format!("visitor-{number}"), "text": "Hi", "agentEmail": "liz@getwear.com", "agentName": "Liz",
            "receivedFrom": "X",
        });
        client.post(MESSAGES, &body).json(200)
    });
    let agents: BTreeSet<&str> = answers
        .iter()
        .map(|answer| text_of(&answer["agentId"]))
        .collect();
    assert_eq!(
        (agents.len(), items(&client, "/api/v1/agents").len()),
        (1, 2)
    );
}

#[test]
fn one_of_many_who_delete_a_message_does() {
    let server = TestServer::start_unlimited();
    let (client, agent_id) = (server.client(), server.agent_id());
    let message = agent_says(&client, agent_id, VISITOR, "Oops");
    let path = format!("{MESSAGES}/{}", id_of(&message));
    let answers = at_once(|_| client.delete(&path));
    assert_eq!(
        statuses(&answers),
        [&[204][..], &[404; SENDERS - 1]].concat()
    );
    assert_eq!(only_conversation(&client)["head"], 2);
}

#[test]
fn one_of_many_who_take_an_email_gets_it() {
    let server = TestServer::start_unlimited();
    let client = server.client();
    let body = json!({"email": "liz@getwear.com", "name": "Liz"});
    let answers = at_once(|_| client.post("/api/v1/agents", &body));
    assert_eq!(
        statuses(&answers),
        [&[201][..], &[409; SENDERS - 1]].concat()
    );
    assert_eq!(items(&client, "/api/v1/agents").len(), 2);
}

#[test]
fn closing_and_writing_meet_in_some_order() {
    let server = TestServer::start_unlimited();
    let (client, agent_id) = (server.client(), server.agent_id());
    agent_says(&client, agent_id, VISITOR, "Hi");
    let id = text_of(&only_conversation(&client)["id"]).to_owned();
    at_once(|number| {
        for _ in 0..EACH {
            match number % 4 {
                0 => client
                    .post(&format!("/api/v1/conversations/{id}/close"), &json!({}))
                    .json(200),
                1 => client
                    .post(
                        &format!("/api/v1/conversations/{id}/notes"),
                        &json!({"text": "x"}),
                    )
                    .json(201),
                2 => client
                    .post(
                        &format!("/api/v1/conversations/{id}/assign"),
                        &json!({"agentId": agent_id}),
                    )
                    .json(200),
                _ => agent_says(&client, agent_id, VISITOR, "x"),
            };
        }
    });
    // A last message opens it, whatever the order was.
    agent_says(&client, agent_id, VISITOR, "Still here?");
    let conversation = only_conversation(&client);
    assert_eq!(
        (&conversation["status"], &conversation["isChatOpen"]),
        (&json!("open"), &json!(true))
    );
}

#[test]
fn pages_that_show_the_same_message_at_once_show_it_once() {
    let server = TestServer::start_unlimited();
    let client = server.client();
    let ping = json!({"agentId": server.agent_id()});
    client
        .post("/v3/conversations/agentOnlinePing", &ping)
        .empty(201);
    let shown = json!({"widgetId": server.organization().widget_id});
    let session = server.stranger().post("/live/session", &shown).json(200);
    let visitor = server
        .stranger()
        .with_token(text_of(&session["visitorToken"]));
    // First without a conversation, then in the one that came of it.
    for text in ["Do you need help?", "Do you still need help?"] {
        let answers = at_once(|_| {
            visitor
                .post("/live/auto-message", &json!({"text": text}))
                .json(201)
        });
        let ids: BTreeSet<String> = answers.iter().map(id_of).collect();
        assert_eq!(ids.len(), 1, "{answers:?}");
    }
    assert_eq!(only_conversation(&client)["head"], 2);
}
