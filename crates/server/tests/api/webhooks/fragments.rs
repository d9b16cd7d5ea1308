//! Fragments: new messages, collected for a while, each told once (contract G-5).

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testing::receiver::Received;

use super::{
    BREVO, Endpoint, SECOND_MS, act, names, start, start_with, start_with_receiver, texts, wait_for,
};
use crate::arrange::{VISITOR, agent_says, id_of, push, text_of, visitor_says, wait_for_figure};

const FRAGMENT: &str = "conversationFragment";

/// What counts looks that came before there was silence.
const PUT_OFF: &str = "parlour_jobs_put_off_total{kind=\"send_fragment\"}";

/// The texts of each fragment.
fn all_texts(told: &[Received]) -> Vec<Vec<String>> {
    let bodies = told.iter().map(Received::json);
    bodies
        .map(|body| texts(&body).into_iter().map(str::to_owned).collect())
        .collect()
}

#[test]
fn a_fragment_is_sent_after_three_seconds_of_silence() {
    let (server, receiver) = start_with_receiver(&[FRAGMENT]);
    let client = server.client();
    visitor_says(&client, VISITOR, "Hello?");
    server.advance(2_999);
    visitor_says(&client, VISITOR, "Anybody?");
    server.advance(1);
    // Three seconds after the first message somebody had just written.
    wait_for_figure(&client, PUT_OFF, 1.0);
    assert!(receiver.received().is_empty());
    server.advance(2_999);
    let told = wait_for(&receiver, &[FRAGMENT]);
    assert_eq!(texts(&told[0]), ["Hello?", "Anybody?"]);
}

#[test]
fn a_fragment_waits_ten_seconds_at_most() {
    let (server, receiver) = start_with_receiver(&[FRAGMENT]);
    let client = server.client();
    for text in ["1", "2", "3", "4", "5"] {
        visitor_says(&client, VISITOR, text);
        server.advance(2 * SECOND_MS);
    }
    // Ten seconds after the first; the last was two seconds ago.
    assert_eq!(
        all_texts(&receiver.wait_for(1)),
        [["1", "2", "3", "4", "5"]]
    );
    // What comes then waits in its own right.
    visitor_says(&client, VISITOR, "6");
    server.advance(2 * SECOND_MS);
    visitor_says(&client, VISITOR, "7");
    server.advance(3 * SECOND_MS);
    assert_eq!(all_texts(&receiver.wait_for(2))[1..], [["6", "7"]]);
}

#[test]
fn a_fragment_has_one_side_only() {
    let (server, receiver) = start_with_receiver(&[FRAGMENT]);
    let (client, agent_id) = (server.client(), server.agent_id());
    visitor_says(&client, VISITOR, "Hello?");
    agent_says(&client, agent_id, VISITOR, "Hi!");
    push(&client, VISITOR, "Our offers");
    visitor_says(&client, VISITOR, "No, thanks");
    visitor_says(&client, VISITOR, "Really");
    // Nothing has moved the clock: each change of sides sent what stood before.
    let told = wait_for(&receiver, &[FRAGMENT; 2]);
    assert_eq!(texts(&told[1]), ["Hi!", "Our offers"]);
    server.advance(3 * SECOND_MS);
    let expected = [
        vec!["Hello?"],
        vec!["Hi!", "Our offers"],
        vec!["No, thanks", "Really"],
    ];
    assert_eq!(all_texts(&receiver.wait_for(3)), expected);
    // Every one says who wrote, and the visitor's who is asked.
    let agents = told.iter().map(|body| body["agents"].as_array());
    let counts: Vec<usize> = agents.map(|agents| agents.map_or(0, Vec::len)).collect();
    assert_eq!(counts, [0, 1]);
    let seqs: Vec<String> = receiver
        .received()
        .iter()
        .map(|told| told.header("parlour-seq").to_owned())
        .collect();
    assert_eq!(seqs, ["1", "3", "5"], "each is placed at its last message");
}

#[test]
fn what_was_pushed_is_told_before_the_chat_that_comes_after_it() {
    let (server, receiver) = start_with_receiver(&BREVO);
    let client = server.client();
    push(&client, VISITOR, "Welcome");
    visitor_says(&client, VISITOR, "Hello?");
    server.advance(3 * SECOND_MS);
    let told = wait_for(&receiver, &[FRAGMENT, "conversationStarted", FRAGMENT]);
    assert_eq!(texts(&told[0]), ["Welcome"]);
    assert_eq!(texts(&told[2]), ["Hello?"]);
}

#[test]
fn no_message_is_told_twice_or_left_out_and_all_is_told_in_order() {
    let (server, receiver) = start_with_receiver(&BREVO);
    let (client, agent_id) = (server.client(), server.agent_id());
    let mut sent = Vec::new();
    // Sides, pauses and ends of chats in every mixture.
    for number in 0..120_u32 {
        let text = number.to_string();
        let message = match number.wrapping_mul(2_654_435_761) >> 30 {
            0 => agent_says(&client, agent_id, VISITOR, &text),
            1 => push(&client, VISITOR, &text),
            _ => visitor_says(&client, VISITOR, &text),
        };
        sent.push(id_of(&message));
        if number % 7 == 3 {
            server.advance(3 * SECOND_MS);
        }
        if number % 17 == 5 {
            act(&client, "close", &json!({}));
        }
    }
    server.advance(10 * SECOND_MS);
    let ids = |told: &[Received]| {
        let fragments = told.iter().filter(|event| event.event() == FRAGMENT);
        let bodies: Vec<Value> = fragments.map(Received::json).collect();
        let messages = bodies.iter().filter_map(|body| body["messages"].as_array());
        messages.flatten().map(id_of).collect::<Vec<_>>()
    };
    let told = receiver.wait_until("every message", |told| ids(told).len() >= sent.len());
    assert_eq!(ids(&told), sent);
    let unique: BTreeSet<_> = told.iter().map(Received::webhook_id).collect();
    assert_eq!(unique.len(), told.len());
    let seqs: Vec<i64> = told
        .iter()
        .map(|event| event.header("parlour-seq").parse().expect("a number"))
        .collect();
    assert!(seqs.is_sorted(), "{seqs:?}");
}

#[test]
fn what_is_edited_or_deleted_before_is_told_as_it_is_then() {
    let (server, receiver) = start_with_receiver(&[FRAGMENT]);
    let (client, agent_id) = (server.client(), server.agent_id());
    let [typo, mistake, _] = ["Helo!", "Wrong window", "How are you?"]
        .map(|text| agent_says(&client, agent_id, VISITOR, text));
    let path = |message: &Value| format!("/v3/conversations/messages/{}", id_of(message));
    client
        .put(&path(&typo), &json!({"text": "Hello!"}))
        .json(200);
    client.delete(&path(&mistake)).empty(204);
    server.advance(3 * SECOND_MS);
    let told = wait_for(&receiver, &[FRAGMENT]);
    assert_eq!(texts(&told[0]), ["Hello!", "How are you?"]);

    // Where nothing is left nothing is sent; what comes then is.
    let mistake = agent_says(&client, agent_id, VISITOR, "Wrong again");
    client.delete(&path(&mistake)).empty(204);
    visitor_says(&client, VISITOR, "Fine");
    server.advance(3 * SECOND_MS);
    assert_eq!(all_texts(&receiver.wait_for(2))[1..], [["Fine"]]);
}

#[test]
fn a_fragment_has_two_hundred_messages_at_most() {
    let (server, receiver) = start_with_receiver(&[FRAGMENT]);
    let client = server.client();
    let sent: Vec<String> = (0..205)
        .map(|number| id_of(&visitor_says(&client, VISITOR, &number.to_string())))
        .collect();
    let lengths = |told: &[Received]| all_texts(told).iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(lengths(&receiver.wait_for(1)), [200]);
    server.advance(3 * SECOND_MS);
    let told = receiver.wait_for(2);
    assert_eq!(lengths(&told), [200, 5]);
    let last = told[1].json();
    assert_eq!(text_of(&last["messages"][4]["id"]), sent[204]);
}

#[test]
fn the_times_are_settings() {
    let server = start_with(|webhooks| {
        webhooks.fragment_silence_seconds = 60;
        webhooks.fragment_wait_seconds = 90;
    });
    let receiver = testing::receiver::Receiver::start();
    let client = server.client();
    Endpoint::add(&client, &receiver, &[FRAGMENT]);
    visitor_says(&client, VISITOR, "1");
    server.advance(59 * SECOND_MS);
    visitor_says(&client, VISITOR, "2");
    server.advance(SECOND_MS);
    wait_for_figure(&client, PUT_OFF, 1.0);
    assert!(receiver.received().is_empty());
    server.advance(30 * SECOND_MS);
    assert_eq!(all_texts(&receiver.wait_for(1)), [["1", "2"]]);
}

#[test]
fn an_endpoint_that_comes_later_is_told_what_comes_later() {
    let server = start();
    let (client, receiver) = (server.client(), testing::receiver::Receiver::start());
    visitor_says(&client, VISITOR, "Before");
    let endpoint = Endpoint::add(&client, &receiver, &[FRAGMENT]);
    visitor_says(&client, VISITOR, "After");
    server.advance(3 * SECOND_MS);
    assert_eq!(all_texts(&receiver.wait_for(1)), [["After"]]);

    // What is collected when the last one who listens leaves is told to nobody, then or later.
    visitor_says(&client, VISITOR, "Nobody hears this");
    endpoint.update(&json!({"isEnabled": false}));
    server.advance(3 * SECOND_MS);
    wait_for_figure(
        &client,
        "parlour_jobs_done_total{kind=\"send_fragment\"}",
        2.0,
    );
    endpoint.update(&json!({"isEnabled": true}));
    visitor_says(&client, VISITOR, "This they do");
    server.advance(3 * SECOND_MS);
    let told = receiver.wait_for(2);
    assert_eq!(names(&told), [FRAGMENT; 2]);
    assert_eq!(all_texts(&told)[1..], [["This they do"]]);
}
