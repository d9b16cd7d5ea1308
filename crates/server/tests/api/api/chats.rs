//! How chats end by themselves (contract G-7): with nobody writing for fifteen minutes.

use serde_json::json;
use testing::{
    client::Client,
    server::{TestServer, eventually},
};

use crate::arrange::{
    VISITOR, agent_says, items, only_conversation, text_of, visitor_says, wait_for_figure,
};

const MINUTE_MS: i64 = 60_000;

fn wait_for_end(client: &Client) {
    eventually("the end of the chat", || {
        let conversation = only_conversation(client);
        (conversation["isChatOpen"] == false).then_some(())
    });
}

#[test]
fn a_chat_ends_when_nothing_was_written_for_fifteen_minutes() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    visitor_says(&client, VISITOR, "Hello?");
    agent_says(&client, agent_id, VISITOR, "Hi!");
    // The timer was set by the first message; it looks again when it is due, and finds newer ones.
    server.advance(8 * MINUTE_MS);
    visitor_says(&client, VISITOR, "Still here.");
    agent_says(&client, agent_id, VISITOR, "Good.");
    server.advance(8 * MINUTE_MS);
    let put_off = "parlour_jobs_put_off_total{kind=\"finish_chat\"}";
    wait_for_figure(&client, put_off, 1.0);
    assert_eq!(only_conversation(&client)["isChatOpen"], true);
    server.advance(7 * MINUTE_MS);
    wait_for_end(&client);

    // The conversation stays open in the inbox: nobody closed it.
    let conversation = only_conversation(&client);
    assert_eq!(
        (&conversation["status"], &conversation["head"]),
        (&json!("open"), &json!(4))
    );
    let messages = items(
        &client,
        &format!(
            "/api/v1/conversations/{}/messages",
            text_of(&conversation["id"])
        ),
    );
    let missed: Vec<_> = messages
        .iter()
        .map(|message| {
            (
                message["isMissed"] == true,
                message["isMissedByVisitor"] == true,
            )
        })
        .collect();
    assert_eq!(
        missed,
        [
            (false, false),
            (false, false),
            (false, false),
            (false, true)
        ]
    );

    // The next message begins another chat of the same conversation, which ends by itself too.
    visitor_says(&client, VISITOR, "One more thing");
    let next = only_conversation(&client);
    assert_eq!(
        (&next["id"], &next["isChatOpen"]),
        (&conversation["id"], &json!(true))
    );
    server.advance(15 * MINUTE_MS);
    wait_for_end(&client);
}

#[test]
fn the_idle_time_is_a_setting_and_survives_a_restart() {
    let mut server = TestServer::start_with(|config| config.chats.idle_seconds = 60);
    visitor_says(&server.client(), VISITOR, "Hello?");
    server.restart();
    assert_eq!(only_conversation(&server.client())["isChatOpen"], true);
    server.advance(MINUTE_MS);
    wait_for_end(&server.client());
}
