//! What the widget says otherwise than usual.

use serde_json::{Value, json};
use testing::server::TestServer;

use super::{WIDGET, assert_refused, set};

#[test]
fn a_language_is_changed_without_the_others() {
    let server = TestServer::start();
    let texts = |change: Value| set(&server, &json!({"texts": change}))["texts"].clone();
    let french = json!({
        "customStrings": {"welcome": "Bonjour ! <b>Entrez</b>\nC’est ouvert.", "bot_details": ""},
        "chat": {"input": {"placeholder": "Dites…"}},
        "rating": {"ask": "Alors ?"},
    });
    let german = json!({"online": "Da"});
    assert_eq!(
        texts(json!({"fr": french, "de": german})),
        json!({"fr": french, "de": german})
    );
    let english = json!({"online": "In"});
    assert_eq!(
        texts(json!({"en": english, "de": null})),
        json!({"fr": french, "en": english})
    );
    // A tree replaces the one before; one without texts is none.
    assert_eq!(
        texts(json!({"fr": {"close": "Fermer"}, "en": {"chat": {"input": {}}}})),
        json!({"fr": {"close": "Fermer"}})
    );
    assert_eq!(texts(json!({})), json!({"fr": {"close": "Fermer"}}));
    assert_eq!(texts(json!({"fr": null, "zh": null})), json!({}));
}

#[test]
fn every_text_of_every_language_can_be_said_otherwise() {
    let server = TestServer::start();
    let mut tree = json!({});
    for key in model::widget::KEYS {
        let path = format!("/{}", key.replace('.', "/"));
        for group in path.match_indices('/').skip(1) {
            let group = &path[..group.0];
            if tree.pointer(group).is_none() {
                put(&mut tree, group, json!({}));
            }
        }
        put(&mut tree, &path, json!(format!("{{{{#name}}}} {key}")));
    }
    let languages = [
        "en", "fr", "de", "es", "it", "pt", "nl", "pl", "ru", "ar", "ja", "zh",
    ];
    let mut all = json!({});
    for language in languages {
        all[language] = tree.clone();
    }
    assert_eq!(set(&server, &json!({"texts": all}))["texts"], all);
    assert_eq!(server.client().get(WIDGET).json(200)["texts"], all);
}

fn put(tree: &mut Value, path: &str, value: Value) {
    let (group, name) = path.rsplit_once('/').expect("a path");
    tree.pointer_mut(group).expect("a group")[name] = value;
}

#[test]
fn what_the_widget_never_says_is_refused() {
    let server = TestServer::start();
    set(&server, &json!({"texts": {"fr": {"online": "Là"}}}));
    let languages =
        "invalid_parameter: texts are by language: en, fr, de, es, it, pt, nl, pl, ru, ar, ja, zh";
    let unknown = "invalid_parameter: texts.fr.chat.sned is no text of the widget";
    let nested = (0..100).fold(json!("x"), |inner, _| json!({"chat": inner}));
    assert_refused(
        &server,
        &[
            (json!({"texts": {"fr": {"chat": {"sned": "x"}}}}), unknown),
            (
                // What is right in another language is not kept either.
                json!({"texts": {"de": {"online": "Da"}, "fr": {"chat": {"send": "x", "sned": "x"}}}}),
                unknown,
            ),
            (
                json!({"texts": {"fr": {"chat.send": "x"}}}),
                "invalid_parameter: texts.fr.chat.send is no text of the widget",
            ),
            (
                json!({"texts": {"fr": nested}}),
                "invalid_parameter: texts.fr.chat.chat is no text of the widget",
            ),
            (
                json!({"texts": {"fr": {"__proto__": {"online": "x"}}}}),
                "invalid_parameter: texts.fr.__proto__ is no text of the widget",
            ),
            (
                json!({"texts": {"fr": {"chat": "x"}}}),
                "invalid_parameter: texts.fr.chat must be an object of texts",
            ),
            (
                json!({"texts": {"fr": {"online": 1}}}),
                "invalid_parameter: texts.fr.online must be a text",
            ),
            (
                json!({"texts": {"fr": {"online": "é".repeat(501)}}}),
                "invalid_parameter: texts.fr.online is longer than 500 characters",
            ),
            (json!({"texts": {"sv": {}}}), languages),
            (json!({"texts": {"fr-FR": {}}}), languages),
            (json!({"texts": {"": null}}), languages),
        ],
    );
    let answer = server
        .client()
        .put(WIDGET, &json!({"texts": {"fr": {"online": "a\u{0}"}}}));
    assert_eq!(answer.status, 400, "{}", answer.text());
}

#[test]
fn the_texts_of_a_language_fit_into_a_page() {
    let server = TestServer::start();
    let long = "é".repeat(500);
    let tree = |count: usize| {
        let keys = model::widget::KEYS.iter().filter(|key| !key.contains('.'));
        let texts = keys.take(count).map(|key| ((*key).to_owned(), json!(long)));
        Value::Object(texts.collect())
    };
    set(&server, &json!({"texts": {"fr": tree(16)}}));
    assert_refused(
        &server,
        &[(
            json!({"texts": {"fr": tree(17)}}),
            "invalid_parameter: texts.fr are more than 16384 bytes",
        )],
    );
}
