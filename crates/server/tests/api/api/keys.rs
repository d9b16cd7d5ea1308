//! `/api/v1/keys`: made, shown once, limited by scopes, revoked.

use serde_json::{Value, json};
use testing::{
    client::Client,
    server::{START, TestServer},
};

use crate::arrange::{
    VISITOR, agent_says, id_of, is_id, items, new_group, text_of, visitor_says,
    wait_for_end_of_key, with_scopes,
};

const PATH: &str = "/api/v1/keys";

fn create(client: &Client, body: &Value) -> Value {
    client.post(PATH, body).json(201)
}

#[test]
fn a_key_is_shown_once_and_works() {
    let server = TestServer::start();
    let client = server.client();
    let created = create(&client, &json!({"name": "Shop", "kind": "key"}));
    let api_key = text_of(&created["apiKey"]);
    assert_eq!(created, json!({"id": created["id"], "apiKey": api_key}));
    let secret = api_key
        .strip_prefix("xkeysib-")
        .expect("the prefix of keys");
    assert!(
        secret.len() == 64 && secret.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{secret}"
    );
    assert!(is_id(text_of(&created["id"])));

    let stranger = server.stranger();
    stranger.with_key(api_key).get("/api/v1/me").json(200);
    stranger
        .with_key(&format!("parlour-{secret}"))
        .get("/api/v1/me")
        .json(200);

    let keys = items(&client, PATH);
    assert_eq!(keys.len(), 2);
    assert_eq!(
        keys[1],
        json!({
            "id": created["id"], "name": "Shop", "kind": "key", "hint": format!("••••{}", &secret[60..]), "clientId": null,
            "scopes": ["access", "assign", "configure"], "createdAt": START, "revokedAt": null,
        })
    );
    assert!(!client.get(PATH).text().contains(secret));
}

#[test]
fn an_oauth_client_gets_an_id_and_a_secret() {
    let server = TestServer::start();
    let client = server.client();
    let body = json!({"name": "Partner", "kind": "oauth", "scopes": ["access"]});
    let created = create(&client, &body);
    let (client_id, secret) = (
        text_of(&created["clientId"]),
        text_of(&created["clientSecret"]),
    );
    assert_eq!(
        created,
        json!({"id": created["id"], "clientId": client_id, "clientSecret": secret})
    );
    let listed = &items(&client, PATH)[1];
    assert_eq!(
        *listed,
        json!({
            "id": created["id"], "name": "Partner", "kind": "oauth", "hint": format!("••••{}", &secret[60..]),
            "clientId": client_id, "scopes": ["access"], "createdAt": START, "revokedAt": null,
        })
    );
}

#[test]
fn what_is_missing_or_wrong_is_refused_by_name() {
    let server = TestServer::start();
    let client = server.client();
    let before = server.world();
    let scopes = "400 invalid_parameter: scopes must name one or more of access, assign, configure";
    for (body, refusal) in [
        (json!({}), "400 missing_parameter: name is missing"),
        (
            json!({"name": "x"}),
            "400 missing_parameter: kind is missing",
        ),
        (
            json!({"name": " ", "kind": "key"}),
            "400 missing_parameter: name is missing",
        ),
        (
            json!({"name": "x", "kind": "root"}),
            "400 invalid_parameter: kind must be key or oauth",
        ),
        (json!({"name": "x", "kind": "key", "scopes": []}), scopes),
        (
            json!({"name": "x", "kind": "key", "scopes": ["access", "everything"]}),
            scopes,
        ),
        (
            json!({"name": "x".repeat(201), "kind": "key"}),
            "400 invalid_parameter: name is longer than 200 characters",
        ),
    ] {
        assert_eq!(client.post(PATH, &body).refusal(), refusal, "{body}");
    }
    assert_eq!(server.world(), before);
}

/// Requests that need a scope, each with what it needs.
fn guarded(
    conversation: &str,
    agent: &str,
    group: &str,
) -> Vec<(&'static str, &'static str, String, Value)> {
    let inside = |rest: &str| format!("/api/v1/conversations/{conversation}{rest}");
    let send = json!({"visitorId": VISITOR, "text": "x", "agentId": agent});
    let text = json!({"text": "x"});
    vec![
        (
            "access",
            "POST",
            "/v3/conversations/agentOnlinePing".into(),
            json!({"agentId": agent}),
        ),
        (
            "access",
            "POST",
            "/v3/conversations/messages".into(),
            send.clone(),
        ),
        (
            "access",
            "GET",
            "/v3/conversations/messages/x".into(),
            json!(null),
        ),
        (
            "access",
            "PUT",
            "/v3/conversations/messages/x".into(),
            text.clone(),
        ),
        (
            "access",
            "DELETE",
            "/v3/conversations/messages/x".into(),
            json!(null),
        ),
        (
            "access",
            "POST",
            "/v3/conversations/pushedMessages".into(),
            send,
        ),
        (
            "access",
            "GET",
            "/v3/conversations/pushedMessages/x".into(),
            json!(null),
        ),
        (
            "access",
            "PUT",
            "/v3/conversations/pushedMessages/x".into(),
            text.clone(),
        ),
        (
            "access",
            "DELETE",
            "/v3/conversations/pushedMessages/x".into(),
            json!(null),
        ),
        (
            "assign",
            "PUT",
            "/v3/conversations/visitorGroup".into(),
            json!({"visitorId": VISITOR}),
        ),
        ("configure", "GET", PATH.into(), json!(null)),
        (
            "configure",
            "POST",
            PATH.into(),
            json!({"name": "x", "kind": "key", "scopes": ["access"]}),
        ),
        ("configure", "DELETE", format!("{PATH}/x"), json!(null)),
        ("access", "GET", "/api/v1/agents".into(), json!(null)),
        (
            "configure",
            "POST",
            "/api/v1/agents".into(),
            json!({"email": "a@b.c", "name": "A"}),
        ),
        (
            "access",
            "GET",
            format!("/api/v1/agents/{agent}"),
            json!(null),
        ),
        (
            "configure",
            "PUT",
            format!("/api/v1/agents/{agent}"),
            json!({"name": "A"}),
        ),
        (
            "configure",
            "DELETE",
            format!("/api/v1/agents/{agent}"),
            json!(null),
        ),
        ("access", "GET", "/api/v1/groups".into(), json!(null)),
        (
            "configure",
            "POST",
            "/api/v1/groups".into(),
            json!({"name": "A"}),
        ),
        (
            "access",
            "GET",
            format!("/api/v1/groups/{group}"),
            json!(null),
        ),
        (
            "configure",
            "PUT",
            format!("/api/v1/groups/{group}"),
            json!({"name": "A"}),
        ),
        (
            "configure",
            "DELETE",
            format!("/api/v1/groups/{group}"),
            json!(null),
        ),
        ("access", "GET", "/api/v1/visitors".into(), json!(null)),
        (
            "access",
            "GET",
            format!("/api/v1/visitors/{VISITOR}"),
            json!(null),
        ),
        (
            "access",
            "PUT",
            format!("/api/v1/visitors/{VISITOR}"),
            json!({"notes": "x"}),
        ),
        (
            "access",
            "POST",
            format!("/api/v1/visitors/{VISITOR}/messages"),
            text.clone(),
        ),
        ("access", "GET", "/api/v1/conversations".into(), json!(null)),
        ("access", "GET", inside(""), json!(null)),
        ("access", "POST", inside("/close"), json!(null)),
        ("access", "POST", inside("/reopen"), json!(null)),
        (
            "assign",
            "POST",
            inside("/assign"),
            json!({"agentId": null}),
        ),
        ("access", "GET", inside("/messages"), json!(null)),
        ("access", "POST", inside("/messages"), text.clone()),
        ("access", "POST", inside("/notes"), text),
    ]
}

fn send(client: &Client, method: &str, path: &str, body: &Value) -> testing::client::Answer {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    client.send(method, path, body)
}

#[test]
fn a_key_without_a_scope_is_refused_everything_that_needs_it() {
    let server = TestServer::start_unlimited();
    let (client, agent) = (server.client(), server.agent_id());
    let conversation = visitor_says(&client, VISITOR, "Hello?");
    let group = new_group(&client, "Sales", &[]);
    let scopes = ["access", "assign", "configure"];
    let without = scopes.map(|scope| {
        let others: Vec<&str> = scopes.into_iter().filter(|other| *other != scope).collect();
        (scope, with_scopes(&client, &server.stranger(), &others))
    });
    let before = server.world();
    for (scope, method, path, body) in
        guarded(text_of(&conversation["conversationId"]), agent, &group)
    {
        let (_, narrow) = without
            .iter()
            .find(|(lacking, _)| *lacking == scope)
            .expect("a scope");
        assert_eq!(
            send(narrow, method, &path, &body).refusal(),
            format!("403 permission_denied: the key lacks the scope {scope}"),
            "{method} {path}"
        );
    }
    assert_eq!(server.world(), before);
}

#[test]
fn a_key_with_one_scope_may_do_what_it_covers() {
    let server = TestServer::start_unlimited();
    let (client, stranger, agent) = (server.client(), server.stranger(), server.agent_id());
    let conversation = visitor_says(&client, VISITOR, "Hello?");
    let group = new_group(&client, "Sales", &[]);
    let id = text_of(&conversation["conversationId"]);
    let access = with_scopes(&client, &stranger, &["access"]);
    for (_, method, path, body) in guarded(id, agent, &group)
        .iter()
        .filter(|row| row.0 == "access")
    {
        let answer = send(&access, method, path, body);
        assert!(answer.status != 403, "{method} {path}: {}", answer.text());
    }
    // A key never makes one that may do more.
    let configure = with_scopes(&client, &stranger, &["configure"]);
    create(
        &configure,
        &json!({"name": "x", "kind": "key", "scopes": ["configure"]}),
    );
    for (body, lacking) in [
        (json!({"name": "x", "kind": "key"}), "access"),
        (
            json!({"name": "x", "kind": "oauth", "scopes": ["configure", "assign"]}),
            "assign",
        ),
    ] {
        assert_eq!(
            configure.post(PATH, &body).refusal(),
            format!("403 permission_denied: the key lacks the scope {lacking}")
        );
    }
}

#[test]
fn a_revoked_key_stops_working_and_stays_in_the_list() {
    let server = TestServer::start();
    let client = server.client();
    let created = create(&client, &json!({"name": "Shop", "kind": "key"}));
    let shop = server.stranger().with_key(text_of(&created["apiKey"]));
    shop.get("/api/v1/me").json(200);

    let path = format!("{PATH}/{}", id_of(&created));
    server.advance(1_000);
    client.delete(&path).empty(204);
    let refused = wait_for_end_of_key(&shop);
    assert_eq!(refused.refusal(), "401 unauthorized: Key not found");
    assert_eq!(items(&client, PATH)[1]["revokedAt"], START + 1_000);
    assert_eq!(
        client.delete(&path).refusal(),
        "404 document_not_found: Key not found"
    );
    assert_eq!(
        client.delete(&format!("{PATH}/unknown")).refusal(),
        "404 document_not_found: Key not found"
    );
}

#[test]
fn no_answer_shows_a_secret_again() {
    let server = TestServer::start();
    let client = server.client();
    let created = create(&client, &json!({"name": "Shop", "kind": "oauth"}));
    let secret = text_of(&created["clientSecret"]);
    let own = server.organization().api_key.trim_start_matches("xkeysib-");
    agent_says(&client, server.agent_id(), VISITOR, "Hello");
    for path in [
        "/api/v1/me",
        PATH,
        "/api/v1/agents",
        "/api/v1/visitors",
        "/api/v1/conversations",
        "/v3/account",
        "/metrics",
    ] {
        let answer = client.get(path);
        assert_eq!(answer.status, 200);
        assert!(
            !answer.text().contains(secret) && !answer.text().contains(own),
            "{path}"
        );
    }
}
