//! The sites that a widget is for, and our own pages, which are always among them (trust, cases E5 and E7).

use serde_json::json;
use testing::client::Client;

use super::Scene;
use crate::arrange::text_of;

const DOMAINS: [&str; 4] = [
    "shop.example",
    "*.shop.example",
    "bücher.example",
    "[2001:db8::1]",
];

/// A server that others know by a name, with a widget for some sites.
fn scene() -> Scene {
    let scene = Scene::start_with(|config| config.public_url = "https://chat.example".to_owned());
    scene.set(&json!({"allowedDomains": DOMAINS}));
    scene
}

#[test]
fn e5_a_page_of_another_site_is_told_nothing() {
    let scene = scene();
    let own = scene.server.address().to_string();
    let local = format!("localhost:{}", scene.server.address().port());
    let stranger = scene.server.stranger();
    for host in [
        "shop.example",
        "SHOP.example:8443",
        "www.shop.example",
        "xn--bcher-kva.example",
        "[2001:db8::1]:8080",
        "chat.example",
        &own,
        &local,
    ] {
        for file in ["config.js", "config.json"] {
            let answer = scene.ask(&stranger, file, &format!("?host={host}"));
            assert_eq!(answer.status, 200, "{host}: {}", answer.text());
        }
    }
    for (host, how) in [
        ("evil.example", "on a site that this widget is not for"),
        ("evilshop.example", "on a site that this widget is not for"),
        (
            "shop.example.evil.example",
            "on a site that this widget is not for",
        ),
        ("chat.example:8443", "on a site that this widget is not for"),
        ("localhost:1", "on a site that this widget is not for"),
        ("", "missing, and this widget is for certain sites only"),
    ] {
        for file in ["config.js", "config.json"] {
            let refused = scene.ask(&stranger, file, &format!("?host={host}"));
            let expected = format!("403 domain_not_allowed: host is {how}");
            assert_eq!(refused.refusal(), expected, "{host}");
            assert_eq!(refused.header("cache-control"), Some("no-store"));
        }
    }
    scene.set(&json!({"allowedDomains": []}));
    for host in ["evil.example", ""] {
        let answer = scene.ask(&stranger, "config.js", &format!("?host={host}"));
        assert_eq!(answer.status, 200);
    }
}

#[test]
fn e5_a_page_that_lies_about_its_host_is_given_away_by_its_browser() {
    let scene = scene();
    let from = |referer: &str| {
        let browser = scene.server.stranger().with_header("referer", referer);
        scene.ask(&browser, "config.js", "?host=shop.example")
    };
    for referer in [
        "https://shop.example/",
        "https://www.shop.example/a?b",
        "https://chat.example/demo",
    ] {
        assert_eq!(from(referer).status, 200, "{referer}");
    }
    let refusal =
        "403 domain_not_allowed: the Referer header is on a site that this widget is not for";
    assert_eq!(from("https://evil.example/").refusal(), refusal);
    assert_eq!(
        from("https://shop.example@evil.example/").refusal(),
        refusal
    );
    assert_eq!(from("about:srcdoc").status, 403);
    // Browsers may be told to keep it to themselves.
    let silent = scene.ask(&scene.server.stranger(), "config.js", "");
    assert_eq!(silent.status, 200);
}

#[test]
fn e7_no_other_site_shows_the_panel() {
    let scene = Scene::start();
    let ancestors = || {
        let page = scene.page(&scene.server.stranger(), "");
        let policy = page.header("content-security-policy").expect("a policy");
        assert_eq!(page.header("x-frame-options"), None);
        let (_, ancestors) = policy.split_once("frame-ancestors ").expect("ancestors");
        ancestors.to_owned()
    };
    assert_eq!(ancestors(), "*");
    scene.set(&json!({"allowedDomains": DOMAINS}));
    assert_eq!(
        ancestors(),
        "'self' https://shop.example:* http://shop.example:* \
         https://*.shop.example:* http://*.shop.example:* \
         https://xn--bcher-kva.example:* http://xn--bcher-kva.example:*"
    );
}

/// Whoever has a session on a page.
fn session_on(scene: &Scene, link: &str) -> Client {
    let shown = json!({"widgetId": scene.widget_id(), "page": {"link": link, "title": "Chat"}});
    let session = scene.server.stranger().post("/live/session", &shown);
    let session = session.json(200);
    scene
        .server
        .stranger()
        .with_token(text_of(&session["visitorToken"]))
}

#[test]
fn the_hosted_chat_works_although_the_widget_is_for_other_sites() {
    let scene = scene();
    let here = format!(
        "http://{}/chat/{}",
        scene.server.address(),
        scene.widget_id()
    );
    for link in [
        &format!("https://chat.example/chat/{}", scene.widget_id()),
        &here,
        "https://shop.example/shoes",
    ] {
        let visitor = session_on(&scene, link);
        visitor
            .post("/live/pages", &json!({"link": link, "title": "Chat"}))
            .empty(204);
        // The same host on another port, or without encryption, is somebody else's page.
        for elsewhere in [
            "https://evil.example/",
            "http://chat.example/",
            "https://127.0.0.1/",
        ] {
            let refused = visitor.post("/live/pages", &json!({"link": elsewhere}));
            assert_eq!(
                refused.refusal(),
                "403 domain_not_allowed: link is on a site that this widget is not for",
                "{elsewhere}"
            );
        }
    }
    scene.set(&json!({"allowedDomains": []}));
    let visitor = session_on(&scene, "https://evil.example/");
    visitor
        .post("/live/pages", &json!({"link": "https://evil.example/2"}))
        .empty(204);
}
