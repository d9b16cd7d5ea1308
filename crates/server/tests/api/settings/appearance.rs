//! How the widget looks.

use serde_json::{Value, json};
use testing::server::TestServer;

use super::{WIDGET, assert_refused, set};

fn usual() -> Value {
    json!({
        "theme": "auto", "buttonStyle": "round", "buttonPosition": "br", "buttonSize": 60,
        "chatWidth": 380, "chatHeight": 600, "zIndex": 9999, "offsetX": 20, "offsetY": 20,
        "colors": {"buttonText": null, "buttonBg": null, "visitorBubbleBg": null, "agentBubbleBg": null},
    })
}

#[test]
fn what_is_not_given_stays() {
    let server = TestServer::start();
    let mut expected = usual();
    assert_eq!(
        server.client().get(WIDGET).json(200)["appearance"],
        expected
    );
    for (field, value) in [
        ("theme", json!("dark")),
        ("buttonStyle", json!("tab")),
        ("buttonPosition", json!("lm")),
        ("buttonSize", json!(120)),
        ("chatWidth", json!(280)),
        ("chatHeight", json!(1200)),
        ("zIndex", json!(2_147_483_647)),
        ("offsetX", json!(0)),
        ("offsetY", json!(400)),
    ] {
        expected[field] = value.clone();
        let changed = set(&server, &json!({"appearance": {field: value}}));
        assert_eq!(changed["appearance"], expected, "{field}");
    }
    set(&server, &json!({"appearance": {}}));
    assert_eq!(
        server.client().get(WIDGET).json(200)["appearance"],
        expected
    );
}

#[test]
fn the_button_is_in_any_of_nine_places() {
    let server = TestServer::start();
    for place in ["bl", "bc", "br", "lt", "lm", "lb", "rt", "rm", "rb"] {
        let changed = set(&server, &json!({"appearance": {"buttonPosition": place}}));
        assert_eq!(changed["appearance"]["buttonPosition"], place);
    }
}

#[test]
fn a_colour_is_chosen_and_taken_back() {
    let server = TestServer::start();
    let colors = |change: Value| {
        set(&server, &json!({"appearance": {"colors": change}}))["appearance"]["colors"].clone()
    };
    colors(json!({"buttonText": "#FFF", "buttonBg": "#0B5Fff"}));
    let all = colors(json!({"visitorBubbleBg": "#123456", "agentBubbleBg": " #abc "}));
    let expected = json!({
        "buttonText": "#ffffff", "buttonBg": "#0b5fff", "visitorBubbleBg": "#123456", "agentBubbleBg": "#aabbcc",
    });
    assert_eq!(all, expected);
    let fewer = colors(json!({"buttonText": null, "agentBubbleBg": null}));
    let expected = json!({
        "buttonText": null, "buttonBg": "#0b5fff", "visitorBubbleBg": "#123456", "agentBubbleBg": null,
    });
    assert_eq!(fewer, expected);
}

#[test]
fn what_cannot_be_shown_is_refused() {
    let server = TestServer::start();
    let (range, choice) = (
        "out_of_range: appearance.",
        "invalid_parameter: appearance.",
    );
    let mut refusals = Vec::new();
    for (field, min, max) in [
        ("buttonSize", 24, 120),
        ("chatWidth", 280, 800),
        ("chatHeight", 320, 1_200),
        ("zIndex", 0, 2_147_483_647_i64),
        ("offsetX", 0, 400),
        ("offsetY", 0, 400),
    ] {
        for number in [min - 1, max + 1, i64::MAX, i64::MIN] {
            refusals.push((
                json!({"appearance": {"theme": "dark", field: number}}),
                format!("{range}{field} must be {min} to {max}"),
            ));
        }
        refusals.push((
            json!({"appearance": {field: 50.5}}),
            format!("{choice}{field}: invalid type: floating point 50.5, expected i64"),
        ));
    }
    for (field, value, names) in [
        ("theme", "black", "auto or light or dark"),
        ("buttonStyle", "square", "round or tab"),
        (
            "buttonPosition",
            "tr",
            "bl or bc or br or lt or lm or lb or rt or rm or rb",
        ),
    ] {
        refusals.push((
            json!({"appearance": {field: value}}),
            format!("{choice}{field} must be {names}"),
        ));
    }
    for field in ["buttonText", "buttonBg", "visitorBubbleBg", "agentBubbleBg"] {
        for color in [
            "red",
            "",
            "#12",
            "#1234",
            "112233",
            "#fff;}body{display:none",
        ] {
            refusals.push((
                json!({"appearance": {"colors": {field: color}}}),
                format!("{choice}colors.{field} must be a colour as #1a2b3c"),
            ));
        }
    }
    let refusals: Vec<(Value, &str)> = refusals
        .iter()
        .map(|(change, refusal)| (change.clone(), refusal.as_str()))
        .collect();
    assert_refused(&server, &refusals);
}
