//! The public forms of webhook endpoints and deliveries. What is secret shows its end; only the answer that made a
//! signing secret has all of it.

use app::webhooks::{CreatedEndpoint, Logged};
use model::{
    delivery::Attempt,
    webhook::{Authentication, Credentials, WebhookEndpoint},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{EventName, StatusName};

/// Characters of a secret that are shown.
const HINT_LENGTH: usize = 4;

/// Shortest secret of which anything is shown: of a shorter one four characters would be too much.
const HINTED_LENGTH_MIN: usize = 16;

/// A webhook endpoint.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Webhook)]
pub(crate) struct WebhookJson {
    /// Public id.
    #[schema(example = "4rTqPzBnKc7WdXvY2")]
    id: String,
    /// Where deliveries go.
    #[schema(example = "https://hooks.getwear.example/parlour")]
    url: String,
    /// What people call it.
    #[schema(example = "Shop system")]
    description: String,
    /// What it is told.
    #[schema(value_type = Vec<EventName>, example = json!(["conversationStarted", "conversationFragment", "conversationTranscript"]))]
    events: Vec<&'static str>,
    /// What is sent as `Authorization`; its secret shows its end.
    auth: Option<AuthJson>,
    /// What is sent in headers besides; values show their end.
    #[schema(example = json!([{"key": "x-shop", "value": "••••"}]))]
    headers: Vec<HeaderJson>,
    /// What signs deliveries, by Standard Webhooks: all of it in the answer that made it, elsewhere its end.
    #[schema(example = "••••i5Q=")]
    secret: String,
    /// Whether it is on.
    #[schema(example = true)]
    is_enabled: bool,
    /// Why the server disabled it: `gone` after an answer of 410, `failing` after five days of failures only.
    #[schema(example = json!(null))]
    disabled_reason: Option<&'static str>,
    /// When the server disabled it, in Unix milliseconds.
    #[schema(example = json!(null))]
    disabled_at: Option<i64>,
    /// Since when every attempt failed, in Unix milliseconds; null while it works.
    #[schema(example = json!(null))]
    failing_since: Option<i64>,
    /// Until when the secret before the last rotation signs too, in Unix milliseconds.
    #[schema(example = json!(null))]
    previous_secret_until: Option<i64>,
    /// When it was made, in Unix milliseconds.
    #[schema(example = 1_767_614_400_000_i64)]
    created_at: i64,
}

impl WebhookJson {
    /// With a secret that is shown whole.
    pub(crate) fn created(created: CreatedEndpoint, credentials: Credentials) -> Self {
        Self {
            secret: created.secret,
            ..Self::new(created.endpoint, credentials, "")
        }
    }

    pub(crate) fn new(endpoint: WebhookEndpoint, credentials: Credentials, secret: &str) -> Self {
        let headers = credentials.headers.into_iter();
        Self {
            id: endpoint.id.to_string(),
            url: endpoint.url,
            description: endpoint.description,
            events: endpoint.events.kinds().map(|kind| kind.as_str()).collect(),
            auth: credentials.authentication.map(masked),
            headers: headers
                .map(|(key, value)| HeaderJson {
                    key,
                    value: hint(&value),
                })
                .collect(),
            secret: hint(secret),
            is_enabled: endpoint.is_enabled,
            disabled_reason: endpoint.disabled.map(|(_, reason)| reason.as_str()),
            disabled_at: endpoint.disabled.map(|(at, _)| at),
            failing_since: endpoint.failing_since,
            previous_secret_until: endpoint.previous_secret.map(|(_, until)| until),
            created_at: endpoint.created_at,
        }
    }
}

/// A new endpoint in the API document, where its secret is whole.
pub(crate) fn created_webhook_example() -> Value {
    json!({
        "id": "4rTqPzBnKc7WdXvY2",
        "url": "https://hooks.getwear.example/parlour",
        "description": "Shop system",
        "events": ["conversationStarted", "conversationFragment", "conversationTranscript"],
        "auth": {"type": "basic", "username": "parlour", "password": "••••aple"},
        "headers": [{"key": "x-shop", "value": "••••"}],
        "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD3ZFgtK5Ei5Q=",
        "isEnabled": true,
        "disabledReason": null,
        "disabledAt": null,
        "failingSince": null,
        "previousSecretUntil": null,
        "createdAt": 1_767_614_400_000_i64,
    })
}

fn masked(authentication: Authentication) -> AuthJson {
    match authentication {
        Authentication::Basic { username, password } => AuthJson::Basic {
            username,
            password: hint(&password),
        },
        Authentication::Bearer { token } => AuthJson::Bearer {
            token: hint(&token),
        },
    }
}

/// The end of a secret, to tell it from others.
fn hint(secret: &str) -> String {
    let end = match secret.len() {
        ..HINTED_LENGTH_MIN => "",
        length => &secret[length - HINT_LENGTH..],
    };
    format!("••••{end}")
}

/// What is sent as `Authorization`.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(
    tag = "type",
    rename_all = "lowercase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[schema(as = WebhookAuth)]
pub(crate) enum AuthJson {
    /// A name and a password (RFC 7617).
    Basic {
        /// The name; without a colon.
        #[schema(example = "parlour")]
        username: String,
        /// The password.
        #[schema(example = "correct horse battery staple")]
        password: String,
    },
    /// A token (RFC 6750).
    Bearer {
        /// The token.
        #[schema(example = "9f86d081884c7d659a2feaa0c55ad015")]
        token: String,
    },
}

impl From<AuthJson> for Authentication {
    fn from(auth: AuthJson) -> Self {
        match auth {
            AuthJson::Basic { username, password } => Authentication::Basic { username, password },
            AuthJson::Bearer { token } => Authentication::Bearer { token },
        }
    }
}

/// A header.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookHeader)]
pub(crate) struct HeaderJson {
    /// Its name.
    #[schema(example = "x-shop")]
    pub(crate) key: String,
    /// Its value.
    #[schema(example = "getwear.example")]
    pub(crate) value: String,
}

/// One event on its way to one endpoint.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Delivery)]
pub(crate) struct DeliveryJson {
    /// Public id, and the `webhook-id` of every attempt.
    #[schema(example = "7sYbGkL4pQwN9aRxM")]
    id: String,
    /// What happened.
    #[schema(value_type = EventName, example = "conversationStarted")]
    event: &'static str,
    /// What became of it.
    #[schema(value_type = StatusName, example = "pending")]
    status: &'static str,
    /// Every attempt, oldest first.
    attempts: Vec<AttemptJson>,
    /// When it is tried next, in Unix milliseconds; null when done, or while it waits behind another of its conversation.
    #[schema(example = 1_767_614_705_000_i64)]
    next_attempt_at: Option<i64>,
    /// When the event happened, in Unix milliseconds.
    #[schema(example = 1_767_614_400_000_i64)]
    created_at: i64,
}

/// One attempt.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Attempt)]
pub(crate) struct AttemptJson {
    /// When it began, in Unix milliseconds.
    #[schema(example = 1_767_614_405_000_i64)]
    at: i64,
    /// What the receiver answered, where it did.
    #[schema(example = 503)]
    http_status: Option<u16>,
    /// Why it counts as failed.
    #[schema(example = "the receiver answered 503: try again later")]
    error: Option<String>,
    /// How long it took, in milliseconds.
    #[schema(example = 87)]
    duration_ms: i64,
}

impl From<Logged> for DeliveryJson {
    fn from(logged: Logged) -> Self {
        let delivery = logged.delivery;
        Self {
            id: delivery.id.to_string(),
            event: delivery.kind.as_str(),
            status: delivery.status.as_str(),
            attempts: logged.attempts.into_iter().map(AttemptJson::from).collect(),
            next_attempt_at: delivery.due_at,
            created_at: delivery.created_at,
        }
    }
}

impl From<Attempt> for AttemptJson {
    fn from(attempt: Attempt) -> Self {
        Self {
            at: attempt.at,
            http_status: attempt.http_status,
            error: attempt.error,
            duration_ms: attempt.duration_ms,
        }
    }
}

/// How many deliveries are sent again.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Replayed)]
pub(crate) struct ReplayedJson {
    /// How many; 10,000 at once at most, oldest first.
    #[schema(example = 12)]
    pub(crate) count: u64,
}
