//! The widget's pages as sites and browsers meet them: what the loader and the panel are told, and the panel's page itself
//! (trust 1.10).

mod config;
mod forms;
mod language;
mod safety;

mod assets;
mod demo;
mod sites;

use std::fs;

use serde_json::{Value, json};
use server::config::Config;
use tempfile::TempDir;
use testing::{
    client::{Answer, Client},
    server::TestServer,
};

/// The templates of the front-ends as they are, whether or not those are built.
const PANEL: &str = include_str!("../../../../../web/widget/panel/panel.html");
const DEMO: &str = include_str!("../../../../../web/demo/index.html");

/// A loader.
const LOADER: &str = "console.log('loader')";

/// A server with front-ends that are hardly more than their names.
struct Scene {
    server: TestServer,
    _front_ends: TempDir,
}

impl Scene {
    fn start() -> Self {
        Self::start_with(|_| {})
    }

    fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let front_ends = tempfile::tempdir().expect("a directory");
        let texts =
            json!({"en": early("en"), "de": early("de"), "ar": early("ar"), "pt": early("pt")});
        for (path, contents) in [
            ("widget/loader.js", LOADER),
            ("widget/panel.html", PANEL),
            ("widget/panel.ABCDEFG2.js", "console.log('panel')"),
            ("widget/texts.json", &texts.to_string()),
            ("demo/index.html", DEMO),
            ("docs/widget.html", "<title>The widget</title>"),
        ] {
            let path = front_ends.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, contents).expect("a file");
        }
        let directory = front_ends.path().to_owned();
        let server = TestServer::start_with(|config| {
            config.web_dev = Some(directory);
            change(config);
        });
        Self {
            server,
            _front_ends: front_ends,
        }
    }

    fn widget_id(&self) -> &str {
        &self.server.organization().widget_id
    }

    /// What the panel is told.
    fn config(&self, query: &str) -> Value {
        self.ask(&self.server.stranger(), "config.json", query)
            .json(200)
    }

    /// What the server answers to whoever asks what a widget is told.
    fn ask(&self, client: &Client, file: &str, query: &str) -> Answer {
        client.get(&format!("/widget/{}/{file}{query}", self.widget_id()))
    }

    /// The panel's page.
    fn page(&self, client: &Client, query: &str) -> Answer {
        client.get(&format!("/chat/{}{query}", self.widget_id()))
    }

    /// Changes how the widget behaves.
    fn set(&self, change: &Value) {
        let widget = self.server.client().put("/api/v1/widget", change);
        assert_eq!(widget.status, 200, "{}", widget.text());
    }
}

/// What the front-end's build writes of a language, here so that one sees which text and language it is.
fn early(language: &str) -> Value {
    json!({
        "title": format!("{language} {{{{#name}}}}"),
        "chatWithUs": format!("{language} chat"),
        "leaveUsAMessage": format!("{language} write"),
        "mobile_chatWithUs": format!("{language} chat, short"),
        "mobile_leaveUsAMessage": format!("{language} write, short"),
    })
}

/// The value in the call that a script makes.
fn told(script: &Answer) -> Value {
    assert_eq!(script.status, 200, "{}", script.text());
    let call = script.text().trim_end().strip_suffix(");");
    let call = call.and_then(|text| text.split_once("&&__parlourConfig("));
    let (guard, json) = call.unwrap_or_else(|| panic!("no call: {}", script.text()));
    assert_eq!(guard, "typeof __parlourConfig=='function'");
    serde_json::from_str(json).expect("JSON")
}

/// The value in the data block of a page.
fn written(page: &Answer) -> Value {
    let block = page
        .text()
        .split_once("<script type=\"application/json\" id=\"config\">");
    let (json, _) = block
        .and_then(|(_, rest)| rest.split_once("</script>"))
        .unwrap_or_else(|| panic!("no data: {}", page.text()));
    serde_json::from_str(json).expect("JSON")
}
