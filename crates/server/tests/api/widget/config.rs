//! What the loader and the panel are told, and how long that may be kept.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Scene, told, written};
use crate::arrange::{new_agent, new_group};

/// What the front-end believes that it is told.
const TYPES: &str = include_str!("../../../../../web/widget/config.ts");

/// The names of an interface's properties.
fn properties(interface: &str) -> BTreeSet<String> {
    let head = format!("export interface {interface} ");
    let block = TYPES.split_once(&head).and_then(|(_, rest)| {
        let (block, _) = rest.split_once("\n}")?;
        Some(block)
    });
    let block = block.unwrap_or_else(|| panic!("no interface {interface}"));
    block
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_once(": "))
        .map(|(name, _)| name.to_owned())
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        .collect()
}

fn keys(value: &Value) -> BTreeSet<String> {
    let object = value.as_object().unwrap_or_else(|| panic!("{value}"));
    object.keys().cloned().collect()
}

#[test]
fn a_fresh_widget_is_told_the_defaults() {
    let scene = Scene::start();
    let config = scene.config("");
    let expected = json!({
        "widgetId": scene.widget_id(),
        "language": "en",
        "isAnyAvailable": false,
        "offlineMode": "messenger",
        "isConsentRequired": false,
        "appearance": {
            "theme": "auto", "buttonStyle": "round", "buttonPosition": "br", "buttonSize": 60,
            "chatWidth": 380, "chatHeight": 600, "zIndex": 9999, "offsetX": 20, "offsetY": 20,
            "colors": {
                "buttonText": null, "buttonBg": null, "visitorBubbleBg": null, "agentBubbleBg": null
            },
        },
        "buttonTexts": {
            "chatWithUs": "en chat", "leaveUsAMessage": "en write",
            "mobile_chatWithUs": "en chat, short", "mobile_leaveUsAMessage": "en write, short",
        },
        "organizationName": "Getwear",
        "texts": {},
        "form": {
            "online": "optional", "offline": "optional",
            "fields": [
                {"name": "firstName", "kind": "text", "label": null, "isRequired": false},
                {"name": "email", "kind": "email", "label": null, "isRequired": true},
            ],
            "asksGroup": false,
            "consents": [],
        },
        "groups": [],
        "agents": [],
        "hasSound": true, "hasRating": true, "hasTranscripts": false,
        "fileSizeBytesMax": 26_214_400, "filesMax": 10, "textLengthMax": 5_000,
    });
    assert_eq!(config, expected);
    let page = scene.page(&scene.server.stranger(), "");
    assert_eq!(written(&page), expected);
}

#[test]
fn the_panel_is_told_what_its_types_say_and_the_loader_its_part() {
    let scene = Scene::start();
    scene.set(&json!({"form": {"asksGroup": true, "consents": [{"kind": "marketing"}]}}));
    let config = scene.config("");
    let of_loader = properties("LoaderConfig");
    let of_panel: BTreeSet<_> = of_loader
        .union(&properties("WidgetConfig"))
        .cloned()
        .collect();
    assert_eq!(keys(&config), of_panel);
    assert_eq!(keys(&config["appearance"]), properties("Appearance"));
    assert_eq!(keys(&config["form"]), properties("FormConfig"));
    assert_eq!(keys(&config["form"]["fields"][0]), properties("FormField"));
    assert_eq!(
        keys(&config["form"]["consents"][0]),
        properties("FormConsent")
    );
    let told = told(&scene.ask(&scene.server.stranger(), "config.js", ""));
    assert_eq!(keys(&told), of_loader);
    for name in of_loader {
        assert_eq!(told[&name], config[&name], "{name}");
    }
}

#[test]
fn changed_settings_are_told() {
    let scene = Scene::start_with(|config| {
        config.mail.from = "chat@getwear.example".to_owned();
        config.files.size_bytes_max = 1_000_000;
    });
    scene.set(&json!({
        "appearance": {"theme": "dark", "buttonStyle": "tab", "offsetX": 0, "colors": {"buttonBg": "#ABC"}},
        "offlineMode": "hidden",
        "isConsentRequired": true, "hasSound": false, "hasRating": false,
    }));
    let config = scene.config("");
    let appearance = &config["appearance"];
    assert_eq!(
        [
            &appearance["theme"],
            &appearance["buttonStyle"],
            &appearance["offsetX"],
            &appearance["offsetY"],
            &appearance["colors"]["buttonBg"]
        ],
        [
            &json!("dark"),
            &json!("tab"),
            &json!(0),
            &json!(20),
            &json!("#aabbcc")
        ]
    );
    for (name, value) in [
        ("offlineMode", json!("hidden")),
        ("isConsentRequired", json!(true)),
        ("hasSound", json!(false)),
        ("hasRating", json!(false)),
        ("hasTranscripts", json!(true)),
        ("fileSizeBytesMax", json!(1_000_000)),
    ] {
        assert_eq!(config[name], value, "{name}");
    }
}

#[test]
fn three_of_those_who_take_chats_are_shown_and_groups_where_one_is_asked_for() {
    let scene = Scene::start();
    let client = scene.server.client();
    let sales = new_group(&client, "Sales", &[]);
    let board = new_group(&client, "Board", &[]);
    client
        .put(
            &format!("/api/v1/groups/{board}"),
            &json!({"isPrivate": true}),
        )
        .json(200);
    for name in ["Ann", "Bob", "Cyd", "Dan", "Eve"] {
        let agent = new_agent(&client, &format!("{name}@getwear.example"), name);
        if name != "Ann" {
            let ping = json!({"agentId": agent});
            client
                .post("/v3/conversations/agentOnlinePing", &ping)
                .empty(201);
        }
    }
    let config = scene.config("");
    assert_eq!(config["isAnyAvailable"], json!(true));
    let face = |name: &str| json!({"name": name, "userpic": null});
    assert_eq!(
        config["agents"],
        json!([face("Bob"), face("Cyd"), face("Dan")])
    );
    assert_eq!(config["groups"], json!([]));
    scene.set(&json!({"form": {"asksGroup": true}}));
    let groups = &scene.config("")["groups"];
    assert_eq!(*groups, json!([{"id": sales, "name": "Sales"}]));
    // Nobody renews it.
    scene.server.advance(150_001);
    let config = scene.config("");
    assert_eq!(config["isAnyAvailable"], json!(false));
    assert_eq!(config["agents"], json!([]));
}

#[test]
fn the_loader_asks_once_a_minute_and_is_sent_what_it_has_not() {
    let scene = Scene::start();
    let stranger = scene.server.stranger();
    let first = scene.ask(&stranger, "config.js", "");
    assert_eq!(
        first.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    assert_eq!(first.header("cache-control"), Some("public, max-age=60"));
    assert_eq!(first.header("vary"), Some("accept-language"));
    assert_eq!(
        first.header("cross-origin-resource-policy"),
        Some("cross-origin")
    );
    let etag = first.header("etag").expect("an entity tag");
    let again = stranger.with_header("if-none-match", etag);
    let kept = scene.ask(&again, "config.js", "");
    kept.empty(304);
    assert_eq!(kept.header("etag"), Some(etag));
    assert_eq!(kept.header("cache-control"), Some("public, max-age=60"));
    assert_eq!(scene.ask(&again, "config.js", "?lang=de").status, 200);
    scene.set(&json!({"offlineMode": "hidden"}));
    let changed = scene.ask(&again, "config.js", "");
    assert_eq!(told(&changed)["offlineMode"], json!("hidden"));
}

#[test]
fn an_unknown_widget_is_told_nothing() {
    let scene = Scene::start();
    let stranger = scene.server.stranger();
    for id in [
        "000000000000000000000000",
        "x",
        "%00",
        "..%2f..%2fetc",
        "%ff",
    ] {
        for file in ["config.js", "config.json"] {
            let answer = stranger.get(&format!("/widget/{id}/{file}"));
            let refused = answer.status == 404 || (id == "%00" && answer.status == 400);
            assert!(refused, "{id}: {answer:?}");
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
    }
    let unknown = stranger.get("/widget/000000000000000000000000/config.js");
    assert_eq!(
        unknown.refusal(),
        "404 document_not_found: Widget not found"
    );
}
