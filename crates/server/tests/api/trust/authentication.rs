//! Cases A1 to A4 and B4: who calls, and fields that nobody may set.

use serde_json::{Value, json};
use testing::{
    client::{Answer, Client},
    server::{START, TestServer},
};

use super::without_a_trace;
use crate::arrange::{
    VISITOR, agent_says, id_of, new_group, text_of, visitor_says, wait_for_end_of_key,
};

/// One route of each kind.
const ROUTES: [(&str, &str); 8] = [
    ("GET", "/v3/account"),
    ("POST", "/v3/conversations/messages"),
    ("GET", "/v3/conversations/messages/x"),
    ("PATCH", "/v3/conversations/messages"),
    ("GET", "/api/v1/me"),
    ("DELETE", "/api/v1/agents/x"),
    ("POST", "/api/v1/conversations/x/close"),
    ("GET", "/api/v1/conversations?limit=0"),
];

const NO_KEY: &str = "401 unauthorized: authentication not found in headers";
const WRONG_KEY: &str = "401 unauthorized: Key not found";

/// Sends a request whose head has a line that clients would not write.
fn get_with_line(client: &Client, path: &str, line: &[u8]) -> Answer {
    let mut connection = client.connect();
    let mut bytes = client
        .head("GET", path, &["connection: close"])
        .into_bytes();
    bytes.extend_from_slice(line);
    bytes.extend_from_slice(b"\r\n\r\n");
    connection.write(bytes);
    connection.read_last().expect("an answer")
}

#[test]
fn a1_no_key() {
    let server = TestServer::start();
    let stranger = server.stranger();
    let api_key = &server.organization().api_key;
    without_a_trace(&server, |_| {
        for (method, path) in ROUTES {
            for nobody in [
                stranger.clone(),
                stranger.with_key(""),
                stranger.with_header("authorization", ""),
                // Only one name of the header counts (contract A.1.1).
                stranger.with_header("x-api-key", api_key),
                stranger.with_header("cookie", &format!("api-key={api_key}")),
            ] {
                assert_eq!(
                    nobody.send(method, path, "").refusal(),
                    NO_KEY,
                    "{method} {path}"
                );
            }
        }
    });
}

#[test]
fn a2_wrong_keys() {
    let server = TestServer::start_unlimited();
    let stranger = server.stranger();
    let api_key = server.organization().api_key.clone();
    let secret = api_key.trim_start_matches("xkeysib-");
    without_a_trace(&server, |_| {
        let wrong = [
            "x".to_owned(),
            secret.to_owned(),
            format!("xkeysib-{}", "0".repeat(64)),
            api_key[..api_key.len() - 1].to_owned(),
            format!("{api_key}0"),
            format!("\"{api_key}\""),
            api_key.to_uppercase(),
            format!("xkeysib-{}", secret.to_uppercase()),
            format!("XKEYSIB-{secret}"),
            format!("xkeysib-xkeysib-{secret}"),
            format!("brevo-{secret}"),
            format!("xkeysib-{}", "a".repeat(10_240)),
            "xkeysib-' or '1'='1".to_owned(),
        ];
        for key in &wrong {
            for (method, path) in ROUTES {
                let answer = stranger.with_key(key).send(method, path, "");
                assert_eq!(answer.refusal(), WRONG_KEY, "{key:.80} {method} {path}");
            }
        }
        // Two keys leave open which one counts, even where both are right.
        for second in ["x", &api_key] {
            let both = stranger.with_key(&api_key).with_key(second);
            assert_eq!(both.get("/api/v1/me").refusal(), WRONG_KEY);
        }
        for line in [
            &b"api-key: xkeysib-\xff\xfe"[..],
            "api-key: xkeysib-é".as_bytes(),
        ] {
            assert_eq!(
                get_with_line(&stranger, "/api/v1/me", line).refusal(),
                WRONG_KEY
            );
        }
        let in_query = stranger.get(&format!("/api/v1/me?api-key={api_key}&api_key={api_key}"));
        assert_eq!(in_query.refusal(), NO_KEY);
    });
}

#[test]
fn a3_revoked_keys_and_ended_tokens() {
    let server = TestServer::start_unlimited();
    let (client, stranger) = (server.client(), server.stranger());
    let create = |kind: &str| {
        client
            .post("/api/v1/keys", &json!({"name": "x", "kind": kind}))
            .json(201)
    };
    let (key, oauth) = (create("key"), create("oauth"));
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        text_of(&oauth["clientId"]),
        text_of(&oauth["clientSecret"])
    );
    let token = stranger
        .with_header("content-type", "application/x-www-form-urlencoded")
        .send("POST", "/realms/partner/oauth/token", form)
        .json(200);
    let by_key = stranger.with_key(text_of(&key["apiKey"]));
    let by_token = stranger.with_token(text_of(&token["access_token"]));
    by_key.get("/api/v1/me").json(200);
    by_token.get("/api/v1/me").json(200);
    for key in [&key, &oauth] {
        client
            .delete(&format!("/api/v1/keys/{}", id_of(key)))
            .empty(204);
    }
    without_a_trace(&server, |_| {
        for revoked in [&by_key, &by_token] {
            wait_for_end_of_key(revoked);
            for (method, path) in ROUTES {
                assert_eq!(revoked.send(method, path, "").refusal(), WRONG_KEY);
            }
        }
    });
}

/// `tenants.rs` does this for every operation.
#[test]
fn a4_a_key_and_another_organizations_message() {
    let server = TestServer::start();
    let other = server.second_organization();
    let theirs = server.client_of(&other);
    let message = agent_says(&theirs, &other.agent_id, VISITOR, "Secret");
    without_a_trace(&server, |client| {
        for path in [
            format!("/v3/conversations/messages/{}", id_of(&message)),
            "/v3/conversations/messages/unknown".to_owned(),
        ] {
            let not_found = "404 document_not_found: Message not found";
            assert_eq!(client.get(&path).refusal(), not_found);
            assert_eq!(
                client.put(&path, &json!({"text": "x"})).refusal(),
                not_found
            );
            assert_eq!(client.delete(&path).refusal(), not_found);
        }
    });
}

/// Fields that bodies must not set.
fn fields() -> Vec<(&'static str, Value)> {
    vec![
        ("accountId", json!("x")),
        ("organization", json!(2)),
        ("organizationId", json!("x")),
        ("hash", json!("x")),
        ("authorId", json!("x")),
        ("createdAt", json!(1)),
        ("seq", json!(99)),
        ("id", json!("x")),
        ("isPushed", json!(true)),
        ("isDummy", json!(true)),
        ("isMissed", json!(true)),
        ("privileges", json!(["configure"])),
        ("__proto__", json!({"isPushed": true})),
        ("constructor", json!({"prototype": {}})),
        ("$set", json!({"role": "owner"})),
    ]
}

#[test]
fn b4_mass_assignment_is_ignored_where_brevo_ignores_it() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let mut body = json!({"visitorId": VISITOR, "text": "Hi", "agentId": agent_id});
    let plain = client.post("/v3/conversations/messages", &body).json(200);
    for (name, value) in fields()
        .into_iter()
        .chain([("type", json!("visitor")), ("agentName", json!("Boss"))])
    {
        // The name of an agent counts together with an e-mail only.
        body[name] = value;
    }
    let mut expected = plain.clone();
    for path in ["messages", "pushedMessages"] {
        let message = client
            .post(&format!("/v3/conversations/{path}"), &body)
            .json(200);
        expected["id"] = message["id"].clone();
        expected["isPushed"] = json!(path == "pushedMessages");
        assert_eq!(message, expected);
        let edited = client
            .put(
                &format!("/v3/conversations/{path}/{}", id_of(&message)),
                &body,
            )
            .json(200);
        assert_eq!(edited, expected);
    }
    assert_eq!(expected["createdAt"], START);
    client
        .post("/v3/conversations/agentOnlinePing", &body)
        .empty(201);
    body["groupId"] = Value::Null;
    let assigned = client
        .put("/v3/conversations/visitorGroup", &body)
        .json(200);
    assert_eq!(assigned, json!({"groupId": null, "visitorId": VISITOR}));
    let owner = client.get(&format!("/api/v1/agents/{agent_id}")).json(200);
    assert_eq!(
        (&owner["name"], &owner["isDummy"]),
        (&json!("Olivia Owner"), &json!(false))
    );
}

#[test]
fn b4_mass_assignment_is_refused_elsewhere() {
    let server = TestServer::start_unlimited();
    let (client, agent_id) = (server.client(), server.agent_id());
    let message = visitor_says(&client, VISITOR, "Hello?");
    let group = new_group(&client, "Sales", &[]);
    let conversation = format!(
        "/api/v1/conversations/{}",
        text_of(&message["conversationId"])
    );
    let routes = [
        (
            "POST",
            "/api/v1/keys".to_owned(),
            json!({"name": "x", "kind": "key"}),
        ),
        (
            "POST",
            "/api/v1/agents".to_owned(),
            json!({"name": "x", "email": "a@b.c"}),
        ),
        ("PUT", format!("/api/v1/agents/{agent_id}"), json!({})),
        ("POST", "/api/v1/groups".to_owned(), json!({"name": "x"})),
        ("PUT", format!("/api/v1/groups/{group}"), json!({})),
        ("PUT", format!("/api/v1/visitors/{VISITOR}"), json!({})),
        (
            "POST",
            format!("/api/v1/visitors/{VISITOR}/messages"),
            json!({"text": "x"}),
        ),
        (
            "POST",
            format!("{conversation}/messages"),
            json!({"text": "x"}),
        ),
        (
            "POST",
            format!("{conversation}/notes"),
            json!({"text": "x"}),
        ),
        (
            "POST",
            format!("{conversation}/assign"),
            json!({"agentId": null}),
        ),
    ];
    without_a_trace(&server, |client| {
        for (method, path, body) in &routes {
            for (name, value) in fields() {
                let mut body = body.clone();
                body[name] = value;
                let refusal = client.send(method, path, body.to_string()).refusal();
                let expected = format!("400 invalid_parameter: unknown field {name}, expected");
                assert!(refusal.starts_with(&expected), "{method} {path}: {refusal}");
            }
        }
    });
}
