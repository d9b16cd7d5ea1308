//! The signature of a delivery, by Standard Webhooks 1.0.0: `v1,` and the base64 of an HMAC-SHA256 over
//! `id.timestamp.body`; one for each key, with spaces between, so that a secret can be rotated.

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::hmac;

/// The value of `webhook-signature`. `timestamp_s` is the time of the attempt in Unix seconds.
pub(super) fn signature(keys: &[Vec<u8>], id: &str, timestamp_s: i64, body: &str) -> String {
    let signatures = keys.iter().map(|key| {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
        for part in [id, ".", &timestamp_s.to_string(), ".", body] {
            context.update(part.as_bytes());
        }
        format!("v1,{}", STANDARD.encode(context.sign()))
    });
    signatures.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"eventName":"conversationStarted","text":"Grüße"}"#;

    /// Whether the standard's own library signs in the same way. Its check of a whole delivery goes by the machine's clock,
    /// so here it signs and the signatures are compared.
    fn accepts(secret: &[u8], signature: &str, timestamp_s: i64) -> bool {
        let webhook = standardwebhooks::Webhook::from_bytes(secret.to_vec()).expect("a secret");
        let expected = webhook.sign("3BsF4K5WahgLaakrR", timestamp_s, BODY.as_bytes());
        let expected = expected.expect("the body is UTF-8");
        signature.split(' ').any(|signature| signature == expected)
    }

    #[test]
    fn the_standards_own_library_accepts_every_key_that_signed_and_no_other() {
        let keys = [vec![7; 32], vec![9; 32]];
        let signature = signature(&keys, "3BsF4K5WahgLaakrR", 1_767_614_400, BODY);
        for key in &keys {
            assert!(accepts(key, &signature, 1_767_614_400));
            assert!(!accepts(key, &signature, 1_767_614_401));
        }
        assert!(!accepts(&[8; 32], &signature, 1_767_614_400));
    }
}
