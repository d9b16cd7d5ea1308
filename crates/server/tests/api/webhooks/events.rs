//! Which events tell a chat, when they come, and who is told (contract B.2, G-7). Fragments have a file of their own.

use serde_json::{Value, json};
use testing::{receiver::Receiver, server::TestServer};

use super::{
    BREVO, Endpoint, MINUTE_MS, SECOND_MS, act, names, settle, start, start_with_receiver, texts,
    wait_for,
};
use crate::arrange::{
    VISITOR, agent_says, figure, id_of, only_conversation, push, text_of, visitor_says,
};

/// How many events were written for receivers until now. They are deleted to count them, which no request can.
fn written(server: &TestServer) -> u64 {
    settle(&server.client());
    let deleted = server.write(|write| {
        Ok(store::webhook_events::delete_before(
            write.tx(),
            i64::MAX,
            100,
        )?)
    });
    deleted.expect("the store answers")
}

#[test]
fn a_chat_is_told_from_its_start_to_its_end() {
    let (server, receiver) = start_with_receiver(&BREVO);
    let (client, agent_id) = (server.client(), server.agent_id());
    visitor_says(&client, VISITOR, "Hello?");
    visitor_says(&client, VISITOR, "Is anybody there?");
    let told = wait_for(&receiver, &["conversationStarted"]);
    assert_eq!(told[0]["message"]["text"], "Hello?");
    assert!(told[0].get("agent").is_none(), "{}", told[0]);

    // The other side writes: what the visitor wrote goes at once.
    agent_says(&client, agent_id, VISITOR, "Yes!");
    let told = wait_for(&receiver, &["conversationStarted", "conversationFragment"]);
    assert_eq!(texts(&told[1]), ["Hello?", "Is anybody there?"]);

    server.advance(3 * SECOND_MS);
    let told = receiver.wait_for(3);
    assert_eq!(texts(&told[2].json()), ["Yes!"]);

    // A transcript comes after what was not told yet.
    visitor_says(&client, VISITOR, "Thank you");
    act(&client, "close", &json!({}));
    let told = receiver.wait_for(5);
    assert_eq!(texts(&told[3].json()), ["Thank you"]);
    let transcript = told[4].json();
    assert_eq!(transcript["eventName"], "conversationTranscript");
    assert_eq!(
        texts(&transcript),
        ["Hello?", "Is anybody there?", "Yes!", "Thank you"]
    );
    assert_eq!(transcript["missedMessagesCount"], 1);
    assert_eq!(transcript["messages"][3]["isMissed"], true);
}

#[test]
fn who_starts_a_chat_and_whether_anybody_is_there_is_told() {
    let (server, receiver) = start_with_receiver(&["conversationStarted"]);
    let (client, agent_id) = (server.client(), server.agent_id());
    agent_says(&client, agent_id, VISITOR, "Did you receive your number?");
    receiver.wait_for(1);
    let ping = json!({"agentId": agent_id});
    client
        .post("/v3/conversations/agentOnlinePing", &ping)
        .empty(201);
    visitor_says(&client, "another-visitor", "Hello?");
    let told = wait_for(&receiver, &["conversationStarted"; 2]);
    assert_eq!(told[0]["agent"]["id"], agent_id);
    assert_eq!(told[0]["message"]["type"], "agent");
    assert_eq!(told[0]["isNoAvailableAgent"], true);
    assert_eq!(told[1]["visitor"]["id"], "another-visitor");
    assert_eq!(told[1]["isNoAvailableAgent"], false);
}

#[test]
fn a_chat_that_nobody_writes_in_ends_and_the_next_message_starts_another() {
    let (server, receiver) =
        start_with_receiver(&["conversationStarted", "conversationTranscript"]);
    let (client, agent_id) = (server.client(), server.agent_id());
    visitor_says(&client, VISITOR, "Hello?");
    agent_says(&client, agent_id, VISITOR, "Hi!");
    settle(&client);
    server.advance(15 * MINUTE_MS);
    let told = wait_for(
        &receiver,
        &["conversationStarted", "conversationTranscript"],
    );
    assert_eq!(texts(&told[1]), ["Hello?", "Hi!"]);
    assert_eq!(told[1]["missedMessagesCount"], 0);
    // Who wrote has seen what stood above, and nothing of what came later.
    assert_eq!(told[1]["messages"][0]["isMissedByVisitor"], false);
    assert_eq!(told[1]["messages"][1]["isMissedByVisitor"], true);

    visitor_says(&client, VISITOR, "One more thing");
    visitor_says(&client, VISITOR, "And another");
    settle(&client);
    server.advance(15 * MINUTE_MS);
    let told = receiver.wait_for(4);
    assert_eq!(
        names(&told)[2..],
        ["conversationStarted", "conversationTranscript"]
    );
    let (started, transcript) = (told[2].json(), told[3].json());
    assert_eq!(started["message"]["text"], "One more thing");
    assert_eq!(texts(&transcript), ["One more thing", "And another"]);
    assert_eq!(transcript["missedMessagesCount"], 2);
    let conversation = only_conversation(&client);
    for event in told.iter().map(|event| event.json()) {
        assert_eq!(event["conversationId"], conversation["id"]);
        assert_eq!(event["visitor"]["threadId"], conversation["id"]);
    }
}

#[test]
fn what_is_pushed_starts_no_chat_and_belongs_to_the_next_one() {
    let (server, receiver) = start_with_receiver(&BREVO);
    let client = server.client();
    push(&client, VISITOR, "Welcome");
    server.advance(3 * SECOND_MS);
    let told = wait_for(&receiver, &["conversationFragment"]);
    assert_eq!(told[0]["messages"][0]["isPushed"], true);

    // Nothing runs that could be finished.
    act(&client, "close", &json!({}));
    visitor_says(&client, VISITOR, "Thanks");
    act(&client, "close", &json!({}));
    let told = wait_for(
        &receiver,
        &[
            "conversationFragment",
            "conversationStarted",
            "conversationFragment",
            "conversationTranscript",
        ],
    );
    assert_eq!(texts(&told[3]), ["Welcome", "Thanks"]);

    // What was pushed between two chats belongs to the later one only.
    push(&client, VISITOR, "Come back");
    visitor_says(&client, VISITOR, "I am back");
    act(&client, "close", &json!({}));
    let told = receiver.wait_until("the second transcript", |all| {
        names(all).iter().filter(|name| *name == BREVO[2]).count() == 2
    });
    let transcript = told.last().expect("it is there").json();
    assert_eq!(texts(&transcript), ["Come back", "I am back"]);
    assert_eq!(transcript["missedMessagesCount"], 1);
}

#[test]
fn notes_are_told_to_nobody() {
    let (server, receiver) = start_with_receiver(&BREVO);
    let client = server.client();
    visitor_says(&client, VISITOR, "Hello?");
    act(&client, "notes", &json!({"text": "Careful with this one"}));
    visitor_says(&client, VISITOR, "Anybody?");
    act(&client, "notes", &json!({"text": "Really"}));
    act(&client, "close", &json!({}));
    let told = wait_for(&receiver, &BREVO);
    for event in &told[1..] {
        assert_eq!(texts(event), ["Hello?", "Anybody?"]);
    }
}

#[test]
fn each_endpoint_gets_the_events_it_chose_under_ids_of_its_own() {
    let server = start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let receivers: [Receiver; 4] = std::array::from_fn(|_| Receiver::start());
    let choices: [&[&str]; 4] = [
        &BREVO,
        &BREVO,
        &["conversationTranscript"],
        &["messageUpdated"],
    ];
    for (receiver, events) in receivers.iter().zip(choices) {
        Endpoint::add(&client, receiver, events);
    }
    visitor_says(&client, VISITOR, "Hello?");
    agent_says(&client, agent_id, VISITOR, "Hi!");
    act(&client, "close", &json!({}));
    let everything = [BREVO[0], BREVO[1], BREVO[1], BREVO[2]];
    let told = [0, 1].map(|number| {
        wait_for(&receivers[number], &everything);
        receivers[number].received()
    });
    for (one, other) in told[0].iter().zip(&told[1]) {
        assert_eq!(one.body, other.body);
        assert_ne!(one.webhook_id(), other.webhook_id());
    }
    wait_for(&receivers[2], &["conversationTranscript"]);
    assert_eq!(receivers[3].connections(), 0);

    // The choice can be changed.
    let last = Endpoint::add(&client, &receivers[3], &["conversationClosed"]);
    last.update(&json!({"events": ["conversationStarted"]}));
    visitor_says(&client, "another-visitor", "Hello?");
    let told = wait_for(&receivers[3], &["conversationStarted"]);
    assert_eq!(told[0]["visitor"]["id"], "another-visitor");
}

#[test]
fn organizations_are_told_their_own() {
    let (server, receiver) = start_with_receiver(&BREVO);
    let other = server.client_of(&server.second_organization());
    visitor_says(&other, VISITOR, "Secret");
    visitor_says(&server.client(), VISITOR, "Hello?");
    server.advance(3 * SECOND_MS);
    let told = wait_for(&receiver, &["conversationStarted", "conversationFragment"]);
    assert_eq!(texts(&told[1]), ["Hello?"]);
    assert!(
        !receiver
            .received()
            .iter()
            .any(|event| event.body.contains("Secret"))
    );
}

#[test]
fn nothing_is_written_where_nobody_listens() {
    let server = start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let receiver = Receiver::start();
    let whole_story = |visitor: &str| {
        visitor_says(&client, visitor, "Hello?");
        let answer = agent_says(&client, agent_id, visitor, "Helo!");
        let path = format!("/v3/conversations/messages/{}", id_of(&answer));
        client.put(&path, &json!({"text": "Hello!"})).json(200);
        client.delete(&path).empty(204);
        let list = client.get("/api/v1/conversations").json(200);
        let path = format!("/api/v1/conversations/{}", text_of(&list["items"][0]["id"]));
        client.post(&format!("{path}/close"), &json!({})).json(200);
        settle(&client);
        server.advance(MINUTE_MS);
    };
    whole_story("nobody-listens");
    assert_eq!(written(&server), 0);

    let endpoint = Endpoint::add(&client, &receiver, &["webhookDisabled"]);
    whole_story("nobody-listens-to-this");
    assert_eq!(written(&server), 0);
    endpoint.update(&json!({"events": BREVO, "isEnabled": false}));
    whole_story("nobody-listens-now");
    assert_eq!(written(&server), 0);
    // Nor were fragments collected for anybody.
    assert_eq!(fragments_looked_for(&client), 0.0);

    endpoint.update(&json!({"isEnabled": true}));
    whole_story("somebody-listens");
    receiver.wait_for(3);
    assert_eq!(written(&server), 3);
    endpoint.delete();
    whole_story("nobody-listens-any-more");
    assert_eq!(written(&server), 0);
    assert_eq!(receiver.received().len(), 3);
}

fn fragments_looked_for(client: &testing::client::Client) -> f64 {
    figure(client, "parlour_jobs_done_total{kind=\"send_fragment\"}").unwrap_or_default()
}

#[test]
fn what_was_told_is_forgotten_after_a_month_and_what_is_pending_stays() {
    let server = start();
    let client = server.client();
    let (receiver, deaf) = (Receiver::start(), Receiver::start());
    let told = Endpoint::add(&client, &receiver, &["conversationStarted"]);
    let untold = Endpoint::add(&client, &deaf, &["conversationStarted"]);
    visitor_says(&client, VISITOR, "Hello?");
    told.wait_for_all(1, "delivered");
    untold.wait_for_all(1, "delivered");
    untold.update(&json!({"isEnabled": false}));
    untold.replay(text_of(&untold.log()[0]["id"])).json(200);
    visitor_says(&client, "another-visitor", "Hello?");
    told.wait_for_all(2, "delivered");

    server.advance(31 * 24 * 60 * MINUTE_MS);
    let log = told.wait_for_log("the end of what is old", |log| log.len() == 1);
    assert_eq!(log[0]["status"], "delivered");
    assert_eq!(untold.log()[0]["status"], Value::from("pending"));
}
