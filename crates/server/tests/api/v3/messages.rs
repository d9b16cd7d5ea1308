//! `/v3/conversations/messages` (contract A.3 and A.7).

use serde_json::{Value, json};
use testing::server::{START, TestServer};

use crate::arrange::{
    VISITOR, agent_says, id_of, is_dummy_id, is_id, items, new_agent, only_conversation, push,
    text_of, visitor_says,
};

const PATH: &str = "/v3/conversations/messages";

fn path_of(message: &Value) -> String {
    format!("{PATH}/{}", text_of(&message["id"]))
}

/// The contract's example, as it must be answered.
fn example(id: &Value, agent_id: &str) -> Value {
    json!({
        "id": id, "type": "agent", "text": "Hello! How can I help you?", "html": "Hello! How can I help you?",
        "visitorId": VISITOR, "agentId": agent_id, "agentName": "Olivia Owner", "createdAt": START,
        "isPushed": false, "isTrigger": false, "isMissed": false, "isMissedByVisitor": false, "isBot": false,
        "isSentViaJsApi": false, "isForward": false, "receivedFrom": "SuperAwesomeHelpdesk",
    })
}

#[test]
fn a_message_is_answered_and_read_whole() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let body = json!({
        "visitorId": VISITOR, "text": "Hello! How can I help you?", "agentId": agent_id,
        "receivedFrom": "SuperAwesomeHelpdesk", "somethingNew": {"from": "an SDK of tomorrow"},
    });
    let message = client.post(PATH, &body).json(200);
    assert!(is_id(text_of(&message["id"])));
    assert_eq!(message, example(&message["id"], agent_id));
    assert_eq!(client.get(&path_of(&message)).json(200), message);

    let conversation = only_conversation(&client);
    assert_eq!(
        conversation,
        json!({
            "id": conversation["id"], "visitorId": VISITOR, "source": "widget", "status": "open", "assigneeId": null,
            "groupId": null, "isChatOpen": true, "head": 1, "lastMessageAt": START, "lastRating": null, "createdAt": START,
        })
    );
}

#[test]
fn ids_of_later_messages_sort_later() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(id_of(&agent_says(
            &client,
            agent_id,
            VISITOR,
            &number.to_string(),
        )));
        server.advance(1);
    }
    assert!(ids.is_sorted(), "{ids:?}");
}

#[test]
fn texts_are_kept_as_written_and_html_is_escaped() {
    let server = TestServer::start();
    let text = " <b>Hi</b> & \"bye\"\nsee https://getwear.com/?a=1&b=2 \u{1f469}\u{200d}\u{1f4bb} ";
    let message = agent_says(&server.client(), server.agent_id(), VISITOR, text);
    assert_eq!(message["text"], text);
    let link = "https://getwear.com/?a=1&amp;b=2";
    assert_eq!(
        message["html"],
        format!(
            " &lt;b&gt;Hi&lt;/b&gt; &amp; &quot;bye&quot;<br>see <a href=\"{link}\" target=\"_blank\" \
            rel=\"noopener noreferrer nofollow\">{link}</a> \u{1f469}\u{200d}\u{1f4bb} "
        )
    );
}

#[test]
fn an_unknown_visitor_is_made_with_a_conversation() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    // Ids as a relay in the field makes them, and the longest.
    for visitor in ["anna.doe_0123456789abcdef".to_owned(), "v".repeat(128)] {
        agent_says(&client, agent_id, &visitor, "Hello");
        let found = client.get(&format!("/api/v1/visitors/{visitor}")).json(200);
        assert_eq!(found["id"], visitor);
    }
    agent_says(
        &client,
        agent_id,
        "anna.doe_0123456789abcdef",
        "Still there?",
    );
    let heads: Vec<Value> = items(&client, "/api/v1/conversations")
        .iter()
        .map(|conversation| conversation["head"].clone())
        .collect();
    assert_eq!(heads.iter().filter(|head| **head == 2).count(), 1);
    assert_eq!(heads.len(), 2);
}

#[test]
fn an_agent_is_found_or_made_by_email() {
    let server = TestServer::start();
    let client = server.client();
    let liz = new_agent(&client, "liz@getwear.com", "Liz");
    let say = |email: &str, name: &str| {
        let body = json!({"visitorId": VISITOR, "text": "Hi", "agentEmail": email, "agentName": name, "receivedFrom": "Helpdesk"});
        client.post(PATH, &body).json(200)
    };

    let of_person = say("LIZ@getwear.com", "Somebody");
    assert_eq!(
        (&of_person["agentId"], &of_person["agentName"]),
        (&json!(liz), &json!("Liz"))
    );

    let of_dummy = say("tom@getwear.com", "Tom");
    let dummy = text_of(&of_dummy["agentId"]).to_owned();
    assert!(is_dummy_id(&dummy), "{dummy}");
    assert_eq!(of_dummy["agentName"], "Tom");
    assert_eq!(of_dummy["receivedFrom"], "Helpdesk");
    let again = say("Tom@getwear.com", "Thomas");
    assert_eq!(
        (&again["agentId"], &again["agentName"]),
        (&json!(dummy), &json!("Tom"))
    );
    assert_eq!(items(&client, "/api/v1/agents").len(), 3);
}

#[test]
fn a_picture_is_told_where_there_is_one() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let without = agent_says(&client, agent_id, VISITOR, "Hello");
    assert_eq!(without.get("agentUserpic"), None);
    let picture = json!({"userpic": "https://getwear.com/o.png"});
    client
        .put(&format!("/api/v1/agents/{agent_id}"), &picture)
        .json(200);
    let with = client.get(&path_of(&without)).json(200);
    assert_eq!(with["agentUserpic"], "https://getwear.com/o.png");
}

#[test]
fn what_is_missing_or_wrong_is_refused_by_name() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let before = server.world();
    let nobody =
        "400 missing_parameter: agentId or agentEmail, agentName and receivedFrom are required";
    let long_id = "v".repeat(129);
    let odd_id = "400 invalid_parameter: visitorId must be 1 to 128 printable ASCII characters without spaces and slashes";
    for (body, refusal) in [
        (
            json!({"text": "x", "agentId": agent_id}),
            "400 missing_parameter: visitorId is missing",
        ),
        (
            json!({"visitorId": "", "text": "x", "agentId": agent_id}),
            "400 missing_parameter: visitorId is missing",
        ),
        (
            json!({"visitorId": "a b", "text": "x", "agentId": agent_id}),
            odd_id,
        ),
        (
            json!({"visitorId": "a/b", "text": "x", "agentId": agent_id}),
            odd_id,
        ),
        (
            json!({"visitorId": "é", "text": "x", "agentId": agent_id}),
            odd_id,
        ),
        (
            json!({"visitorId": long_id, "text": "x", "agentId": agent_id}),
            odd_id,
        ),
        (
            json!({"visitorId": "v", "agentId": agent_id}),
            "400 missing_parameter: text is missing",
        ),
        (
            json!({"visitorId": "v", "text": "", "agentId": agent_id}),
            "400 missing_parameter: text is missing",
        ),
        (
            json!({"visitorId": "v", "text": " \n", "agentId": agent_id}),
            "400 missing_parameter: text is missing",
        ),
        (
            json!({"visitorId": "v", "text": null, "agentId": agent_id}),
            "400 missing_parameter: text is missing",
        ),
        (json!({"visitorId": "v", "text": "x"}), nobody),
        (
            json!({"visitorId": "v", "text": "x", "receivedFrom": "X"}),
            nobody,
        ),
        (
            json!({"visitorId": "v", "text": "x", "agentEmail": "liz@getwear.com"}),
            "400 missing_parameter: agentName and receivedFrom are required with agentEmail",
        ),
        (
            json!({"visitorId": "v", "text": "x", "agentId": "nope"}),
            "400 invalid_parameter: Agent not found",
        ),
        (
            json!({"visitorId": {"key": "value"}, "text": "x", "agentId": agent_id}),
            "400 invalid_parameter: visitorId: invalid type: map, expected a string",
        ),
        (
            json!({"visitorId": "v", "text": ["x"], "agentId": agent_id}),
            "400 invalid_parameter: text: invalid type: sequence, expected a string",
        ),
        (
            json!([]),
            "400 bad_request: Input must be a valid JSON object",
        ),
    ] {
        assert_eq!(client.post(PATH, &body).refusal(), refusal, "{body}");
    }
    assert_eq!(server.world(), before);
}

#[test]
fn any_message_can_be_read_and_a_note_never() {
    let server = TestServer::start();
    let client = server.client();
    let question = visitor_says(&client, VISITOR, "Where is my order?");
    let read = client.get(&path_of(&question)).json(200);
    assert_eq!(
        read,
        json!({
            "id": question["id"], "type": "visitor", "text": "Where is my order?", "html": "Where is my order?",
            "visitorId": VISITOR, "createdAt": START, "isPushed": false, "isTrigger": false, "isMissed": false,
            "isMissedByVisitor": false, "isBot": false, "isSentViaJsApi": false, "isForward": false,
        })
    );
    let pushed = push(&client, VISITOR, "On its way");
    assert_eq!(client.get(&path_of(&pushed)).json(200), pushed);

    let conversation = text_of(&question["conversationId"]).to_owned();
    let notes = format!("/api/v1/conversations/{conversation}/notes");
    let note = client
        .post(&notes, &json!({"text": "Check the stock"}))
        .json(201);
    let path = path_of(&note);
    let not_found = "404 document_not_found: Message not found";
    assert_eq!(client.get(&path).refusal(), not_found);
    assert_eq!(
        client.put(&path, &json!({"text": "x"})).refusal(),
        not_found
    );
    assert_eq!(client.delete(&path).refusal(), not_found);

    for unknown in ["unknown", "a%2Fb%20c", "%F0%9F%92%A9", "e%CC%81"] {
        let answer = client.get(&format!("{PATH}/{unknown}"));
        assert_eq!(answer.refusal(), not_found, "{unknown}");
    }
}

#[test]
fn an_agents_message_is_edited() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let body = json!({"visitorId": VISITOR, "text": "Hello", "agentId": agent_id, "receivedFrom": "Helpdesk"});
    let message = client.post(PATH, &body).json(200);
    server.advance(60_000);

    let mut expected = message.clone();
    expected["text"] = json!("Good <morning>!");
    expected["html"] = json!("Good &lt;morning&gt;!");
    let new_text = json!({"text": "Good <morning>!", "agentId": "somebody else", "createdAt": 1});
    assert_eq!(
        client.put(&path_of(&message), &new_text).json(200),
        expected
    );
    assert_eq!(client.get(&path_of(&message)).json(200), expected);
    assert_eq!(only_conversation(&client)["head"], 2);

    // The same text again changes nothing.
    client.put(&path_of(&message), &new_text).json(200);
    assert_eq!(only_conversation(&client)["head"], 2);
    assert_eq!(only_conversation(&client)["lastMessageAt"], START);
}

#[test]
fn what_cannot_be_edited_is_refused() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let message = agent_says(&client, agent_id, VISITOR, "Hello");
    let question = visitor_says(&client, VISITOR, "Hello?");
    let before = server.world();
    let text = json!({"text": "x"});
    for (path, body, refusal) in [
        (
            path_of(&message),
            json!({}),
            "400 missing_parameter: text is missing",
        ),
        (
            path_of(&message),
            json!({"text": "\u{200b}"}),
            "400 missing_parameter: text is missing",
        ),
        (
            path_of(&message),
            json!({"text": "x".repeat(5_001)}),
            "400 invalid_parameter: text is longer than 5000 characters",
        ),
        (
            path_of(&question),
            text.clone(),
            "400 invalid_parameter: Only agents' messages can be edited",
        ),
        (
            format!("{PATH}/unknown"),
            text,
            "404 document_not_found: Message not found",
        ),
    ] {
        assert_eq!(client.put(&path, &body).refusal(), refusal, "{path} {body}");
    }
    assert_eq!(server.world(), before);
}

#[test]
fn an_agents_message_is_deleted_once() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let message = agent_says(&client, agent_id, VISITOR, "Oops");
    let path = path_of(&message);
    let old_sdk = client.with_header("content-type", "application/json");
    old_sdk.delete(&path).empty(204);
    let not_found = "404 document_not_found: Message not found";
    assert_eq!(client.delete(&path).refusal(), not_found);
    assert_eq!(client.get(&path).refusal(), not_found);
    assert_eq!(
        client.put(&path, &json!({"text": "x"})).refusal(),
        not_found
    );
    // Its place stays taken, and its text is gone.
    assert_eq!(only_conversation(&client)["head"], 2);
    assert!(!server.world().concat().contains("Oops"));

    let question = visitor_says(&client, VISITOR, "Hello?");
    let before = server.world();
    assert_eq!(
        client.delete(&path_of(&question)).refusal(),
        "400 invalid_parameter: Only agents' messages can be deleted"
    );
    assert_eq!(
        client.delete(&format!("{PATH}/unknown")).refusal(),
        not_found
    );
    assert_eq!(server.world(), before);
}

#[test]
fn a_pushed_message_can_be_changed_here_too() {
    let server = TestServer::start();
    let client = server.client();
    let pushed = push(&client, VISITOR, "Your order has shipped!");
    let edited = client
        .put(&path_of(&pushed), &json!({"text": "Shipped!"}))
        .json(200);
    assert_eq!(
        (&edited["text"], &edited["isPushed"]),
        (&json!("Shipped!"), &json!(true))
    );
    client.delete(&path_of(&pushed)).empty(204);
}

#[test]
fn wrong_verbs_are_named_and_right_ones_listed() {
    let server = TestServer::start();
    let client = server.client();
    for (method, path, allowed) in [
        ("PATCH", PATH, "POST"),
        ("GET", PATH, "POST"),
        (
            "POST",
            "/v3/conversations/messages/x",
            "GET,HEAD,PUT,DELETE",
        ),
        ("PATCH", "/v3/conversations/visitorGroup", "PUT"),
        ("GET", "/v3/conversations/agentOnlinePing", "POST"),
        ("DELETE", "/v3/account", "GET,HEAD"),
    ] {
        let answer = client.send(method, path, "");
        assert_eq!(
            answer.refusal(),
            format!("405 method_not_allowed: {method} Method is not allowed on this path")
        );
        let mut given: Vec<&str> = answer
            .header("allow")
            .unwrap_or_default()
            .split(',')
            .collect();
        let mut allowed: Vec<&str> = allowed.split(',').collect();
        given.sort_unstable();
        allowed.sort_unstable();
        assert_eq!(given, allowed, "{method} {path}");
    }
}
