//! Proofs that are none (trust, case A14), through the door.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::json;
use testing::server::TestServer;

use super::{and, ask, claims, open, require_proof, set_widget, sign, sign_with, unsigned};
use crate::arrange::{VISITOR, text_of};

#[test]
fn what_is_no_proof_is_refused_with_its_class_and_makes_nobody() {
    let server = TestServer::start();
    let other = server.second_organization();
    let secret = require_proof(&server, "signed");
    let good = claims(&server, VISITOR);
    let now = server.now() / 1_000;
    let head = |more| and(&json!({"alg": "HS256", "typ": "JWT"}), &more);
    let with_head = |more| sign_with(secret.as_bytes(), &head(more), &good);
    let with_claims = |more| sign(&secret, &and(&good, &more));
    let mut endless = good.clone();
    endless.as_object_mut().expect("claims").remove("exp");
    let before = server.world();
    for (token, class) in [
        (
            format!("{}.", unsigned(&json!({"alg": "none"}), &good)),
            "algorithm",
        ),
        (with_head(json!({"alg": "none"})), "algorithm"),
        (with_head(json!({"alg": "RS256"})), "algorithm"),
        (sign_with(b"", &head(json!({})), &good), "signature"),
        (
            sign_with(b"-----BEGIN PUBLIC KEY-----", &head(json!({})), &good),
            "signature",
        ),
        (with_head(json!({"kid": "../../etc/passwd"})), "header"),
        (
            with_head(json!({"jku": "http://127.0.0.1:1/keys"})),
            "header",
        ),
        (with_head(json!({"jwk": {"kty": "oct", "k": ""}})), "header"),
        (
            with_head(json!({"x5u": "http://127.0.0.1:1/chain"})),
            "header",
        ),
        (with_claims(json!({"exp": now - 61})), "expired"),
        (with_claims(json!({"nbf": now + 61})), "not yet valid"),
        (with_claims(json!({"iat": now + 61})), "not yet valid"),
        (with_claims(json!({"exp": now + 86_401})), "lifetime"),
        (sign(&secret, &endless), "claim missing"),
        (with_claims(json!({"aud": other.widget_id})), "audience"),
        (with_claims(json!({"sub": "x".repeat(257)})), "subject"),
        (with_claims(json!({"sub": 1})), "malformed"),
        ("x".to_owned(), "malformed"),
    ] {
        let refused = ask(&server, &json!({"identityToken": token}));
        let refusal = refused.refusal();
        let expected = format!("401 identity_invalid: identityToken: {class}: ");
        assert!(refusal.starts_with(&expected), "{class}: {refusal}");
        assert!(
            !refusal.contains(&secret) && !refusal.contains("passwd"),
            "{refusal}"
        );
    }
    assert_eq!(server.world(), before);
    assert_eq!(
        open(&server, &json!({"identityToken": sign(&secret, &good)}))["visitorId"],
        VISITOR
    );
}

#[test]
fn a_site_may_sign_with_a_key_of_its_own() {
    let server = TestServer::start();
    let secret = require_proof(&server, "open");
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key");
    let public = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    let change = json!({"identityMode": "signed", "identityAlgorithm": "EdDSA", "identityPublicKey": public});
    assert_eq!(set_widget(&server, &change)["identityPublicKey"], public);
    let signed = unsigned(&json!({"alg": "EdDSA"}), &claims(&server, VISITOR));
    let signature = URL_SAFE_NO_PAD.encode(pair.sign(signed.as_bytes()).as_ref());
    let session = open(
        &server,
        &json!({"identityToken": format!("{signed}.{signature}")}),
    );
    assert_eq!(text_of(&session["visitorId"]), VISITOR);
    // The public key is known to everybody, and the secret is of another algorithm.
    for (key, alg) in [
        (public.as_str(), "HS256"),
        (secret.as_str(), "HS256"),
        (public.as_str(), "EdDSA"),
    ] {
        let token = sign_with(
            key.as_bytes(),
            &json!({"alg": alg}),
            &claims(&server, VISITOR),
        );
        let refused = ask(&server, &json!({"identityToken": token}));
        assert_eq!(refused.status, 401, "{}", refused.text());
    }
}
