//! The script that sites embed, and the files that our pages load.

use super::{LOADER, Scene};

#[test]
fn the_loader_has_two_names_and_is_kept_ten_minutes() {
    let scene = Scene::start();
    let stranger = scene.server.stranger();
    for path in ["/widget.js", "/brevo-conversations.js"] {
        let script = stranger.get(path);
        assert_eq!((script.status, script.text()), (200, LOADER), "{path}");
        for (name, value) in [
            ("content-type", "text/javascript; charset=utf-8"),
            (
                "cache-control",
                "public, max-age=600, stale-while-revalidate=86400",
            ),
            ("cross-origin-resource-policy", "cross-origin"),
            ("access-control-allow-origin", "*"),
            ("vary", "accept-encoding"),
        ] {
            assert_eq!(script.header(name), Some(value), "{path} {name}");
        }
        let etag = script.header("etag").expect("an entity tag");
        let again = stranger.with_header("if-none-match", etag).get(path);
        again.empty(304);
        let kept = "public, max-age=600, stale-while-revalidate=86400";
        assert_eq!(again.header("cache-control"), Some(kept));
    }
}

#[test]
fn the_panels_files_are_there_and_templates_are_no_files() {
    let scene = Scene::start();
    let stranger = scene.server.stranger();
    let script = stranger.get("/assets/widget/panel.ABCDEFG2.js");
    assert_eq!(
        (script.status, script.text()),
        (200, "console.log('panel')")
    );
    for path in [
        "/assets/widget/panel.html",
        "/assets/demo/index.html",
        "/assets/widget/none.js",
        "/assets/../widget/loader.js",
        "/assets/%2e%2e/stamp",
        "/assets/",
    ] {
        assert_eq!(stranger.get(path).status, 404, "{path}");
    }
}

#[test]
fn the_guide_for_sites_is_among_the_documents() {
    let scene = Scene::start();
    let guide = scene.server.stranger().get("/docs/widget");
    assert_eq!(guide.status, 200);
    assert_eq!(guide.text(), "<title>The widget</title>");
}

#[test]
fn a_server_without_front_ends_says_how_to_build_them() {
    let scene = Scene::start_with(|config| config.web_dev = Some("/nowhere".into()));
    let stranger = scene.server.stranger();
    let page = scene.page(&stranger, "");
    for (answer, kind) in [
        (&page, "text/html; charset=utf-8"),
        (&stranger.get("/demo"), "text/html; charset=utf-8"),
        (&stranger.get("/widget.js"), "text/plain; charset=utf-8"),
    ] {
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert_eq!(answer.header("content-type"), Some(kind));
        assert!(answer.text().contains("npm run build"), "{}", answer.text());
    }
}
