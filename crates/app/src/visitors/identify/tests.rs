//! Tokens as sites make them, and as somebody makes them who is not the site (trust, case A14).

use model::{
    id::{OrganizationId, OrganizationNumber},
    time::{HOUR_MS, SECOND_MS},
    widget::IdentityMode,
};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use super::*;

const NOW: Millis = 1_767_614_400_500;

const SECRET: &str = "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e";

fn organization() -> Organization {
    Organization {
        number: OrganizationNumber(1),
        id: OrganizationId::new("one"),
        widget_id: "5f0c7e2ab1d94c3386a1e0d2".to_owned(),
        name: "One".to_owned(),
        created_at: 0,
    }
}

fn settings(algorithm: IdentityAlgorithm) -> WidgetSettings {
    WidgetSettings {
        identity_mode: IdentityMode::Signed,
        identity_algorithm: algorithm,
        ..WidgetSettings::default()
    }
}

fn seconds(at: Millis) -> i64 {
    at / SECOND_MS
}

/// What a site claims that does everything right.
fn claims() -> Value {
    json!({
        "sub": "anna", "aud": "5f0c7e2ab1d94c3386a1e0d2", "iat": seconds(NOW), "exp": seconds(NOW + HOUR_MS),
    })
}

/// These claims with some changed; null takes one away.
fn changed(changes: &Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let claims = claims.as_object().unwrap().clone();
    claims
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .collect()
}

fn signed_part(head: &Value, claims: &Value) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}", encode(head), encode(claims))
}

fn with_secret(secret: &[u8], head: &Value, claims: &Value) -> String {
    let signed = signed_part(head, claims);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let signature = hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

fn hs256(claims: &Value) -> String {
    with_secret(
        SECRET.as_bytes(),
        &json!({"alg": "HS256", "typ": "JWT"}),
        claims,
    )
}

fn check(token: &str) -> Result<VisitorId> {
    let key = IdentityKey::Secret(SECRET.to_owned());
    verify(
        &organization(),
        &settings(IdentityAlgorithm::Hs256),
        &key,
        token,
        NOW,
    )
}

/// The class of a refusal.
fn class(token: &str) -> String {
    let error = check(token).expect_err("refused");
    assert!(matches!(error, Error::Identity(_)), "{error:?}");
    let text = error.to_string();
    let rest = text.strip_prefix("identityToken: ").expect("the field");
    rest.split(": ").next().unwrap_or_default().to_owned()
}

#[test]
fn a_site_proves_who_its_visitor_is() {
    for changes in [
        json!({}),
        json!({"sub": "x".repeat(128)}),
        json!({"aud": ["another", "5f0c7e2ab1d94c3386a1e0d2"]}),
        json!({"iat": seconds(NOW + 59 * SECOND_MS)}),
        json!({"nbf": seconds(NOW + 59 * SECOND_MS)}),
        json!({"iat": seconds(NOW - HOUR_MS), "exp": seconds(NOW - 59 * SECOND_MS)}),
        json!({"iat": seconds(NOW), "exp": seconds(NOW + 24 * HOUR_MS)}),
        json!({"iat": 1_767_614_400.25, "name": "Anna", "email": "anna@shop.example"}),
    ] {
        let claims = changed(&changes);
        let found = check(&hs256(&claims));
        assert_eq!(found.unwrap().as_str(), claims["sub"], "{changes}");
    }
    for kid in ["2026-01", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"] {
        let head = json!({"alg": "HS256", "kid": kid});
        assert!(check(&with_secret(SECRET.as_bytes(), &head, &claims())).is_ok());
    }
}

#[test]
fn a_claim_that_does_not_hold_is_refused_by_its_class() {
    let day_and_more = seconds(NOW + 24 * HOUR_MS) + 1;
    for (changes, expected) in [
        (json!({"exp": seconds(NOW - 61 * SECOND_MS)}), "expired"),
        (json!({"exp": 0}), "expired"),
        (json!({"exp": -1e300}), "expired"),
        (
            json!({"nbf": seconds(NOW + 62 * SECOND_MS)}),
            "not yet valid",
        ),
        (
            json!({"iat": seconds(NOW + 62 * SECOND_MS)}),
            "not yet valid",
        ),
        (json!({"iat": 1e300, "exp": 1e300}), "not yet valid"),
        (json!({"exp": day_and_more}), "lifetime"),
        (json!({"exp": 1e300}), "lifetime"),
        (json!({"iat": -1e300}), "lifetime"),
        (json!({"exp": null}), "claim missing"),
        (json!({"iat": null}), "claim missing"),
        (json!({"aud": null}), "claim missing"),
        (json!({"sub": null}), "claim missing"),
        (json!({"aud": "another"}), "audience"),
        (json!({"aud": []}), "audience"),
        (json!({"aud": "5F0C7E2AB1D94C3386A1E0D2"}), "audience"),
        (json!({"sub": ""}), "subject"),
        (json!({"sub": "x".repeat(129)}), "subject"),
        (json!({"sub": "x".repeat(257)}), "subject"),
        (json!({"sub": "a/../b"}), "subject"),
        (json!({"sub": "a\0"}), "subject"),
        // Of another type than it must have: this is not as if it were not there (CVE-2026-25537).
        (json!({"nbf": "99999999999"}), "malformed"),
        (json!({"exp": "never"}), "malformed"),
        (json!({"sub": 7}), "malformed"),
        (json!({"sub": ["anna"]}), "malformed"),
        (json!({"aud": {"5f0c7e2ab1d94c3386a1e0d2": 1}}), "malformed"),
    ] {
        assert_eq!(class(&hs256(&changed(&changes))), expected, "{changes}");
    }
}

#[test]
fn a_token_chooses_neither_algorithm_nor_key() {
    let sign = |head: &Value| with_secret(SECRET.as_bytes(), head, &claims());
    for alg in [
        "none", "None", "NONE", "", "hs256", "HS384", "HS512", "RS256", "ES256", "EdDSA",
    ] {
        assert_eq!(class(&sign(&json!({"alg": alg}))), "algorithm", "{alg}");
        let unsigned = signed_part(&json!({"alg": alg}), &claims());
        assert_eq!(class(&format!("{unsigned}.")), "algorithm", "{alg}");
    }
    let unsigned = signed_part(&json!({"alg": "HS256"}), &claims());
    assert_eq!(class(&format!("{unsigned}.")), "signature");
    for head in [
        json!({"alg": "HS256", "kid": "../../etc/passwd"}),
        json!({"alg": "HS256", "kid": "/dev/null"}),
        json!({"alg": "HS256", "kid": ["a"]}),
        json!({"alg": "HS256", "jku": "https://evil.example/keys"}),
        json!({"alg": "HS256", "x5u": "https://evil.example/chain"}),
        json!({"alg": "HS256", "jwk": {"kty": "oct", "k": "AAAA"}}),
        json!({"alg": "HS256", "x5c": ["AAAA"]}),
        json!({"alg": "HS256", "crit": ["b64"], "b64": false}),
    ] {
        assert_eq!(class(&sign(&head)), "header", "{head}");
    }
    for secret in ["", "secret", &SECRET[1..], &SECRET.to_uppercase()] {
        let token = with_secret(secret.as_bytes(), &json!({"alg": "HS256"}), &claims());
        assert_eq!(class(&token), "signature", "{secret}");
    }
}

#[test]
fn the_public_key_is_no_secret_to_sign_with() {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let public = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    let key = IdentityKey::Public(PublicKey::parse(&public).unwrap());
    let settings = settings(IdentityAlgorithm::EdDsa);
    let check = |token: &str| verify(&organization(), &settings, &key, token, NOW);
    for alg in ["EdDSA", "Ed25519"] {
        let signed = signed_part(&json!({"alg": alg}), &claims());
        let signature = URL_SAFE_NO_PAD.encode(pair.sign(signed.as_bytes()).as_ref());
        let found = check(&format!("{signed}.{signature}")).unwrap();
        assert_eq!(found.as_str(), "anna");
        let other = Ed25519KeyPair::from_seed_unchecked(&[8; 32]).unwrap();
        let signature = URL_SAFE_NO_PAD.encode(other.sign(signed.as_bytes()).as_ref());
        assert!(check(&format!("{signed}.{signature}")).is_err());
    }
    for secret in [public.as_bytes(), pair.public_key().as_ref()] {
        for alg in ["HS256", "EdDSA"] {
            let token = with_secret(secret, &json!({"alg": alg}), &claims());
            assert!(matches!(check(&token), Err(Error::Identity(_))), "{alg}");
        }
    }
}

#[test]
fn what_is_no_token_is_malformed() {
    let good = hs256(&claims());
    let parts: Vec<&str> = good.split('.').collect();
    let huge = changed(&json!({"name": "x".repeat(4_096)}));
    let twice = URL_SAFE_NO_PAD.encode("{\"alg\":\"none\",\"alg\":\"HS256\"}");
    for token in [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        parts[0],
        &format!("{}.{}", parts[0], parts[1]),
        &format!("{good}.{}", parts[2]),
        &format!(" {good}"),
        &format!("{good}="),
        &format!("{twice}.{}.{}", parts[1], parts[2]),
        &hs256(&json!([])),
        &hs256(&json!("anna")),
        &hs256(&huge),
    ] {
        assert_eq!(class(token), "malformed", "{token:.80}");
    }
    for index in 0..good.len() {
        let mut other = good.clone().into_bytes();
        other[index] = if other[index] == b'A' { b'B' } else { b'A' };
        assert!(
            check(std::str::from_utf8(&other).unwrap()).is_err(),
            "{index}"
        );
    }
}

/// RFC 8037 appendix A.4, and RFC 7515 appendix A.1: signatures that others made.
#[test]
fn signatures_of_the_standards_are_right() {
    let key = PublicKey::parse("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
    let signed = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let signature = URL_SAFE_NO_PAD
        .decode("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
        .unwrap();
    assert!(is_signed(&IdentityKey::Public(key), signed, &signature));

    let signed = b"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let secret = URL_SAFE_NO_PAD
        .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
        .unwrap();
    let signature = URL_SAFE_NO_PAD
        .decode("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        .unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
    assert!(hmac::verify(&key, signed, &signature).is_ok());
}
