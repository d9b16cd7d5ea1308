//! `/api/v1/agents`.

use serde_json::{Value, json};
use testing::server::{START, TestServer};

use crate::arrange::{VISITOR, agent_says, id_of, is_id, items, new_agent, new_group, text_of};

const PATH: &str = "/api/v1/agents";

fn path_of(agent_id: &str) -> String {
    format!("{PATH}/{agent_id}")
}

#[test]
fn an_agent_is_made_and_read_whole() {
    let server = TestServer::start();
    let client = server.client();
    let body = json!({
        "email": " liz@getwear.com ", "name": "Liz", "userpic": "https://getwear.com/liz.png", "role": "administrator",
    });
    let liz = client.post(PATH, &body).json(201);
    assert!(is_id(text_of(&liz["id"])));
    assert_eq!(
        liz,
        json!({
            "id": liz["id"], "email": "liz@getwear.com", "name": "Liz", "userpic": "https://getwear.com/liz.png",
            "role": "administrator", "isDummy": false, "status": "offline", "isAvailable": false, "createdAt": START,
        })
    );
    assert_eq!(client.get(&path_of(&id_of(&liz))).json(200), liz);
    let tom = client
        .post(PATH, &json!({"email": "tom@getwear.com", "name": "Tom"}))
        .json(201);
    assert_eq!(
        (&tom["role"], &tom["userpic"]),
        (&json!("agent"), &Value::Null)
    );

    let agents = items(&client, PATH);
    assert_eq!(agents[0]["id"], server.agent_id());
    assert_eq!(agents[0]["role"], "owner");
    assert_eq!(agents[1..], [liz, tom]);
}

#[test]
fn an_email_belongs_to_one_agent() {
    let server = TestServer::start();
    let client = server.client();
    let liz = new_agent(&client, "liz@getwear.com", "Liz");
    let tom = new_agent(&client, "tom@getwear.com", "Tom");
    let before = server.world();
    let taken = "409 duplicate_parameter: another agent has this email";
    let second = json!({"email": "LIZ@getwear.com", "name": "Another"});
    assert_eq!(client.post(PATH, &second).refusal(), taken);
    let email = json!({"email": "Liz@getwear.com"});
    assert_eq!(client.put(&path_of(&tom), &email).refusal(), taken);
    assert_eq!(server.world(), before);
    // Only its case changes; and an agent who left frees it.
    client.put(&path_of(&liz), &email).json(200);
    client.delete(&path_of(&liz)).empty(204);
    let again = client.post(PATH, &second).json(201);
    assert_ne!(again["id"], json!(liz));
}

#[test]
fn a_dummy_becomes_the_person_with_its_email() {
    let server = TestServer::start();
    let client = server.client();
    let send = json!({
        "visitorId": VISITOR, "text": "Hi", "agentEmail": "liz@getwear.com", "agentName": "liz", "receivedFrom": "X",
    });
    let message = client.post("/v3/conversations/messages", &send).json(200);
    let liz = client
        .post(
            PATH,
            &json!({"email": "Liz@getwear.com", "name": "Liz Person"}),
        )
        .json(201);
    assert_eq!(liz["id"], message["agentId"]);
    assert_eq!(
        (&liz["isDummy"], &liz["name"]),
        (&json!(false), &json!("Liz Person"))
    );
    assert_eq!(items(&client, PATH).len(), 2);
}

#[test]
fn what_is_given_is_changed_and_the_rest_stays() {
    let server = TestServer::start();
    let client = server.client();
    let path = path_of(&new_agent(&client, "liz@getwear.com", "Liz"));
    let mut liz = client.get(&path).json(200);
    for (field, value) in [
        ("name", json!("Elizabeth")),
        ("userpic", json!("http://getwear.com/e.png")),
        ("role", json!("owner")),
        ("email", json!("e@getwear.com")),
        ("userpic", Value::Null),
    ] {
        liz[field] = value.clone();
        assert_eq!(
            client.put(&path, &json!({field: value})).json(200),
            liz,
            "{field}"
        );
        assert_eq!(client.get(&path).json(200), liz);
    }
    assert_eq!(client.put(&path, &json!({})).json(200), liz);
}

#[test]
fn what_is_missing_or_wrong_is_refused_by_name() {
    let server = TestServer::start();
    let client = server.client();
    let before = server.world();
    let agent = |changes: Value| {
        let mut body = json!({"email": "liz@getwear.com", "name": "Liz"});
        for (name, value) in changes.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        body
    };
    let userpic = "400 invalid_parameter: userpic must be an http or https address";
    for (body, refusal) in [
        (
            json!({"name": "Liz"}),
            "400 missing_parameter: email is missing",
        ),
        (
            json!({"email": "liz@getwear.com"}),
            "400 missing_parameter: name is missing",
        ),
        (
            agent(json!({"name": ""})),
            "400 missing_parameter: name is missing",
        ),
        (
            agent(json!({"name": "L\u{0}z"})),
            "400 bad_request: Input must be a valid JSON object: a text contains the character U+0000 at byte 44",
        ),
        (
            agent(json!({"email": "liz"})),
            "400 invalid_parameter: email is not a valid e-mail address",
        ),
        (
            agent(json!({"role": "god"})),
            "400 invalid_parameter: role must be owner, administrator or agent",
        ),
        (agent(json!({"userpic": "javascript:alert(1)"})), userpic),
        (agent(json!({"userpic": ""})), userpic),
        (
            agent(json!({"isDummy": true})),
            "400 invalid_parameter: unknown field isDummy, expected one of email, name, userpic, role",
        ),
    ] {
        assert_eq!(client.post(PATH, &body).refusal(), refusal, "{body}");
    }
    let path = path_of(server.agent_id());
    assert_eq!(
        client.put(&path, &json!({"status": "away"})).refusal(),
        "400 invalid_parameter: status must be online, offline or invisible"
    );
    let not_found = "404 document_not_found: Agent not found";
    assert_eq!(client.get(&path_of("unknown")).refusal(), not_found);
    assert_eq!(
        client
            .put(&path_of("unknown"), &json!({"name": "x"}))
            .refusal(),
        not_found
    );
    assert_eq!(client.delete(&path_of("unknown")).refusal(), not_found);
    assert_eq!(server.world(), before);
}

#[test]
fn the_last_owner_stays() {
    let server = TestServer::start();
    let client = server.client();
    let path = path_of(server.agent_id());
    let refusal = "400 invalid_parameter: an organization must keep an owner";
    assert_eq!(client.delete(&path).refusal(), refusal);
    assert_eq!(
        client.put(&path, &json!({"role": "agent"})).refusal(),
        refusal
    );
    let liz = new_agent(&client, "liz@getwear.com", "Liz");
    client
        .put(&path_of(&liz), &json!({"role": "owner"}))
        .json(200);
    client.put(&path, &json!({"role": "agent"})).json(200);
    client.delete(&path).empty(204);
    assert_eq!(client.delete(&path_of(&liz)).refusal(), refusal);
}

#[test]
fn who_left_keeps_the_name_on_what_they_wrote_and_nothing_else() {
    let server = TestServer::start();
    let client = server.client();
    let liz = new_agent(&client, "liz@getwear.com", "Liz");
    let group = new_group(&client, "Sales", &[&liz, server.agent_id()]);
    let message = agent_says(&client, &liz, VISITOR, "Hello");
    let conversation = text_of(&crate::arrange::only_conversation(&client)["id"]).to_owned();
    let assign = format!("/api/v1/conversations/{conversation}/assign");
    client.post(&assign, &json!({"agentId": liz})).json(200);

    client.delete(&path_of(&liz)).empty(204);
    assert_eq!(client.get(&path_of(&liz)).status, 404);
    assert_eq!(items(&client, PATH).len(), 1);
    let read = client.get(&format!("/v3/conversations/messages/{}", id_of(&message)));
    assert_eq!(read.json(200), message);
    let group = client.get(&format!("/api/v1/groups/{group}")).json(200);
    assert_eq!(group["agentIds"], json!([server.agent_id()]));
    assert_eq!(
        crate::arrange::only_conversation(&client)["assigneeId"],
        Value::Null
    );
    let send = json!({"visitorId": VISITOR, "text": "Hi", "agentId": liz});
    assert_eq!(
        client.post("/v3/conversations/messages", &send).refusal(),
        "400 invalid_parameter: Agent not found"
    );
}
