//! What receivers get, word by word: each body is compared with a file of `payloads/` (contract B.2 to B.4). The clock
//! stands still, and ids are replaced by those of the contract's examples.
//!
//! A body that changed on purpose: run the tests with `PARLOUR_WRITE_PAYLOADS=1`, read the difference, and change
//! docs/webhooks.md, which shows some of these files.

mod document;
mod scene;

use serde_json::{Value, json};
use testing::{
    client::Client,
    receiver::{Receiver, Reply},
};

use super::{BREVO, SECOND_MS, act, settle};
use crate::arrange::{VISITOR, agent_says, new_agent, new_group, push, text_of, visitor_says};
use scene::Scene;

/// A visitor as a program names one that no browser has ever seen (contract A.3).
const VISITOR_OF_A_PROGRAM: &str = "anna@example.co_3f9a61c2d47be805";

const CHAT_IDLE_MS: i64 = 900 * SECOND_MS;

fn ping(client: &Client, agent_id: &str) {
    let answer = client.post(
        "/v3/conversations/agentOnlinePing",
        &json!({"agentId": agent_id}),
    );
    assert_eq!(answer.status, 201);
}

fn change_visitor(client: &Client, body: &Value) {
    let path = format!("/api/v1/visitors/{VISITOR}");
    client.put(&path, body).json(200);
}

#[test]
fn a_visitor_starts() {
    let mut scene = Scene::of(&BREVO);
    visitor_says(&scene.client, VISITOR, "Where is my order?");
    scene.expect(0, "started-by-visitor");
}

#[test]
fn an_agent_starts() {
    let mut scene = Scene::of(&BREVO);
    let agent_id = new_agent(&scene.client, "liz@getwear.com", "Liz");
    let picture = json!({"userpic": "https://getwear.com/liz.png"});
    let path = format!("/api/v1/agents/{agent_id}");
    scene.client.put(&path, &picture).json(200);
    ping(&scene.client, &agent_id);
    let message = json!({
        "visitorId": VISITOR_OF_A_PROGRAM,
        "text": "Hello!\nDid you receive https://getwear.com/track?a=1&b=2 ?",
        "agentId": agent_id,
        "receivedFrom": "SuperAwesomeHelpdesk",
    });
    let sent = scene.client.post("/v3/conversations/messages", &message);
    sent.json(200);
    scene.expect(0, "started-by-agent");
}

#[test]
fn only_something_is_pushed() {
    let mut scene = Scene::of(&BREVO);
    push(
        &scene.client,
        VISITOR,
        "Your order has shipped! It comes on Monday.",
    );
    scene.server.advance(3 * SECOND_MS);
    scene.expect(0, "fragment-pushed");
}

#[test]
fn both_sides_write() {
    let mut scene = Scene::of(&["conversationFragment"]);
    ping(&scene.client, scene.server.agent_id());
    visitor_says(&scene.client, VISITOR, "Where is my order?");
    scene.server.advance(SECOND_MS);
    visitor_says(&scene.client, VISITOR, "Its number is <1042> & it is late.");
    scene.server.advance(SECOND_MS);
    let agent_id = scene.server.agent_id();
    agent_says(&scene.client, agent_id, VISITOR, "It is on its way.");
    scene.expect(0, "fragment-of-visitor");
    scene.server.advance(3 * SECOND_MS);
    scene.expect(1, "fragment-of-agent");
}

#[test]
fn a_program_writes_to_somebody_who_was_never_seen() {
    let mut scene = Scene::of(&["conversationFragment"]);
    let message = json!({
        "visitorId": VISITOR_OF_A_PROGRAM,
        "text": "*New conversation request*",
        "agentEmail": "bot@getwear.com",
        "agentName": "Bot",
        "receivedFrom": "Botpress",
    });
    let sent = scene.client.post("/v3/conversations/messages", &message);
    sent.json(200);
    scene.server.advance(3 * SECOND_MS);
    scene.expect(0, "fragment-of-program");
}

#[test]
fn a_chat_ends_with_a_question_that_nobody_answered() {
    let mut scene = Scene::of(&["conversationTranscript"]);
    push(&scene.client, VISITOR, "Welcome back");
    let liz = new_agent(&scene.client, "liz@getwear.com", "Liz");
    visitor_says(&scene.client, VISITOR, "Where is my order?");
    scene.server.advance(SECOND_MS);
    agent_says(&scene.client, &liz, VISITOR, "It is on its way.");
    scene.server.advance(SECOND_MS);
    visitor_says(&scene.client, VISITOR, "When will it come?");
    // Notes are between agents.
    let note = json!({"text": "Ask the carrier", "agentId": liz});
    act(&scene.client, "notes", &note);
    scene.server.advance(CHAT_IDLE_MS);
    scene.expect(0, "transcript-with-missed");
}

#[test]
fn a_chat_ends_with_an_answer_that_was_not_read() {
    let mut scene = Scene::of(&["conversationTranscript"]);
    let agent_id = scene.server.agent_id().to_owned();
    visitor_says(&scene.client, VISITOR, "Where is my order?");
    agent_says(&scene.client, &agent_id, VISITOR, "It is on its way.");
    act(&scene.client, "close", &json!({}));
    scene.expect(0, "transcript-with-unread");
}

#[test]
fn everything_is_known_about_the_visitor() {
    let mut scene = Scene::of(&["conversationStarted"]);
    let group = new_group(&scene.client, "Sales", &[]);
    push(&scene.client, VISITOR, "Welcome back");
    change_visitor(
        &scene.client,
        &json!({
            "attributes": {
                "firstName": "Anna",
                "lastName": "Doe",
                "email": "anna@example.com",
                "phone": "+33612345678",
                "WHATSAPP": 33612345678_i64,
                "orders": 12,
                "rebate": 0.5,
                "isRegular": true,
            },
            "notes": "Wants an invoice.",
            "marketingConsent": true,
            "termsOfServiceConsent": true,
        }),
    );
    act(&scene.client, "assign", &json!({"groupId": group}));
    visitor_says(&scene.client, VISITOR, "Hi");
    scene.expect(0, "started-by-identified-visitor");
}

#[test]
fn a_visitor_of_the_widget_chats_and_leaves() {
    let mut scene = Scene::of(&BREVO);
    let group = new_group(&scene.client, "Sales", &[]);
    let attributes = json!({
        "email": "anna@example.com", "firstName": "Anna", "lastName": "Doe", "phone": "+33612345678",
    });
    let guest = scene.guest(&json!({"groupId": group, "attributes": attributes}));
    let more = json!({
        "attributes": {"orders": 12, "notes": "Wants an invoice."},
        "marketingConsent": true,
        "termsOfServiceConsent": true,
    });
    guest.client.put("/live/visitor", &more).json(200);
    scene.server.advance(SECOND_MS);
    visitor_says(&scene.client, VISITOR, "Do these run small?");
    scene.expect(0, "started-by-widget-visitor");
    scene.server.advance(SECOND_MS);
    guest.view("https://getwear.com/sizes/", "Sizes");
    scene.server.advance(2 * SECOND_MS);
    scene.expect(1, "fragment-of-widget-visitor");
    settle(&scene.client);
    // An hour later they are gone: the visit has ended, though no other has begun.
    scene.server.advance(CHAT_IDLE_MS * 4);
    scene.expect(2, "transcript-of-widget-visitor");
}

#[test]
fn an_agent_writes_to_a_visitor_on_a_page() {
    let mut scene = Scene::of(&["conversationStarted"]);
    scene.guest(&json!({}));
    let agent_id = scene.server.agent_id().to_owned();
    agent_says(&scene.client, &agent_id, VISITOR, "Can I help you?");
    scene.expect(0, "started-by-agent-on-page");
    settle(&scene.client);
    // Who left half an hour ago is on no page.
    act(&scene.client, "close", &json!({}));
    scene.server.advance(31 * 60 * SECOND_MS);
    agent_says(&scene.client, &agent_id, VISITOR, "Still there?");
    scene.expect(1, "started-by-agent-after-visit");
}

#[test]
fn a_message_is_changed_and_deleted() {
    let mut scene = Scene::of(&["messageUpdated", "messageDeleted"]);
    let agent_id = scene.server.agent_id().to_owned();
    let message = agent_says(&scene.client, &agent_id, VISITOR, "Good mourning!");
    let path = format!("/v3/conversations/messages/{}", text_of(&message["id"]));
    scene.server.advance(SECOND_MS);
    let text = json!({"text": "Good morning!"});
    scene.client.put(&path, &text).json(200);
    scene.expect(0, "message-updated");
    assert_eq!(scene.client.delete(&path).status, 204);
    scene.expect(1, "message-deleted");
}

#[test]
fn a_conversation_is_assigned_and_closed() {
    let mut scene = Scene::of(&["conversationAssigned", "conversationClosed"]);
    let agent_id = scene.server.agent_id().to_owned();
    let group = new_group(&scene.client, "Sales", &[]);
    visitor_says(&scene.client, VISITOR, "Where is my order?");
    act(&scene.client, "assign", &json!({"groupId": group}));
    scene.expect(0, "conversation-assigned-to-group");
    act(&scene.client, "assign", &json!({"agentId": agent_id}));
    scene.expect(1, "conversation-assigned-to-agent");
    scene.server.advance(SECOND_MS);
    act(&scene.client, "close", &json!({}));
    scene.expect(2, "conversation-closed");
}

#[test]
fn a_visitor_is_identified() {
    let mut scene = Scene::of(&["visitorIdentified"]);
    visitor_says(&scene.client, VISITOR, "Where is my order?");
    let email = json!({"attributes": {"email": "anna@example.com"}});
    change_visitor(&scene.client, &email);
    scene.expect(0, "visitor-identified");
}

#[test]
fn an_agent_comes_online() {
    let mut scene = Scene::of(&["agentStatusChanged"]);
    ping(&scene.client, scene.server.agent_id());
    scene.expect(0, "agent-status-changed");
}

#[test]
fn another_endpoint_is_gone() {
    let mut scene = Scene::of(&["webhookDisabled"]);
    let gone = Receiver::start_with(|_, _| Reply::Status(410));
    let endpoint = json!({
        "url": gone.url(),
        "events": ["conversationStarted"],
        "description": "The old shop",
    });
    let created = scene.client.post("/api/v1/webhooks", &endpoint);
    created.json(201);
    visitor_says(&scene.client, VISITOR, "Hello?");
    scene.expect(0, "webhook-disabled");
}
