//! What may be said otherwise: all that the panel says, and nothing else.

use serde_json::json;

use super::{super::Choice, *};

/// Where the panel has its texts, in a file for each language.
const PANEL_TEXTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/widget/panel/texts");

#[test]
fn the_languages_are_those_of_the_panel() {
    let files = std::fs::read_dir(PANEL_TEXTS).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut panel: Vec<String> = names
        .filter_map(|name| name.strip_suffix(".ts").map(str::to_owned))
        .filter(|name| name.len() == 2)
        .collect();
    panel.sort_unstable();
    let mut known: Vec<&str> = Language::ALL.iter().map(|(_, name)| *name).collect();
    known.sort_unstable();
    assert_eq!(
        known, panel,
        "Language of model/widget/language.rs and the files of web/widget/panel/texts differ"
    );
}

#[test]
fn the_keys_are_those_of_the_panel() {
    let panel: Vec<String> = ["first", "late"]
        .into_iter()
        .map(|part| std::fs::read_to_string(format!("{PANEL_TEXTS}/english/{part}.ts")).unwrap())
        .flat_map(|source| keys_of(&source))
        .collect();
    let lacking: Vec<&str> = panel
        .iter()
        .map(String::as_str)
        .filter(|key| !KEYS.contains(key))
        .collect();
    let needless: Vec<&&str> = KEYS
        .iter()
        .filter(|key| !panel.iter().any(|known| known == **key))
        .collect();
    assert!(
        lacking.is_empty() && needless.is_empty(),
        "KEYS of model/widget/texts.rs and web/widget/panel/texts/english differ: add {lacking:?}, remove {needless:?}"
    );
    assert_eq!(panel.len(), KEYS.len(), "a key stands in KEYS twice");
    for key in KEYS {
        let group = format!("{key}.");
        let is_both = KEYS.iter().any(|other| other.starts_with(&group));
        assert!(!is_both, "{key} is a text and a group of texts");
    }
}

/// The keys of the first object of a TypeScript file whose values are texts and objects of texts.
fn keys_of(source: &str) -> Vec<String> {
    let (mut keys, mut groups, mut name) = (Vec::new(), Vec::new(), String::new());
    let start = source.find("= {").expect("an object") + "= ".len();
    let mut rest = &source[start..];
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' => rest.find('\n').unwrap_or(rest.len()),
            '\'' | '"' | '`' => text_length(rest, first),
            _ if first.is_alphanumeric() || first == '_' => {
                let is_part = |c: char| c.is_alphanumeric() || c == '_';
                rest.find(|c| !is_part(c)).unwrap_or(rest.len())
            }
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        match first {
            '{' => groups.push(std::mem::take(&mut name)),
            '}' => {
                groups.pop();
                if groups.is_empty() {
                    break;
                }
            }
            '\'' | '"' | '`' if !name.is_empty() => {
                let path = groups[1..].iter().chain([&name]);
                keys.push(path.map(String::as_str).collect::<Vec<_>>().join("."));
                name.clear();
            }
            _ if first.is_alphanumeric() || first == '_' => name = token.to_owned(),
            _ => {}
        }
        rest = after;
    }
    keys
}

/// The length of a text with its quotation marks.
fn text_length(source: &str, mark: char) -> usize {
    let mut is_escaped = false;
    for (place, c) in source.char_indices().skip(1) {
        if c == mark && !is_escaped {
            return place + c.len_utf8();
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    source.len()
}

#[test]
fn what_is_said_otherwise_is_given_back_as_a_tree() {
    let tree = json!({
        "customStrings": {"welcome": "Bonjour !", "bot_details": ""},
        "chat": {"input": {"placeholder": "Dites…"}, "send": "Envoyer"},
        "online": "Là",
    });
    let mut texts = WidgetTexts::default();
    set(&mut texts, Language::Fr, &tree).unwrap();
    assert_eq!(Value::Object(texts.of(Language::Fr)), tree);
    assert!(texts.of(Language::De).is_empty());
    assert_eq!(texts.languages().collect::<Vec<_>>(), [Language::Fr]);

    // What is given replaces all that was.
    set(&mut texts, Language::Fr, &json!({"online": "Ici"})).unwrap();
    assert_eq!(
        Value::Object(texts.of(Language::Fr)),
        json!({"online": "Ici"})
    );
    set(&mut texts, Language::Fr, &json!({"chat": {"input": {}}})).unwrap();
    assert_eq!(texts, WidgetTexts::default());
    set(&mut texts, Language::Fr, &tree).unwrap();
    texts.remove(Language::Fr);
    assert_eq!(texts, WidgetTexts::default());
}

#[test]
fn what_another_version_said_is_not_said() {
    let kept = r#"{"fr": {"online": "Là", "chat.gone": "x", "gone": "x"}}"#;
    let texts: WidgetTexts = serde_json::from_str(kept).unwrap();
    let tree = Value::Object(texts.of(Language::Fr));
    assert_eq!(tree, json!({"online": "Là"}));
}

fn set(texts: &mut WidgetTexts, language: Language, tree: &Value) -> Result<(), TextsRefusal> {
    texts.set(language, tree.as_object().expect("an object"))
}

#[test]
fn what_the_widget_never_says_is_refused_by_its_key() {
    let long = "é".repeat(TEXT_LENGTH_MAX + 1);
    let name = "x".repeat(1_000);
    for (tree, refusal) in [
        (
            json!({"chat": {"sned": "Envoyer"}}),
            "chat.sned is no text of the widget",
        ),
        (
            json!({"chat.send": "Envoyer"}),
            "chat.send is no text of the widget",
        ),
        (
            json!({"chat": {"input.reply": "x"}}),
            "chat.input.reply is no text of the widget",
        ),
        (json!({"": "x"}), " is no text of the widget"),
        (json!({"ONLINE": "x"}), "ONLINE is no text of the widget"),
        (
            json!({(&name): {}}),
            &format!("{} is no text of the widget", &name[..NAME_LENGTH_MAX]),
        ),
        (json!({"online": null}), "online must be a text"),
        (json!({"online": {"x": "y"}}), "online must be a text"),
        (json!({"chat": {"send": ["x"]}}), "chat.send must be a text"),
        (json!({"chat": "x"}), "chat must be an object of texts"),
        (
            json!({"chat": {"input": null}}),
            "chat.input must be an object of texts",
        ),
        (
            json!({"online": long}),
            "online is longer than 500 characters",
        ),
        (
            json!({"online": "a\0"}),
            "online contains the character U+0000",
        ),
    ] {
        let mut texts = WidgetTexts::default();
        set(&mut texts, Language::Fr, &json!({"away": "Loin"})).unwrap();
        let before = texts.clone();
        let refused = set(&mut texts, Language::Fr, &tree).unwrap_err();
        assert_eq!(refused.to_string(), refusal);
        assert_eq!(texts, before, "{tree}");
    }
}

#[test]
fn the_texts_of_a_language_are_bounded_in_all() {
    let texts_of = |count: usize| {
        let mut tree = Map::new();
        for key in &KEYS[..count] {
            // Four bytes each, which are one character.
            put(&mut tree, key, &"😀".repeat(TEXT_LENGTH_MAX));
        }
        tree
    };
    let mut texts = WidgetTexts::default();
    let fitting = TEXTS_BYTES_MAX / (4 * TEXT_LENGTH_MAX);
    assert_eq!(texts.set(Language::Ja, &texts_of(fitting)), Ok(()));
    let refused = texts.set(Language::Ja, &texts_of(fitting + 1));
    assert_eq!(refused, Err(TextsRefusal::TooMuch));
    assert_eq!(texts.of(Language::Ja), texts_of(fitting));
}
