//! Who a visitor is, as their site proves it: a JSON Web Token (RFC 7519) that its back end signed for this widget.
//!
//! Two algorithms, of which the organization chose one, and `ring` checks the signatures. Nothing in a token chooses a
//! key or an algorithm, and no claim has a type to be guessed: that is what libraries for all kinds of tokens get wrong.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{
    id::{VISITOR_ID_LENGTH_MAX, VisitorId},
    organization::Organization,
    time::{DAY_MS, MINUTE_MS, Millis, SECOND_MS},
    widget::{Choice, IdentityAlgorithm, PublicKey, WidgetSettings},
};
use ring::{
    hmac,
    signature::{ED25519, UnparsedPublicKey},
};
use serde::Deserialize;

use store::Tx;

use crate::{Error, Result, sealing::Sealer, widget};

/// Longest token that is looked at, in bytes: claims are few and short.
const TOKEN_BYTES_MAX: usize = 4 * 1_024;

/// Longest time that a token may be good for: whoever finds one has it for no longer.
const LIFETIME_MS_MAX: Millis = DAY_MS;

/// How far the site's clock and ours may be apart.
const LEEWAY_MS: Millis = MINUTE_MS;

/// What checks a signature.
pub(super) enum IdentityKey {
    /// The secret that the organization and its site share.
    Secret(String),
    /// The site's public key.
    Public(PublicKey),
}

/// What a token says about itself. Whatever would name a key to fetch, or bring one along, is refused.
#[derive(Deserialize)]
struct Head {
    alg: String,
    #[serde(default)]
    kid: Option<serde_json::Value>,
    #[serde(default)]
    jku: Option<serde_json::Value>,
    #[serde(default)]
    jwk: Option<serde_json::Value>,
    #[serde(default)]
    x5u: Option<serde_json::Value>,
    #[serde(default)]
    x5c: Option<serde_json::Value>,
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

/// What a token claims. A claim of another type makes the token malformed.
#[derive(Deserialize)]
struct Claims {
    sub: Option<String>,
    aud: Option<Audience>,
    iat: Option<f64>,
    exp: Option<f64>,
    nbf: Option<f64>,
}

/// For whom a token is: one text or several (RFC 7519 section 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// What checks the signatures of an organization's site; without it no token proves anything.
pub(super) fn key(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    organization: &Organization,
    settings: &WidgetSettings,
) -> Result<IdentityKey> {
    let key = match settings.identity_algorithm {
        IdentityAlgorithm::Hs256 => widget::open_secret(tx, sealer, organization)?
            .filter(|secret| !secret.is_empty())
            .map(IdentityKey::Secret),
        IdentityAlgorithm::EdDsa => settings
            .identity_public_key
            .clone()
            .map(IdentityKey::Public),
    };
    key.ok_or_else(|| refused("not set up", "this widget has no key to check it with"))
}

/// The visitor whom a token of the site proves. A refusal says what kind of thing is wrong.
pub(super) fn verify(
    organization: &Organization,
    settings: &WidgetSettings,
    key: &IdentityKey,
    token: &str,
    now: Millis,
) -> Result<VisitorId> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(malformed(&format!(
            "it is longer than {TOKEN_BYTES_MAX} bytes"
        )));
    }
    let mut parts = token.split('.');
    let (Some(head), Some(claims), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(malformed("it has not three parts with dots between"));
    };
    require_algorithm(&read(head)?, settings.identity_algorithm)?;
    let signature = URL_SAFE_NO_PAD.decode(signature);
    let signature = signature.map_err(|_| malformed("a part is not in base64url"))?;
    let signed = &token[..head.len() + 1 + claims.len()];
    if !is_signed(key, signed.as_bytes(), &signature) {
        return Err(refused(
            "signature",
            "it was not made with this widget's key",
        ));
    }
    let claims: Claims = read(claims)?;
    require_time(&claims, now)?;
    require_audience(&claims, &organization.widget_id)?;
    let sub = claims.sub.ok_or_else(|| missing("sub"))?;
    VisitorId::parse(&sub).ok_or_else(|| {
        let rule = format!("sub must be 1 to {VISITOR_ID_LENGTH_MAX} printable ASCII characters without spaces and slashes");
        refused("subject", &rule)
    })
}

fn read<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T> {
    let bytes = URL_SAFE_NO_PAD.decode(part);
    let bytes = bytes.map_err(|_| malformed("a part is not in base64url"))?;
    serde_json::from_slice(&bytes)
        .map_err(|_| malformed("a part is not the JSON of a token, or a claim has the wrong type"))
}

fn require_algorithm(head: &Head, algorithm: IdentityAlgorithm) -> Result<()> {
    // RFC 9864 gave EdDSA with this curve a name of its own.
    let is_right = head.alg == algorithm.as_str()
        || (algorithm == IdentityAlgorithm::EdDsa && head.alg == "Ed25519");
    if !is_right {
        let rule = format!("alg must be {}, as set for this widget", algorithm.as_str());
        return Err(refused("algorithm", &rule));
    }
    let named = [
        ("jku", &head.jku),
        ("jwk", &head.jwk),
        ("x5u", &head.x5u),
        ("x5c", &head.x5c),
        ("crit", &head.crit),
    ];
    if let Some((name, _)) = named.iter().find(|(_, value)| value.is_some()) {
        return Err(refused(
            "header",
            &format!("{name} is not accepted: keys are not fetched"),
        ));
    }
    // There is one key, so that its name is of no use; but libraries write one.
    let is_plain = |kid: &serde_json::Value| {
        kid.as_str()
            .is_some_and(|kid| !kid.contains(['/', '\\', '\0']))
    };
    if head.kid.as_ref().is_some_and(|kid| !is_plain(kid)) {
        return Err(refused("header", "kid must be a text without slashes"));
    }
    Ok(())
}

fn is_signed(key: &IdentityKey, signed: &[u8], signature: &[u8]) -> bool {
    match key {
        IdentityKey::Secret(secret) => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            hmac::verify(&key, signed, signature).is_ok()
        }
        IdentityKey::Public(key) => UnparsedPublicKey::new(&ED25519, key.as_bytes())
            .verify(signed, signature)
            .is_ok(),
    }
}

fn require_time(claims: &Claims, now: Millis) -> Result<()> {
    // A date too large for whole milliseconds becomes the largest, which is refused below.
    let at = |seconds: f64| (seconds * SECOND_MS as f64) as Millis;
    let issued_at = at(claims.iat.ok_or_else(|| missing("iat"))?);
    let ends_at = at(claims.exp.ok_or_else(|| missing("exp"))?);
    if issued_at > now.saturating_add(LEEWAY_MS) {
        return Err(refused("not yet valid", "iat is in the future"));
    }
    if claims
        .nbf
        .is_some_and(|begin| at(begin) > now.saturating_add(LEEWAY_MS))
    {
        return Err(refused("not yet valid", "nbf is in the future"));
    }
    if ends_at <= now.saturating_sub(LEEWAY_MS) {
        return Err(refused("expired", "exp is past"));
    }
    if ends_at.saturating_sub(issued_at) > LIFETIME_MS_MAX {
        return Err(refused("lifetime", "exp is more than 24 hours after iat"));
    }
    Ok(())
}

fn require_audience(claims: &Claims, widget_id: &str) -> Result<()> {
    let is_meant = match claims.aud.as_ref().ok_or_else(|| missing("aud"))? {
        Audience::One(one) => one == widget_id,
        Audience::Several(several) => several.iter().any(|one| one == widget_id),
    };
    if is_meant {
        Ok(())
    } else {
        Err(refused("audience", "aud is not the id of this widget"))
    }
}

/// A refusal with what kind it is; what the token held is not repeated.
pub(super) fn refused(class: &str, rule: &str) -> Error {
    Error::Identity(format!("identityToken: {class}: {rule}"))
}

fn malformed(rule: &str) -> Error {
    refused("malformed", rule)
}

fn missing(claim: &str) -> Error {
    refused("claim missing", &format!("{claim} must be given"))
}

#[cfg(test)]
#[path = "identify/tests.rs"]
mod tests;
