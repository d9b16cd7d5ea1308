//! `/api/v1/widget`: how the widget behaves, and its secret.

use serde_json::{Value, json};
use testing::server::TestServer;

use super::{WIDGET, and, set_widget};
use crate::arrange::{text_of, with_scopes};

const KEY: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";

#[test]
fn a_widget_is_open_until_it_is_changed() {
    let server = TestServer::start();
    let client = server.client();
    let first = client.get(WIDGET).json(200);
    let usual = json!({
        "widgetId": server.organization().widget_id, "identityMode": "open", "identityAlgorithm": "HS256",
        "identityPublicKey": null, "hasIdentitySecret": false, "visitorIdLengthMin": 16, "allowedDomains": [],
    });
    assert_eq!(and(&first, &usual), first);
    assert_eq!(set_widget(&server, &json!({})), first);
    let change = json!({
        "identityMode": "enforced", "identityAlgorithm": "EdDSA", "identityPublicKey": PEM, "visitorIdLengthMin": 128,
        "allowedDomains": ["shop.example", "SHOP.example", "*.shop.example"],
    });
    let second = set_widget(&server, &change);
    let changed = json!({
        "identityMode": "enforced", "identityAlgorithm": "EdDSA", "identityPublicKey": KEY, "visitorIdLengthMin": 128,
        "allowedDomains": ["shop.example", "*.shop.example"],
    });
    let expected = and(&first, &changed);
    assert_eq!(second, expected);
    assert_eq!(client.get(WIDGET).json(200), expected);
    set_widget(
        &server,
        &json!({"identityMode": "open", "identityPublicKey": null}),
    );
    assert_eq!(
        client.get(WIDGET).json(200)["identityPublicKey"],
        Value::Null
    );
}

#[test]
fn no_proof_is_asked_for_that_nobody_can_give() {
    let server = TestServer::start();
    let client = server.client();
    for mode in ["signed", "enforced"] {
        assert_eq!(
            client.put(WIDGET, &json!({"identityMode": mode})).refusal(),
            format!(
                "400 invalid_parameter: identityMode cannot be {mode} with HS256: there is no identity secret yet"
            )
        );
        let change = json!({"identityMode": mode, "identityAlgorithm": "EdDSA"});
        assert_eq!(
            client.put(WIDGET, &change).refusal(),
            format!(
                "400 invalid_parameter: identityMode cannot be {mode} with EdDSA: identityPublicKey is missing"
            )
        );
    }
    set_widget(
        &server,
        &json!({"identityMode": "signed", "identityAlgorithm": "EdDSA", "identityPublicKey": KEY}),
    );
    for change in [
        json!({"identityPublicKey": null}),
        json!({"identityAlgorithm": "HS256"}),
    ] {
        assert_eq!(client.put(WIDGET, &change).status, 400, "{change}");
    }
    let widget = client.get(WIDGET).json(200);
    assert_eq!(
        (&widget["identityMode"], &widget["identityPublicKey"]),
        (&json!("signed"), &json!(KEY))
    );
}

#[test]
fn what_is_wrong_is_refused_by_name() {
    let server = TestServer::start();
    let client = server.client();
    let before = client.get(WIDGET).json(200);
    let no_key = "400 invalid_parameter: identityPublicKey must be a public key of Ed25519, as PEM or as its 32 bytes in base64";
    let no_host = |place| {
        format!(
            "400 invalid_parameter: allowedDomains[{place}] must be a host as shop.example, or *.shop.example for all below it"
        )
    };
    for (change, refusal) in [
        (
            json!({"identityMode": "none"}),
            "400 invalid_parameter: identityMode must be open or signed or enforced",
        ),
        (
            json!({"identityAlgorithm": "none"}),
            "400 invalid_parameter: identityAlgorithm must be HS256 or EdDSA",
        ),
        (json!({"identityPublicKey": ""}), no_key),
        (json!({"identityPublicKey": "A".repeat(43)}), no_key),
        (
            json!({"identityPublicKey": PEM.replace("PUBLIC", "PRIVATE")}),
            no_key,
        ),
        (
            json!({"visitorIdLengthMin": 15}),
            "400 out_of_range: visitorIdLengthMin must be 16 to 128",
        ),
        (
            json!({"visitorIdLengthMin": 129}),
            "400 out_of_range: visitorIdLengthMin must be 16 to 128",
        ),
        (
            json!({"visitorIdLengthMin": -1}),
            "400 out_of_range: visitorIdLengthMin must be 16 to 128",
        ),
        (
            json!({"allowedDomains": ["https://shop.example"]}),
            &no_host(0),
        ),
        (
            json!({"allowedDomains": ["shop.example", "*"]}),
            &no_host(1),
        ),
        (
            json!({"allowedDomains": vec!["shop.example"; 101]}),
            "400 invalid_parameter: allowedDomains are more than 100",
        ),
    ] {
        assert_eq!(client.put(WIDGET, &change).refusal(), refusal, "{change}");
    }
    for field in ["widgetId", "hasIdentitySecret", "identitySecret"] {
        let refusal = client.put(WIDGET, &json!({field: "x"})).refusal();
        assert!(
            refusal.contains(&format!("unknown field {field}")),
            "{refusal}"
        );
    }
    assert_eq!(client.get(WIDGET).json(200), before);
}

#[test]
fn a_secret_is_shown_once() {
    let server = TestServer::start();
    let client = server.client();
    let path = format!("{WIDGET}/identity-secret");
    let once = client.with_header("idempotency-key", "first");
    let made = once.post(&path, &json!({})).json(200);
    let secret = text_of(&made["secret"]);
    assert!(secret.len() == 64 && secret.bytes().all(|byte| byte.is_ascii_hexdigit()));
    // The answer may have got lost.
    assert_eq!(once.post(&path, &json!({})).json(200), made);
    let widget = client.get(WIDGET);
    assert_eq!(widget.json(200)["hasIdentitySecret"], true);
    assert!(!widget.text().contains(secret));
    assert_ne!(client.post(&path, &json!({})).json(200), made);
    // It is not in the store as it is.
    let number = server.organization().number;
    let kept =
        server.write(move |write| Ok(store::organizations::identity_secret(write.tx(), number)?));
    let kept = kept.expect("the store answers").expect("a secret");
    assert!(kept.starts_with("v1.") && !kept.contains(secret), "{kept}");
}

#[test]
fn only_who_configures_sees_and_changes_it() {
    let server = TestServer::start();
    let narrow = with_scopes(&server.client(), &server.stranger(), &["access", "assign"]);
    let refusal = "403 permission_denied: the key lacks the scope configure";
    assert_eq!(narrow.get(WIDGET).refusal(), refusal);
    assert_eq!(
        narrow
            .put(WIDGET, &json!({"visitorIdLengthMin": 20}))
            .refusal(),
        refusal
    );
    let path = format!("{WIDGET}/identity-secret");
    assert_eq!(narrow.post(&path, &json!({})).refusal(), refusal);
}
