//! One attempt at a delivery: the request, and what its answer means.

use app::webhooks::{Answer, Opened};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use model::{
    delivery::{Attempt, LeasedDelivery},
    time::{Millis, SECOND_MS},
    webhook::{Authentication, DEPTH_HEADER, WebhookEndpoint},
};
use url::Url;

use super::{Sender, signature::signature};
use crate::outgoing::{Outcome, Request};

/// Characters of an error in the log.
const ERROR_LENGTH_MAX: usize = 320;

/// Who sends.
const AGENT: &str = concat!("Parlour/", env!("CARGO_PKG_VERSION"), " (webhooks)");

impl Sender {
    /// Tries a delivery once.
    pub(super) async fn attempt(
        &self,
        endpoint: &WebhookEndpoint,
        opened: &Result<Opened, String>,
        delivery: &LeasedDelivery,
    ) -> Answer {
        let at = self.app.clock().now();
        let request = opened
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|opened| request(endpoint, opened, delivery, at));
        let answer = match request {
            Ok(request) => {
                let outcome = self.outgoing.post(request, at).await;
                redacted(answer(at, &outcome), opened)
            }
            // The key, or what was sealed with it, is not as it was when the endpoint was saved.
            Err(error) => Answer {
                attempt: Attempt {
                    at,
                    http_status: None,
                    error: Some(error),
                    duration_ms: 0,
                },
                retry_after_ms: None,
            },
        };
        self.metrics.count(&answer.attempt);
        if let Some(error) = &answer.attempt.error {
            tracing::debug!(webhook = %endpoint.id, delivery = %delivery.id, tries = delivery.tries, error, "a webhook delivery failed");
        }
        answer
    }
}

fn request(
    endpoint: &WebhookEndpoint,
    opened: &Opened,
    delivery: &LeasedDelivery,
    at: Millis,
) -> Result<Request, String> {
    Ok(Request {
        // The door looks where the address leads, at every attempt.
        url: Url::parse(&endpoint.url).map_err(|error| error.to_string())?,
        headers: headers(opened, delivery, at)?,
        body: Bytes::from(delivery.body.clone()),
    })
}

/// The headers of an attempt.
fn headers(
    opened: &Opened,
    delivery: &LeasedDelivery,
    at: Millis,
) -> Result<Vec<(HeaderName, HeaderValue)>, String> {
    let timestamp_s = at / SECOND_MS;
    let id = delivery.id.as_str();
    let signature = signature(&opened.signing_keys, id, timestamp_s, &delivery.body);
    let mut headers = vec![
        (CONTENT_TYPE, value("application/json")?),
        (USER_AGENT, value(AGENT)?),
        (HeaderName::from_static("webhook-id"), value(id)?),
        (
            HeaderName::from_static("webhook-timestamp"),
            HeaderValue::from(timestamp_s),
        ),
        (
            HeaderName::from_static("webhook-signature"),
            value(&signature)?,
        ),
        (
            HeaderName::from_static(DEPTH_HEADER),
            HeaderValue::from_static("1"),
        ),
    ];
    if let (Some(conversation_id), Some(seq)) = (&delivery.conversation_id, delivery.seq) {
        headers.push((
            HeaderName::from_static("parlour-conversation-id"),
            value(conversation_id.as_str())?,
        ));
        headers.push((
            HeaderName::from_static("parlour-seq"),
            HeaderValue::from(seq),
        ));
    }
    if let Some(authentication) = &opened.credentials.authentication {
        let text = match authentication {
            Authentication::Basic { username, password } => {
                format!(
                    "Basic {}",
                    STANDARD.encode(format!("{username}:{password}"))
                )
            }
            Authentication::Bearer { token } => format!("Bearer {token}"),
        };
        headers.push((AUTHORIZATION, secret(&text)?));
    }
    for (name, text) in &opened.credentials.headers {
        let name = HeaderName::try_from(name.as_str());
        let name = name.map_err(|_| "a header's name cannot be sent".to_owned())?;
        headers.push((name, secret(text)?));
    }
    Ok(headers)
}

fn value(text: &str) -> Result<HeaderValue, String> {
    HeaderValue::try_from(text).map_err(|_| "a header's value cannot be sent".to_owned())
}

/// A value that no log shows.
fn secret(text: &str) -> Result<HeaderValue, String> {
    let mut value = value(text)?;
    value.set_sensitive(true);
    Ok(value)
}

/// An answer without the secrets that were sent: some receivers say back what they got.
fn redacted(mut answer: Answer, opened: &Result<Opened, String>) -> Answer {
    let (Some(error), Ok(opened)) = (&mut answer.attempt.error, opened) else {
        return answer;
    };
    let mut secrets: Vec<String> = opened
        .credentials
        .headers
        .iter()
        .map(|(_, value)| value.clone())
        .collect();
    match &opened.credentials.authentication {
        Some(Authentication::Basic { username, password }) => {
            secrets.push(STANDARD.encode(format!("{username}:{password}")));
            secrets.push(password.clone());
        }
        Some(Authentication::Bearer { token }) => secrets.push(token.clone()),
        None => {}
    }
    for secret in secrets {
        *error = error.replace(&secret, "••••");
    }
    answer
}

/// What the log keeps of an answer.
fn answer(at: Millis, outcome: &Outcome) -> Answer {
    let error = match (&outcome.error, outcome.http_status) {
        _ if outcome.is_success() => None,
        (Some(error), _) => Some(error.to_string()),
        (None, Some(status)) if outcome.excerpt.is_empty() => {
            Some(format!("the receiver answered {status}"))
        }
        (None, Some(status)) => Some(format!(
            "the receiver answered {status}: {}",
            outcome.excerpt
        )),
        (None, None) => Some("the receiver did not answer".to_owned()),
    };
    Answer {
        attempt: Attempt {
            at,
            http_status: outcome.http_status,
            error: error.map(|error| error.chars().take(ERROR_LENGTH_MAX).collect()),
            duration_ms: outcome.duration_ms as i64,
        },
        retry_after_ms: outcome.retry_after_s.map(|seconds| {
            i64::try_from(seconds)
                .unwrap_or(i64::MAX / SECOND_MS)
                .saturating_mul(SECOND_MS)
        }),
    }
}

#[cfg(test)]
mod tests {
    use model::webhook::Credentials;

    use super::*;

    #[test]
    fn what_a_receiver_says_back_of_secrets_is_not_kept() {
        let opened = Ok(Opened {
            signing_keys: Vec::new(),
            credentials: Credentials {
                authentication: Some(Authentication::Basic {
                    username: "shop".to_owned(),
                    password: "open sesame".to_owned(),
                }),
                headers: vec![("x-shop".to_owned(), "s3cret".to_owned())],
            },
        });
        let attempt = Attempt {
            at: 0,
            http_status: Some(500),
            error: Some(
                "Authorization: Basic c2hvcDpvcGVuIHNlc2FtZQ== open sesame x-shop: s3cret"
                    .to_owned(),
            ),
            duration_ms: 1,
        };
        let answer = Answer {
            attempt,
            retry_after_ms: None,
        };
        assert_eq!(
            redacted(answer, &opened).attempt.error.as_deref(),
            Some("Authorization: Basic •••• •••• x-shop: ••••")
        );
    }
}
