//! `POST /realms/partner/oauth/token`: a client's id and secret for a token (contract A.1.1; RFC 6749 section 4.4).

use serde_json::{Value, json};
use testing::{
    client::{Answer, Client},
    server::TestServer,
};

use crate::arrange::{VISITOR, id_of, text_of, wait_for_end_of_key};

const PATH: &str = "/realms/partner/oauth/token";

/// A client's id and secret.
struct Partner {
    key: Value,
}

impl Partner {
    fn new(client: &Client, scopes: &[&str]) -> Self {
        let body = json!({"name": "Partner", "kind": "oauth", "scopes": scopes});
        let key = client.post("/api/v1/keys", &body).json(201);
        Self { key }
    }

    fn form(&self) -> String {
        let (id, secret) = (&self.key["clientId"], &self.key["clientSecret"]);
        format!(
            "client_id={}&client_secret={}&grant_type=client_credentials",
            text_of(id),
            text_of(secret)
        )
    }
}

fn ask(stranger: &Client, form: &str) -> Answer {
    stranger
        .with_header("content-type", "application/x-www-form-urlencoded")
        .send("POST", PATH, form)
}

/// A refusal, as one line with the words of both worlds.
fn refusal(answer: &Answer) -> String {
    let body = answer.json(answer.status);
    assert_eq!(body["error_description"], body["message"]);
    assert_eq!(body.as_object().map(serde_json::Map::len), Some(4));
    let text = |name: &str| text_of(&body[name]).to_owned();
    format!(
        "{} {} {}: {}",
        answer.status,
        text("error"),
        text("code"),
        text("message")
    )
}

#[test]
fn a_token_does_what_its_client_may_for_an_hour() {
    let server = TestServer::start();
    let stranger = server.stranger();
    let partner = Partner::new(&server.client(), &["access", "configure"]);
    let issued = ask(&stranger, &partner.form()).json(200);
    let token = text_of(&issued["access_token"]);
    assert_eq!(
        issued,
        json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": "access configure"})
    );
    let bearer = stranger.with_token(token);
    let me = bearer.get("/api/v1/me").json(200);
    assert_eq!(
        (&me["organizationId"], &me["scopes"]),
        (
            &json!(server.organization().id),
            &json!(["access", "configure"])
        )
    );
    let send = json!({"visitorId": VISITOR, "text": "Hi", "agentId": server.agent_id()});
    bearer.post("/v3/conversations/messages", &send).json(200);
    let group = json!({"visitorId": VISITOR, "groupId": null});
    assert_eq!(
        bearer
            .put("/v3/conversations/visitorGroup", &group)
            .refusal(),
        "403 permission_denied: the key lacks the scope assign"
    );

    server.advance(3_599_000);
    bearer.get("/api/v1/me").json(200);
    server.advance(1_000);
    assert_eq!(
        bearer.get("/api/v1/me").refusal(),
        "401 unauthorized: Key not found"
    );
    // The client gets another one.
    let again = ask(&stranger, &partner.form()).json(200);
    assert_ne!(again["access_token"], issued["access_token"]);
    stranger
        .with_token(text_of(&again["access_token"]))
        .get("/v3/account")
        .json(200);
}

#[test]
fn a_token_may_do_less_than_its_client_and_never_more() {
    let server = TestServer::start();
    let stranger = server.stranger();
    let partner = Partner::new(&server.client(), &["access", "assign"]);
    let issued = ask(&stranger, &format!("{}&scope=assign", partner.form())).json(200);
    assert_eq!(issued["scope"], "assign");
    let bearer = stranger.with_token(text_of(&issued["access_token"]));
    assert_eq!(
        bearer.get("/api/v1/me").json(200)["scopes"],
        json!(["assign"])
    );
    // Several, as the Python SDK writes them.
    let both = ask(
        &stranger,
        &format!("{}&scope=assign+access", partner.form()),
    )
    .json(200);
    assert_eq!(both["scope"], "access assign");
    for scope in ["configure", "access%20configure", "everything"] {
        let answer = ask(&stranger, &format!("{}&scope={scope}", partner.form()));
        assert_eq!(
            refusal(&answer),
            "400 invalid_scope invalid_parameter: scope names what this client may not do"
        );
    }
}

#[test]
fn a_key_and_a_token_may_come_together() {
    let server = TestServer::start();
    let (client, stranger) = (server.client(), server.stranger());
    let partner = Partner::new(&client, &["access"]);
    let issued = ask(&stranger, &partner.form()).json(200);
    let both = client.with_token(text_of(&issued["access_token"]));
    assert_eq!(
        both.get("/api/v1/me").json(200)["scopes"],
        json!(["access", "assign", "configure"])
    );
    // The name of the scheme is in any case.
    let token = format!("bEaReR  {}", text_of(&issued["access_token"]));
    stranger
        .with_header("authorization", &token)
        .get("/api/v1/me")
        .json(200);
}

#[test]
fn what_is_missing_or_wrong_is_refused_in_the_words_of_oauth() {
    let server = TestServer::start();
    let (client, stranger) = (server.client(), server.stranger());
    let partner = Partner::new(&client, &["access"]);
    let good = partner.form();
    let api_key = server.organization().api_key.trim_start_matches("xkeysib-");
    let wrong = "401 invalid_client unauthorized: the client id or the client secret is wrong";
    let grant =
        "400 unsupported_grant_type invalid_parameter: grant_type must be client_credentials";
    let missing = "400 invalid_request missing_parameter: client_id and client_secret are required";
    for (form, expected) in [
        (good.replace("client_secret=", "client_secret=0"), wrong),
        (good.replace("client_id=", "client_id=x"), wrong),
        (
            format!("client_id=x&client_secret={api_key}&grant_type=client_credentials"),
            wrong,
        ),
        (
            "client_id=&client_secret=&grant_type=client_credentials".to_owned(),
            wrong,
        ),
        (good.replace("client_credentials", "password"), grant),
        (good.replace("&grant_type=client_credentials", ""), grant),
        (String::new(), grant),
        (
            "grant_type=client_credentials&client_id=x".to_owned(),
            missing,
        ),
        (
            "grant_type=client_credentials&client_secret=x".to_owned(),
            missing,
        ),
        (
            good.replace("client_id=", "client_id=%00"),
            "400 invalid_request invalid_parameter: client_id contains the character U+0000",
        ),
        (
            format!("{good}&client_id=another"),
            "400 invalid_request bad_request: the body must be a form",
        ),
    ] {
        assert_eq!(refusal(&ask(&stranger, &form)), expected, "{form}");
    }
    let as_json = stranger.post(PATH, &json!({"grant_type": "client_credentials"}));
    assert_eq!(
        refusal(&as_json),
        "400 invalid_request bad_request: the body must be a form"
    );
    assert_eq!(
        stranger.get(PATH).refusal(),
        "405 method_not_allowed: GET Method is not allowed on this path"
    );
}

#[test]
fn a_clients_secret_is_no_key_and_a_key_is_no_token() {
    let server = TestServer::start();
    let (client, stranger) = (server.client(), server.stranger());
    let partner = Partner::new(&client, &["access"]);
    let secret = text_of(&partner.key["clientSecret"]);
    let issued = ask(&stranger, &partner.form()).json(200);
    let token = text_of(&issued["access_token"]);
    let own = server.organization().api_key.clone();
    for wrong in [
        stranger.with_key(secret),
        stranger.with_key(&format!("xkeysib-{secret}")),
        stranger.with_key(&format!("xkeysib-{token}")),
        stranger.with_key(token),
        stranger.with_token(&own),
        stranger.with_token(secret),
        stranger.with_token(""),
        stranger.with_header("authorization", "Basic eDp5"),
        stranger.with_header("authorization", token),
    ] {
        assert_eq!(
            wrong.get("/api/v1/me").refusal(),
            "401 unauthorized: Key not found"
        );
    }
}

#[test]
fn tokens_end_with_their_client() {
    let server = TestServer::start();
    let (client, stranger) = (server.client(), server.stranger());
    let partner = Partner::new(&client, &["access"]);
    let issued = ask(&stranger, &partner.form()).json(200);
    let bearer = stranger.with_token(text_of(&issued["access_token"]));
    bearer.get("/api/v1/me").json(200);
    client
        .delete(&format!("/api/v1/keys/{}", id_of(&partner.key)))
        .empty(204);
    assert_eq!(ask(&stranger, &partner.form()).status, 401);
    let refused = wait_for_end_of_key(&bearer);
    assert_eq!(refused.refusal(), "401 unauthorized: Key not found");
}
