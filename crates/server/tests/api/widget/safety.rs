//! What people wrote ends no script and begins none, and nothing foreign runs in the panel's page.

use app::organizations::{CreateOrganization, create};
use serde_json::json;

use super::{PANEL, Scene, told, written};

const EVIL: &str = "</script><script>alert(1)</script><!--\u{2028}\u{2029}{{config}}'\"&";

/// An organization of this name; the id of its widget.
fn organization(scene: &Scene, name: &'static str) -> String {
    let made = scene.server.write(move |write| {
        let command = CreateOrganization {
            name: name.to_owned(),
            owner_email: "owner@evil.example".to_owned(),
            owner_name: EVIL.to_owned(),
            password_hash: None,
        };
        let made = create(write, &command)?;
        let mut settings =
            store::organizations::widget_settings(write.tx(), made.organization.number)?;
        let texts = json!({"customStrings": {"chatWithUs": EVIL, "welcome": EVIL}});
        let texts = texts.as_object().expect("an object");
        let language = model::widget::Language::En;
        settings.texts.set(language, texts).expect("good texts");
        store::organizations::set_widget_settings(write.tx(), made.organization.number, &settings)?;
        Ok(made.organization.widget_id)
    });
    made.expect("an organization")
}

#[test]
fn names_and_texts_end_no_script_and_begin_none() {
    let scene = Scene::start();
    let widget_id = organization(&scene, EVIL);
    let stranger = scene.server.stranger();
    let script = stranger.get(&format!("/widget/{widget_id}/config.js"));
    assert!(
        !script.text().contains(['<', '\u{2028}', '\u{2029}']),
        "{}",
        script.text()
    );
    assert_eq!(told(&script)["buttonTexts"]["chatWithUs"], json!(EVIL));
    let page = stranger.get(&format!("/chat/{widget_id}"));
    let text = page.text();
    for (tag, count) in [
        ("<script", PANEL.matches("<script").count()),
        ("</script", PANEL.matches("</script").count()),
        ("<!--", 0),
        ("<title>", 1),
    ] {
        assert_eq!(text.matches(tag).count(), count, "{tag}: {text}");
    }
    let data = written(&page);
    assert_eq!(data["organizationName"], json!(EVIL));
    assert_eq!(data["texts"]["customStrings"]["welcome"], json!(EVIL));
    let title = "<title>en &lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!--\u{2028}\u{2029}{{config}}&#39;&quot;&amp;</title>";
    assert!(text.contains(title), "{text}");
}

#[test]
fn nothing_but_our_own_files_runs_in_the_panel() {
    let scene = Scene::start_with(|config| {
        config.public_url = "https://chat.example".to_owned();
        config.files.url = "https://files.example/kept".to_owned();
    });
    let page = scene.page(&scene.server.stranger(), "?utm_source=mail&lang=en&lang=de");
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").expect("a policy");
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; \
             connect-src 'self' ws://{host} wss://{host}; \
             img-src 'self' data: blob: https://files.example; media-src 'self' blob: https://files.example; \
             form-action 'none'; base-uri 'none'; frame-ancestors *",
            host = scene.server.address(),
        )
    );
    assert!(!policy.contains("unsafe"));
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-cache"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("cross-origin-embedder-policy", "credentialless"),
        ("x-robots-tag", "noindex"),
    ] {
        assert_eq!(page.header(name), Some(value), "{name}");
    }
    let permissions = page.header("permissions-policy").expect("one");
    for feature in ["camera=()", "microphone=()", "geolocation=()", "payment=()"] {
        assert!(permissions.contains(feature), "{permissions}");
    }
    // Nothing of the page would need more: no script or style stands in it.
    let inline = page.text().matches("<script>").count() + page.text().matches("<style").count();
    assert_eq!((inline, page.text().contains(" style=")), (0, false));
}

#[test]
fn a_proxy_that_hides_our_name_hides_no_socket() {
    let scene = Scene::start_with(|config| config.public_url = "https://chat.example/".to_owned());
    let socket = |host: &str| {
        let mut connection = scene.server.stranger().connect();
        let path = format!("/chat/{}", scene.widget_id());
        connection.write(format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n"));
        let page = connection.read().expect("an answer");
        let policy = page.header("content-security-policy").expect("a policy");
        let (_, rest) = policy.split_once("connect-src 'self' ").expect("sockets");
        rest.split_once(';').expect("an end").0.to_owned()
    };
    let known = "ws://chat.example wss://chat.example";
    assert_eq!(socket("chat.example"), known);
    assert_eq!(socket("parlour.internal:8080"), known);
    assert_eq!(socket("evil.example"), known);
}

#[test]
fn a_page_of_no_widget_says_so_and_nothing_else() {
    let scene = Scene::start();
    let stranger = scene.server.stranger();
    for id in ["000000000000000000000000", "x'\"><script>", "..%2f.."] {
        let page = stranger.get(&format!("/chat/{}", id.replace(['"', '<', '>'], "%3c")));
        assert_eq!(page.status, 404, "{id}");
        assert_eq!(
            page.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        assert_eq!(page.header("cache-control"), Some("no-store"));
        let text = page.text();
        assert!(text.contains("<h1>This chat does not exist</h1>"), "{text}");
        assert!(
            !text.contains("script") && !text.contains("Getwear"),
            "{text}"
        );
    }
}
