//! Deliveries as the Standard Webhooks library for Rust sees them: an opinion that is not ours.

use http::{HeaderMap, HeaderName, HeaderValue};
use standardwebhooks::{Webhook, WebhookError};
use testing::receiver::Received;

/// Whether a delivery is signed with a secret, whenever that was.
pub(crate) fn is_signed(received: &Received, secret: &str) -> bool {
    let webhook = Webhook::new(secret).expect("a secret");
    let timestamp = received.header("webhook-timestamp").parse();
    let signature = webhook.sign(
        received.webhook_id(),
        timestamp.expect("seconds"),
        received.body.as_bytes(),
    );
    let signature = signature.expect("a body in UTF-8");
    signatures(received).any(|given| given == signature)
}

/// How many signatures a delivery has.
pub(crate) fn signatures(received: &Received) -> impl Iterator<Item = &str> {
    received.header("webhook-signature").split(' ')
}

/// What a receiver does with a delivery as it comes in: checks signature and time by the machine's clock.
pub(crate) fn verify(received: &Received, secret: &str) -> Result<(), WebhookError> {
    let headers = received.headers.iter().map(|(name, value)| {
        let name = HeaderName::try_from(name.as_str());
        let value = HeaderValue::try_from(value.as_str());
        (name.expect("a name"), value.expect("a value"))
    });
    let headers: HeaderMap = headers.collect();
    Webhook::new(secret)?.verify(received.body.as_bytes(), &headers)
}
