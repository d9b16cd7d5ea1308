//! `POST /v3/conversations/agentOnlinePing` (contract A.2).

use serde_json::{Value, json};
use testing::{client::Client, server::TestServer};

use crate::arrange::{is_dummy_id, items, new_agent};

const PATH: &str = "/v3/conversations/agentOnlinePing";

fn presence(client: &Client, agent_id: &str) -> (Value, Value) {
    let agent = client.get(&format!("/api/v1/agents/{agent_id}")).json(200);
    (agent["status"].clone(), agent["isAvailable"].clone())
}

fn choose(client: &Client, agent_id: &str, status: &str) {
    let path = format!("/api/v1/agents/{agent_id}");
    client.put(&path, &json!({"status": status})).json(200);
}

#[test]
fn a_ping_keeps_an_agent_online_for_more_than_two_minutes_and_less_than_three() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let (online, offline) = (
        (json!("online"), json!(true)),
        (json!("offline"), json!(false)),
    );
    assert_eq!(presence(&client, agent_id), offline);

    client.post(PATH, &json!({"agentId": agent_id})).empty(201);
    assert_eq!(presence(&client, agent_id), online);
    server.advance(119_000);
    assert_eq!(presence(&client, agent_id), online);
    server.advance(62_000);
    assert_eq!(presence(&client, agent_id), offline);

    // Another ping begins anew.
    client.post(PATH, &json!({"agentId": agent_id})).empty(201);
    server.advance(100_000);
    client.post(PATH, &json!({"agentId": agent_id})).empty(201);
    server.advance(119_000);
    assert_eq!(presence(&client, agent_id), online);
    server.advance(62_000);
    assert_eq!(presence(&client, agent_id), offline);
}

#[test]
fn a_ping_does_not_overrule_what_the_agent_chose() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    choose(&client, agent_id, "invisible");
    client.post(PATH, &json!({"agentId": agent_id})).empty(201);
    assert_eq!(
        presence(&client, agent_id),
        (json!("invisible"), json!(false))
    );
    choose(&client, agent_id, "offline");
    assert_eq!(
        presence(&client, agent_id),
        (json!("offline"), json!(false))
    );
    choose(&client, agent_id, "online");
    assert_eq!(presence(&client, agent_id), (json!("online"), json!(true)));
}

#[test]
fn an_unknown_email_makes_a_dummy_once() {
    let server = TestServer::start();
    let client = server.client();
    let liz = json!({"agentEmail": "liz@getwear.com", "agentName": "Liz", "receivedFrom": "SuperAwesomeHelpdesk"});
    client.post(PATH, &liz).empty(201);
    let shouted =
        json!({"agentEmail": " LIZ@GetWear.com ", "agentName": "Elizabeth", "receivedFrom": "X"});
    client.post(PATH, &shouted).empty(201);

    let agents = items(&client, "/api/v1/agents");
    assert_eq!(agents.len(), 2);
    let dummy = &agents[1];
    let id = dummy["id"].as_str().expect("an id");
    assert!(is_dummy_id(id), "{id}");
    assert_eq!(
        *dummy,
        json!({
            "id": id, "email": "liz@getwear.com", "name": "Liz", "userpic": null, "role": "agent", "isDummy": true,
            "status": "online", "isAvailable": true, "createdAt": testing::server::START,
        })
    );
}

#[test]
fn the_email_of_a_person_is_that_person() {
    let server = TestServer::start();
    let client = server.client();
    let liz = new_agent(&client, "liz@getwear.com", "Liz");
    let body =
        json!({"agentEmail": "Liz@getwear.com", "agentName": "Someone", "receivedFrom": "X"});
    client.post(PATH, &body).empty(201);
    assert_eq!(presence(&client, &liz), (json!("online"), json!(true)));
    assert_eq!(items(&client, "/api/v1/agents").len(), 2);
    assert_eq!(items(&client, "/api/v1/agents")[1]["name"], "Liz");
}

#[test]
fn whoever_is_not_named_rightly_is_refused() {
    let server = TestServer::start();
    let client = server.client();
    let before = server.world();
    let nobody =
        "400 missing_parameter: agentId or agentEmail, agentName and receivedFrom are required";
    let half = "400 missing_parameter: agentName and receivedFrom are required with agentEmail";
    for (body, refusal) in [
        (json!({}), nobody),
        (json!({"agentId": ""}), nobody),
        (json!({"agentId": null}), nobody),
        (json!({"agentName": "Liz", "receivedFrom": "X"}), nobody),
        (
            json!({"agentId": "nope"}),
            "400 invalid_parameter: Agent not found",
        ),
        (json!({"agentEmail": "liz@getwear.com"}), half),
        (
            json!({"agentEmail": "liz@getwear.com", "agentName": "Liz"}),
            half,
        ),
        (
            json!({"agentEmail": "liz@getwear.com", "receivedFrom": "X"}),
            half,
        ),
        (
            json!({"agentEmail": "liz@getwear.com", "agentName": " ", "receivedFrom": "X"}),
            half,
        ),
        (
            json!({"agentEmail": "liz", "agentName": "Liz", "receivedFrom": "X"}),
            "400 invalid_parameter: agentEmail is not a valid e-mail address",
        ),
        (
            json!({"agentEmail": "liz@getwear.com", "agentName": "L\niz", "receivedFrom": "X"}),
            "400 invalid_parameter: agentName contains line breaks or control characters",
        ),
        (
            json!({"agentId": {"key": "value"}}),
            "400 invalid_parameter: agentId: invalid type: map, expected a string",
        ),
    ] {
        assert_eq!(client.post(PATH, &body).refusal(), refusal, "{body}");
    }
    assert_eq!(client.send("POST", PATH, "").refusal(), nobody);
    let broken = client.send("POST", PATH, "{oops").refusal();
    assert!(
        broken.starts_with("400 bad_request: Input must be a valid JSON object"),
        "{broken}"
    );
    assert_eq!(server.world(), before);
}

#[test]
fn fields_that_are_not_known_are_ignored() {
    let server = TestServer::start();
    let body = json!({"agentId": server.agent_id(), "mood": "good", "deep": {"er": []}});
    server.client().post(PATH, &body).empty(201);
}
