//! In which language the widget speaks, and what an organization says otherwise.

use serde_json::{Value, json};

use super::{Scene, early, told, written};

#[test]
fn the_widget_speaks_what_is_chosen_else_set_else_the_pages_else_the_browsers() {
    let scene = Scene::start();
    for (set, query, accepted, expected) in [
        (Value::Null, "", "", "en"),
        (Value::Null, "", "de-CH, en;q=0.5", "de"),
        (Value::Null, "", "sv, pt-BR;q=0.3, en;q=0.1", "pt"),
        (Value::Null, "", "sv, tlh", "en"),
        (Value::Null, "", "*", "en"),
        (Value::Null, "?pageLang=ar-EG", "de", "ar"),
        (Value::Null, "?pageLang=sv", "de", "de"),
        (Value::Null, "?lang=zh-Hant-TW&pageLang=ar", "de", "zh"),
        (Value::Null, "?lang=PT_br", "", "pt"),
        (Value::Null, "?lang=klingon&pageLang=", "de", "de"),
        (Value::Null, "?lang=%3Cscript%3E", "", "en"),
        (json!("de"), "", "ar", "de"),
        (json!("de"), "?pageLang=ar", "", "de"),
        (json!("de"), "?lang=ar", "", "ar"),
    ] {
        scene.set(&json!({"language": set}));
        let browser = match accepted {
            "" => scene.server.stranger(),
            accepted => scene
                .server
                .stranger()
                .with_header("accept-language", accepted),
        };
        let place = format!("{set} {query} {accepted}");
        let page = scene.page(&browser, query);
        let direction = if expected == "ar" { "rtl" } else { "ltr" };
        let html = format!("<html lang=\"{expected}\" dir=\"{direction}\">");
        assert!(page.text().contains(&html), "{place}: {}", page.text());
        assert_eq!(written(&page)["language"], json!(expected), "{place}");
        let config = told(&scene.ask(&browser, "config.js", query));
        assert_eq!(config["language"], json!(expected), "{place}");
    }
}

#[test]
fn an_organization_says_it_otherwise_in_its_languages() {
    let scene = Scene::start();
    scene.set(&json!({"texts": {
        "en": {"customStrings": {"chatWithUs": "Ask us", "welcome": "Howdy"}, "title": "Talk to {{#name}}!"},
        "fr": {"customStrings": {"chatWithUs": "Demandez"}},
    }}));
    let english = scene.config("?lang=en");
    assert_eq!(english["buttonTexts"]["chatWithUs"], json!("Ask us"));
    assert_eq!(
        english["buttonTexts"]["leaveUsAMessage"],
        early("en")["leaveUsAMessage"]
    );
    assert_eq!(
        english["texts"],
        json!({"customStrings": {"chatWithUs": "Ask us", "welcome": "Howdy"}, "title": "Talk to {{#name}}!"})
    );
    let german = scene.config("?lang=de");
    assert_eq!(german["texts"], json!({}));
    assert_eq!(german["buttonTexts"]["chatWithUs"], json!("de chat"));
    let title = |query: &str| {
        let page = scene.page(&scene.server.stranger(), query);
        let (_, rest) = page.text().split_once("<title>").expect("a title");
        rest.split_once('<').expect("its end").0.to_owned()
    };
    assert_eq!(title("?lang=en"), "Talk to Getwear!");
    assert_eq!(title("?lang=de"), "de Getwear");
}
