//! What visitors are asked, in their language.

use serde_json::json;

use super::Scene;

#[test]
fn a_form_speaks_the_language_of_the_widget() {
    let scene = Scene::start();
    scene.set(&json!({"form": {
        "online": "none", "offline": "required",
        "fields": [
            {"name": "email", "labels": {"de": "Dienstadresse"}, "isRequired": true},
            {"name": "Order", "kind": "text", "labels": {"en": "Order number", "de": "Bestellnummer"}},
            {"name": "Size", "kind": "text"},
        ],
        "consents": [
            {"kind": "termsOfService", "isRequired": true, "texts": {"en": "I agree"}, "link": "https://getwear.com/terms"},
            {"kind": "marketing"},
        ],
    }}));
    let form = |language: &str| scene.config(&format!("?lang={language}"))["form"].clone();
    let consents = json!([
        {"kind": "termsOfService", "isRequired": true, "text": "I agree", "link": "https://getwear.com/terms"},
        {"kind": "marketing", "isRequired": false, "text": null, "link": null},
    ]);
    let german = json!({
        "online": "none", "offline": "required",
        "fields": [
            {"name": "email", "kind": "email", "label": "Dienstadresse", "isRequired": true},
            {"name": "Order", "kind": "text", "label": "Bestellnummer", "isRequired": false},
            {"name": "Size", "kind": "text", "label": "Size", "isRequired": false},
        ],
        "asksGroup": false,
        "consents": consents,
    });
    assert_eq!(form("de"), german);
    // The widget's own word for an e-mail address is French; the organization has only an English one for orders.
    let french = form("fr");
    assert_eq!(french["fields"][0]["label"], json!(null));
    assert_eq!(french["fields"][1]["label"], json!("Order number"));
    assert_eq!(french["consents"], consents);
}
