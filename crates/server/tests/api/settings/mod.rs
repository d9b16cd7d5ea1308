//! The settings of the widget as those who configure it change them: how it looks, what it says and asks.

mod appearance;
mod form;
mod texts;

use serde_json::{Value, json};
use testing::server::TestServer;

const WIDGET: &str = "/api/v1/widget";

/// Changes the widget.
fn set(server: &TestServer, change: &Value) -> Value {
    server.client().put(WIDGET, change).json(200)
}

/// Changes of the widget are refused in these words, and leave it as it was.
fn assert_refused(server: &TestServer, refusals: &[(Value, &str)]) {
    let client = server.client();
    let before = client.get(WIDGET).json(200);
    for (change, refusal) in refusals {
        // What is right beside what is wrong is not kept either.
        let mut change = change.clone();
        change["hasSound"] = json!(false);
        change["visitorIdLengthMin"] = json!(40);
        let refused = client.put(WIDGET, &change).refusal();
        assert_eq!(refused, format!("400 {refusal}"), "{change}");
    }
    assert_eq!(client.get(WIDGET).json(200), before);
}

#[test]
fn a_widget_speaks_and_behaves_as_usual_until_it_is_changed() {
    let server = TestServer::start();
    let first = server.client().get(WIDGET).json(200);
    for (field, value) in [
        ("language", json!(null)),
        ("offlineMode", json!("messenger")),
        ("texts", json!({})),
        ("isConsentRequired", json!(false)),
        ("hasSound", json!(true)),
        ("hasRating", json!(true)),
    ] {
        assert_eq!(first[field], value, "{field}");
    }
    assert_eq!(set(&server, &json!({})), first);
}

#[test]
fn each_setting_is_changed_alone() {
    let server = TestServer::start();
    let mut expected = server.client().get(WIDGET).json(200);
    for (field, value) in [
        ("language", json!("pt")),
        ("offlineMode", json!("hidden")),
        ("isConsentRequired", json!(true)),
        ("hasSound", json!(false)),
        ("hasRating", json!(false)),
        ("visitorIdLengthMin", json!(20)),
        ("language", json!(null)),
    ] {
        expected[field] = value.clone();
        assert_eq!(set(&server, &json!({field: value})), expected, "{field}");
        assert_eq!(server.client().get(WIDGET).json(200), expected, "{field}");
    }
}

#[test]
fn settings_outlive_a_restart_of_the_server() {
    let mut server = TestServer::start();
    let kept = set(
        &server,
        &json!({
            "language": "ar", "offlineMode": "hidden", "appearance": {"theme": "dark"},
            "texts": {"ar": {"online": "متصل"}}, "form": {"asksGroup": true},
        }),
    );
    server.restart();
    assert_eq!(server.client().get(WIDGET).json(200), kept);
}

#[test]
fn what_is_none_of_the_choices_is_refused() {
    let server = TestServer::start();
    let language = "invalid_parameter: language must be en or fr or de or es or it or pt or nl or pl or ru or ar or ja or zh";
    assert_refused(
        &server,
        &[
            (json!({"language": "sv"}), language),
            (json!({"language": "pt-BR"}), language),
            (json!({"language": ""}), language),
            (
                json!({"offlineMode": "away"}),
                "invalid_parameter: offlineMode must be messenger or hidden",
            ),
            (
                json!({"hasRating": "yes"}),
                "invalid_parameter: hasRating: invalid type: string \"yes\", expected a boolean",
            ),
        ],
    );
    for (change, field) in [
        (json!({"theme": "dark"}), "theme"),
        (json!({"appearance": {"color": "#fff"}}), "color"),
        (
            json!({"appearance": {"colors": {"button": "#fff"}}}),
            "button",
        ),
        (json!({"form": {"mode": "none"}}), "mode"),
        (
            json!({"form": {"fields": [{"name": "email", "label": "x"}]}}),
            "label",
        ),
        (
            json!({"form": {"consents": [{"kind": "marketing", "text": "x"}]}}),
            "text",
        ),
    ] {
        let refusal = server.client().put(WIDGET, &change).refusal();
        let expected = format!("400 invalid_parameter: unknown field {field}, ");
        assert!(refusal.starts_with(&expected), "{refusal}");
    }
}
