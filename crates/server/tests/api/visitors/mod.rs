//! Visitors as their panels meet the server: sessions, tokens, proofs of identity (trust 1.7, delivery "Visitors, tabs,
//! tokens").

mod sessions;

mod known;
mod proofs;
mod signatures;

mod auto_messages;
mod bans;
mod groups;
mod limits;
mod ratings;
mod sites;
mod transcripts;
mod widget;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use serde_json::{Value, json};
use testing::{
    client::{Answer, Client},
    server::{TestOrganization, TestServer},
};

use crate::arrange::text_of;

const SESSION: &str = "/live/session";
const WIDGET: &str = "/api/v1/widget";

pub(crate) const HOUR_MS: i64 = 3_600_000;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

/// A body with more in it.
pub(crate) fn and(body: &Value, more: &Value) -> Value {
    let mut body = body.clone();
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body
}

/// What the server answers to a panel on a page of an organization.
pub(crate) fn ask_at(
    server: &TestServer,
    organization: &TestOrganization,
    shown: &Value,
) -> Answer {
    let body = and(&json!({"widgetId": organization.widget_id}), shown);
    server.stranger().post(SESSION, &body)
}

/// What the server answers to a panel.
pub(crate) fn ask(server: &TestServer, shown: &Value) -> Answer {
    ask_at(server, server.organization(), shown)
}

/// A session that is opened.
pub(crate) fn open(server: &TestServer, shown: &Value) -> Value {
    ask(server, shown).json(200)
}

/// The session of a token, as it goes on.
pub(crate) fn go_on(server: &TestServer, token: &Value) -> Value {
    open(server, &json!({"visitorToken": token}))
}

/// Somebody who shows a visitor's token.
pub(crate) fn holder(server: &TestServer, session: &Value) -> Client {
    server
        .stranger()
        .with_token(text_of(&session["visitorToken"]))
}

/// Changes the widget.
pub(crate) fn set_widget(server: &TestServer, change: &Value) -> Value {
    server.client().put(WIDGET, change).json(200)
}

/// Makes the secret that the site shares, and asks visitors for a proof.
pub(crate) fn require_proof(server: &TestServer, mode: &str) -> String {
    let path = format!("{WIDGET}/identity-secret");
    let made = server.client().post(&path, &json!({})).json(200);
    set_widget(server, &json!({"identityMode": mode}));
    text_of(&made["secret"]).to_owned()
}

/// What a site claims of a visitor for an hour.
pub(crate) fn claims(server: &TestServer, visitor_id: &str) -> Value {
    let now = server.now() / 1_000;
    json!({"sub": visitor_id, "aud": server.organization().widget_id, "iat": now, "exp": now + 3_600})
}

/// A token that the site signs with the secret it shares.
pub(crate) fn sign(secret: &str, claims: &Value) -> String {
    sign_with(
        secret.as_bytes(),
        &json!({"alg": "HS256", "typ": "JWT"}),
        claims,
    )
}

/// The same with a head of its own.
pub(crate) fn sign_with(secret: &[u8], head: &Value, claims: &Value) -> String {
    let signed = unsigned(head, claims);
    let signature = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, secret),
        signed.as_bytes(),
    );
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

/// What of a token is signed.
pub(crate) fn unsigned(head: &Value, claims: &Value) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}", encode(head), encode(claims))
}

/// What agents and programs see of a visitor.
pub(crate) fn seen(server: &TestServer, visitor_id: &str) -> Value {
    let path = format!("/api/v1/visitors/{visitor_id}");
    server.client().get(&path).json(200)
}
