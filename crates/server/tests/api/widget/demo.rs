//! The page that shows a newcomer both ends.

use std::collections::BTreeSet;

use testing::client::Answer;

use super::{DEMO, Scene};

/// The nonce that a policy takes scripts by.
fn nonce(page: &Answer) -> String {
    let policy = page.header("content-security-policy").expect("a policy");
    let (_, rest) = policy.split_once("'nonce-").expect("a nonce");
    rest.split_once('\'').expect("its end").0.to_owned()
}

#[test]
fn the_demo_runs_its_own_scripts_under_a_nonce_that_nobody_knew() {
    let scene = Scene::start();
    let mut nonces = BTreeSet::new();
    for _ in 0..3 {
        let page = scene.server.stranger().get("/demo?utm_source=x");
        assert_eq!(page.status, 200);
        let nonce = nonce(&page);
        assert_eq!(
            page.header("content-security-policy").expect("a policy"),
            format!(
                "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; \
                 connect-src 'self' ws://{host} wss://{host}; frame-src 'self'; img-src 'self' data:; \
                 form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
                host = scene.server.address(),
            )
        );
        let attribute = format!("nonce=\"{nonce}\"");
        let places = DEMO.matches("nonce=\"{{nonce}}\"").count();
        assert!(places > 0);
        assert_eq!(page.text().matches(&attribute).count(), places);
        assert!(page.text().contains(scene.widget_id()));
        assert!(!page.text().contains("{{"), "{}", page.text());
        assert_eq!(page.header("x-robots-tag"), Some("noindex"));
        assert!(nonces.insert(nonce));
    }
}

#[test]
fn the_demo_is_for_the_only_widget_or_the_one_that_is_asked_for() {
    let scene = Scene::start();
    let stranger = scene.server.stranger();
    let other = scene.server.second_organization();
    let which = stranger.get("/demo");
    assert_eq!(which.status, 404);
    assert!(!which.text().contains(scene.widget_id()) && !which.text().contains(&other.widget_id));
    assert!(which.text().contains("?widget="), "{}", which.text());
    let asked = stranger.get(&format!("/demo?widget={}", other.widget_id));
    assert!(asked.text().contains(&other.widget_id));
    assert!(!asked.text().contains(scene.widget_id()));
    let invented = stranger.get("/demo?widget=';alert(1)//");
    assert_eq!(invented.status, 404);
    assert!(!invented.text().contains("alert"), "{}", invented.text());
}
