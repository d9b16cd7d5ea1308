//! The events that Brevo lacks (product 1): told where an endpoint chose them, and only where something changed.

use serde_json::{Value, json};
use testing::{client::Client, receiver::Received, server::START};

use super::{SECOND_MS, act, names, settle, start_with_receiver, wait_for};
use crate::arrange::{
    VISITOR, agent_says, id_of, new_agent, new_group, only_conversation, push, visitor_says,
    wait_for_figure,
};

/// A ping keeps an agent online for this long.
const LEASE_MS: i64 = 150 * SECOND_MS;

fn ping(client: &Client, agent_id: &str) {
    let body = json!({"agentId": agent_id});
    client
        .post("/v3/conversations/agentOnlinePing", &body)
        .empty(201);
}

fn choose(client: &Client, agent_id: &str, status: &str) {
    let path = format!("/api/v1/agents/{agent_id}");
    client.put(&path, &json!({"status": status})).json(200);
}

/// The agents and what others see of them, in the order in which it was told.
fn seen(told: &[Received]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let bodies = told.iter().map(Received::json);
    bodies
        .map(|body| (text(&body["agent"]["id"]), text(&body["status"])))
        .collect()
}

#[test]
fn edits_and_deletions_are_told() {
    let (server, receiver) = start_with_receiver(&["messageUpdated", "messageDeleted"]);
    let (client, agent_id) = (server.client(), server.agent_id());
    let message = agent_says(&client, agent_id, VISITOR, "Helo!");
    let pushed = push(&client, VISITOR, "Offer");
    let path = format!("/v3/conversations/messages/{}", id_of(&message));
    let pushed_path = format!("/v3/conversations/pushedMessages/{}", id_of(&pushed));
    client.put(&path, &json!({"text": "Hello!"})).json(200);
    // The same text again is no change.
    client.put(&path, &json!({"text": "Hello!"})).json(200);
    client
        .put(&pushed_path, &json!({"text": "Better offer"}))
        .json(200);
    client.delete(&path).empty(204);
    assert_eq!(client.delete(&path).status, 404);
    client.delete(&pushed_path).empty(204);

    let told = wait_for(
        &receiver,
        &[
            "messageUpdated",
            "messageUpdated",
            "messageDeleted",
            "messageDeleted",
        ],
    );
    assert_eq!(told[0]["message"]["id"], message["id"]);
    assert_eq!(told[0]["message"]["text"], "Hello!");
    assert_eq!(told[1]["message"]["text"], "Better offer");
    assert_eq!(told[2]["messageId"], message["id"]);
    assert_eq!(told[3]["messageId"], pushed["id"]);
    for event in &told {
        assert_eq!(event["conversationId"], only_conversation(&client)["id"]);
        assert_eq!(event["visitor"]["id"], VISITOR);
    }
}

#[test]
fn assignments_are_told_to_an_agent_to_a_group_and_to_nobody() {
    let (server, receiver) = start_with_receiver(&["conversationAssigned"]);
    let client = server.client();
    let agent = new_agent(&client, "liz@getwear.com", "Liz");
    let group = new_group(&client, "Sales", &[&agent]);
    visitor_says(&client, VISITOR, "Hello?");
    act(&client, "assign", &json!({"agentId": agent}));
    // It is so already.
    act(&client, "assign", &json!({"agentId": agent}));
    act(&client, "assign", &json!({"groupId": group}));
    act(&client, "assign", &json!({"agentId": null}));
    let into_none = json!({"visitorId": VISITOR, "groupId": null});
    let path = "/v3/conversations/visitorGroup";
    let answer = client.put(path, &into_none);
    assert!((200..300).contains(&answer.status), "{}", answer.text());

    let told = wait_for(&receiver, &["conversationAssigned"; 4]);
    let assigned: Vec<(&Value, &Value)> = told
        .iter()
        .map(|event| (&event["agent"]["id"], &event["groupId"]))
        .collect();
    let (agent, group) = (json!(agent), json!(group));
    let nobody = &Value::Null;
    assert_eq!(
        assigned,
        [
            (&agent, nobody),
            (&agent, &group),
            (nobody, &group),
            (nobody, nobody)
        ]
    );
    assert_eq!(told[0]["agent"]["email"], "liz@getwear.com");
}

#[test]
fn closing_is_told_and_a_chat_that_ends_by_itself_closes_nothing() {
    let (server, receiver) = start_with_receiver(&["conversationClosed", "conversationTranscript"]);
    let client = server.client();
    visitor_says(&client, VISITOR, "Hello?");
    settle(&client);
    server.advance(900 * SECOND_MS);
    wait_for(&receiver, &["conversationTranscript"]);
    act(&client, "close", &json!({}));
    act(&client, "close", &json!({}));
    act(&client, "reopen", &json!({}));
    visitor_says(&client, VISITOR, "Still here");
    act(&client, "close", &json!({}));
    let told = wait_for(
        &receiver,
        &[
            "conversationTranscript",
            "conversationClosed",
            "conversationTranscript",
            "conversationClosed",
        ],
    );
    assert_eq!(told[3]["conversationId"], only_conversation(&client)["id"]);
}

#[test]
fn a_visitor_who_says_who_they_are_is_told() {
    let (server, receiver) = start_with_receiver(&["visitorIdentified"]);
    let client = server.client();
    visitor_says(&client, VISITOR, "Hello?");
    let path = format!("/api/v1/visitors/{VISITOR}");
    let set = |attributes: Value| {
        client
            .put(&path, &json!({"attributes": attributes}))
            .json(200);
    };
    set(json!({"FIRSTNAME": "Anna"}));
    set(json!({"EMAIL": "anna@example.com"}));
    set(json!({"EMAIL": "anna@example.com", "LASTNAME": "Doe"}));
    set(json!({"EMAIL": "anna@doe.example"}));
    set(json!({"EMAIL": null}));
    set(json!({"SMS": "33612345678"}));
    client.put(&path, &json!({"notes": "Nice"})).json(200);

    let told = wait_for(&receiver, &["visitorIdentified"; 3]);
    let known: Vec<&Value> = told
        .iter()
        .map(|event| &event["visitor"]["attributes"])
        .collect();
    assert_eq!(
        known[0],
        &json!({"FIRSTNAME": "Anna", "EMAIL": "anna@example.com"})
    );
    assert_eq!(known[1]["EMAIL"], "anna@doe.example");
    assert_eq!(
        known[2],
        &json!({"FIRSTNAME": "Anna", "LASTNAME": "Doe", "SMS": "33612345678"})
    );
    assert_eq!(told[2]["conversationId"], only_conversation(&client)["id"]);
}

#[test]
fn an_agent_comes_by_a_ping_and_goes_when_it_lapses() {
    let (server, receiver) = start_with_receiver(&["agentStatusChanged"]);
    let (client, agent_id) = (server.client(), server.agent_id());
    ping(&client, agent_id);
    settle(&client);
    server.advance(60 * SECOND_MS);
    ping(&client, agent_id);
    // Where the first ping alone would have ended the second still holds.
    server.advance(LEASE_MS - 60 * SECOND_MS);
    let put_off = "parlour_jobs_put_off_total{kind=\"end_presence\"}";
    wait_for_figure(&client, put_off, 1.0);
    assert_eq!(receiver.wait_for(1).len(), 1);
    server.advance(60 * SECOND_MS);
    let expected = ["online", "offline"].map(|status| (agent_id.to_owned(), status.to_owned()));
    assert_eq!(seen(&receiver.wait_for(2)), expected);

    // And again.
    settle(&client);
    ping(&client, agent_id);
    settle(&client);
    server.advance(LEASE_MS);
    let told = receiver.wait_for(4);
    assert_eq!(seen(&told)[2..], expected);
    assert!(names(&told).iter().all(|name| name == "agentStatusChanged"));
    assert_eq!(told[0].json()["agent"]["name"], "Olivia Owner");
}

#[test]
fn many_pings_at_the_same_moment_are_one_arrival_and_one_end() {
    let (server, receiver) = start_with_receiver(&["agentStatusChanged"]);
    let (client, agent_id) = (server.client(), server.agent_id());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| ping(&client, agent_id));
        }
    });
    receiver.wait_for(1);
    settle(&client);
    server.advance(LEASE_MS);
    receiver.wait_for(2);
    settle(&client);
    wait_for_figure(&client, "parlour_jobs_behind_seconds", 0.0);
    let statuses: Vec<String> = seen(&receiver.received())
        .into_iter()
        .map(|(_, status)| status)
        .collect();
    assert_eq!(statuses, ["online", "offline"]);
}

#[test]
fn an_agents_choice_is_told_where_others_see_a_difference() {
    let (server, receiver) = start_with_receiver(&["agentStatusChanged"]);
    let (client, agent_id) = (server.client(), server.agent_id());
    // Whoever is not there is offline, whatever they chose.
    choose(&client, agent_id, "invisible");
    ping(&client, agent_id);
    choose(&client, agent_id, "invisible");
    choose(&client, agent_id, "online");
    choose(&client, agent_id, "offline");
    ping(&client, agent_id);
    settle(&client);
    server.advance(LEASE_MS);
    // Who was not to be seen does not go.
    let done = "parlour_jobs_done_total{kind=\"end_presence\"}";
    wait_for_figure(&client, done, 1.0);
    choose(&client, agent_id, "online");
    ping(&client, agent_id);
    let told = receiver.wait_for(4);
    let statuses: Vec<String> = seen(&told).into_iter().map(|(_, status)| status).collect();
    assert_eq!(statuses, ["invisible", "online", "offline", "online"]);
}

#[test]
fn an_agent_who_pings_just_after_the_end_has_not_gone() {
    let (mut server, receiver) = start_with_receiver(&["agentStatusChanged"]);
    let agent_id = server.agent_id().to_owned();
    ping(&server.client(), &agent_id);
    receiver.wait_for(1);
    // The server was away when the lease ended, and the agent is first to knock when it is back.
    server.stop();
    server.advance(LEASE_MS);
    server.start_again();
    ping(&server.client(), &agent_id);
    settle(&server.client());
    server.advance(LEASE_MS);
    // However those two met, who came goes once.
    let last = receiver.wait_until("the end", |told| {
        seen(told)
            .last()
            .is_some_and(|(_, status)| status == "offline")
            && told.last().is_some_and(|told| {
                told.header("webhook-timestamp") == ((START + 2 * LEASE_MS) / 1_000).to_string()
            })
    });
    let told = seen(&last);
    assert!(
        told.windows(2).all(|pair| pair[0].1 != pair[1].1),
        "the same twice: {told:?}"
    );
}

#[test]
fn an_agent_who_is_deleted_while_online_goes() {
    let (server, receiver) = start_with_receiver(&["agentStatusChanged"]);
    let client = server.client();
    let agent = new_agent(&client, "liz@getwear.com", "Liz");
    ping(&client, &agent);
    client.delete(&format!("/api/v1/agents/{agent}")).empty(204);
    // At once, and not again when the lease would have ended.
    receiver.wait_for(2);
    settle(&client);
    server.advance(LEASE_MS);
    let done = "parlour_jobs_done_total{kind=\"end_presence\"}";
    wait_for_figure(&client, done, 1.0);
    settle(&client);
    let statuses: Vec<String> = seen(&receiver.received())
        .into_iter()
        .map(|(_, status)| status)
        .collect();
    assert_eq!(statuses, ["online", "offline"]);
}
