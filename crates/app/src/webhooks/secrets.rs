//! The secrets of an endpoint: what signs its deliveries and what is sent in their headers, sealed in the store.

use base64::{Engine, engine::general_purpose::STANDARD};
use model::{
    time::Millis,
    webhook::{Credentials, WebhookEndpoint},
};

use crate::{Error, Result, ids, sealing::Sealer};

/// What every signing secret begins with (Standard Webhooks, "Secret keys").
const PREFIX: &str = "whsec_";

/// The secrets of an endpoint in clear.
#[derive(Clone)]
pub struct Opened {
    /// The keys that sign now: the newest first, and the one before it for a while.
    pub signing_keys: Vec<Vec<u8>>,
    /// What is sent in headers.
    pub credentials: Credentials,
}

/// A new signing secret as its owner gets it.
pub(super) fn make() -> String {
    format!("{PREFIX}{}", STANDARD.encode(ids::bytes::<32>()))
}

/// What a sealed secret belongs to: it opens nowhere else.
fn context(endpoint: &WebhookEndpoint, part: &str) -> String {
    format!("webhook {} {part}", endpoint.id)
}

/// Seals a signing secret of an endpoint.
pub(super) fn seal_secret(sealer: &Sealer, endpoint: &WebhookEndpoint, secret: &str) -> String {
    sealer.seal(secret.as_bytes(), &context(endpoint, "secret"))
}

/// Seals what an endpoint's headers hold.
pub(super) fn seal_credentials(
    sealer: &Sealer,
    endpoint: &WebhookEndpoint,
    credentials: &Credentials,
) -> String {
    let text = serde_json::to_vec(credentials).expect("credentials are texts only");
    sealer.seal(&text, &context(endpoint, "headers"))
}

/// The signing secret of an endpoint in clear.
pub fn open_secret(sealer: &Sealer, endpoint: &WebhookEndpoint) -> Result<String> {
    open_sealed(sealer, endpoint, &endpoint.secret)
}

fn open_sealed(sealer: &Sealer, endpoint: &WebhookEndpoint, sealed: &str) -> Result<String> {
    let plain = sealer
        .open(sealed, &context(endpoint, "secret"))
        .map_err(unreadable)?;
    String::from_utf8(plain).map_err(unreadable)
}

/// What an endpoint's headers hold, in clear.
pub fn open_credentials(sealer: &Sealer, endpoint: &WebhookEndpoint) -> Result<Credentials> {
    let plain = sealer
        .open(&endpoint.credentials, &context(endpoint, "headers"))
        .map_err(unreadable)?;
    serde_json::from_slice(&plain).map_err(unreadable)
}

/// Everything that a delivery to an endpoint needs at a time.
pub fn open(sealer: &Sealer, endpoint: &WebhookEndpoint, now: Millis) -> Result<Opened> {
    let previous = endpoint
        .previous_secret
        .iter()
        .filter(|(_, until)| *until > now)
        .map(|(sealed, _)| sealed);
    let signing_keys = std::iter::once(&endpoint.secret)
        .chain(previous)
        .map(|sealed| key(&open_sealed(sealer, endpoint, sealed)?));
    Ok(Opened {
        signing_keys: signing_keys.collect::<Result<_>>()?,
        credentials: open_credentials(sealer, endpoint)?,
    })
}

/// The bytes that sign.
fn key(secret: &str) -> Result<Vec<u8>> {
    let encoded = secret.strip_prefix(PREFIX).unwrap_or(secret);
    STANDARD.decode(encoded).map_err(unreadable)
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::Store(store::Error::Content(format!(
        "a secret of a webhook cannot be opened: {error}"
    )))
}
