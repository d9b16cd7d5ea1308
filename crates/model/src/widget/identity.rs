//! What visitors have to prove, and by what.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::{Deserialize, Serialize};

use super::Choice;
use crate::{id::VISITOR_ID_LENGTH_MAX, time::DAY_MS};

/// Characters that an id given by a site needs at least, when nothing else is set (contract G-8).
pub const VISITOR_ID_LENGTH_MIN: usize = 16;

/// What the shortest id of a site may be set to.
pub const VISITOR_ID_LENGTHS: std::ops::RangeInclusive<usize> =
    VISITOR_ID_LENGTH_MIN..=VISITOR_ID_LENGTH_MAX;

/// How long the token of a visitor's panel is good for after its last use. Browsers keep nothing longer than that
/// either (RFC 6265bis section 5.5).
pub const VISITOR_TOKEN_MS: i64 = 400 * DAY_MS;

/// How long it is good for where every session must be proven: as long as a proof can be.
pub const PROVEN_TOKEN_MS: i64 = DAY_MS;

/// How it was found out whose a visitor's token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenStanding {
    /// It was not: the visitor is whoever holds the token.
    Anonymous,
    /// Somebody told the id that the site has given the visitor.
    Told,
    /// The site proved it.
    Proven,
}

/// What a visitor has to prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentityMode {
    /// Nothing: whoever knows an id that is long enough is that visitor, as with Brevo (contract C.4).
    Open,
    /// Who they are, by a token that the site signed; from then on the panel is believed.
    Signed,
    /// The same at each session.
    Enforced,
}

impl Choice for IdentityMode {
    const ALL: &'static [(Self, &'static str)] = &[
        (IdentityMode::Open, "open"),
        (IdentityMode::Signed, "signed"),
        (IdentityMode::Enforced, "enforced"),
    ];
}

/// How a site signs who its visitors are (RFC 7518 section 3.2, RFC 8037 section 3.1). A token does not choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IdentityAlgorithm {
    /// With the secret that the organization and its site share.
    #[serde(rename = "HS256")]
    Hs256,
    /// With a key of the site's own; only its public half is here.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Choice for IdentityAlgorithm {
    const ALL: &'static [(Self, &'static str)] = &[
        (IdentityAlgorithm::Hs256, "HS256"),
        (IdentityAlgorithm::EdDsa, "EdDSA"),
    ];
}

/// Bytes of an Ed25519 public key.
const PUBLIC_KEY_LENGTH: usize = 32;

/// What comes before the key where it is written as a `SubjectPublicKeyInfo` (RFC 8410 section 4).
const PUBLIC_KEY_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// A public key of Ed25519.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey([u8; PUBLIC_KEY_LENGTH]);

impl PublicKey {
    /// Reads a key as PEM (`-----BEGIN PUBLIC KEY-----`), as its 32 bytes in base64, or as the `x` of a JWK.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let bytes = match text.strip_prefix("-----BEGIN PUBLIC KEY-----") {
            Some(rest) => {
                let encoded = rest.strip_suffix("-----END PUBLIC KEY-----")?;
                let encoded: String = encoded.split_whitespace().collect();
                let bytes = STANDARD.decode(encoded).ok()?;
                bytes.strip_prefix(&PUBLIC_KEY_PREFIX)?.to_vec()
            }
            None => {
                let plain = STANDARD.decode(text);
                plain.or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok()?
            }
        };
        let key: [u8; PUBLIC_KEY_LENGTH] = bytes.try_into().ok()?;
        // A field that was never filled in, and a key with which anybody's signature would be right.
        (key != [0; PUBLIC_KEY_LENGTH]).then_some(Self(key))
    }

    /// The key itself.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Display for PublicKey {
    /// As the `x` of a JWK (RFC 8037 section 2).
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for PublicKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("no public key of Ed25519")
    }
}
