//! What is found out when a visitor's panel opens.

use std::path::PathBuf;

use serde_json::{Value, json};
use server::wire::Server;
use testing::server::{START, TestServer};

use super::{FIREFOX, Guest};
use crate::arrange::{new_group, text_of, visitor_says};

/// Places of the addresses that documents use; how it was made stands in src/geo/tests.rs.
pub(crate) fn places() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/places.mmdb"))
}

#[test]
fn a_browser_tells_what_it_is_and_where() {
    let server = TestServer::start_with(|config| {
        config.http.trusted_proxies = "127.0.0.1".to_owned();
        config.visitors.geoip_file = places();
    });
    let browser = server
        .stranger()
        .with_header("user-agent", FIREFOX)
        .with_header("accept-language", "fr-ch, fr;q=0.9, en;q=0.8")
        .with_header("x-forwarded-for", "203.0.113.7");
    let page = json!({"link": "https://getwear.com/women", "title": "Women"});
    let more = json!({"page": page, "language": "fr"});
    let mut guest = Guest::arrive_through(&server, &browser, &more);
    let seen = guest.as_agents_see(&server);
    for (name, expected) in [
        ("ip", "203.0.113.7"),
        ("browser", "Firefox 128"),
        ("system", "Linux"),
        ("userAgent", FIREFOX),
        ("language", "fr-CH"),
        ("conversationLanguage", "fr"),
        ("country", "France"),
        ("city", "Paris"),
    ] {
        assert_eq!(seen[name], expected, "{name}");
    }
    assert_eq!(guest.visits(&server)[0]["viewedPages"][0]["at"], START);

    // They travel, and change their browser; the language of the widget is told when it is another.
    let elsewhere = server
        .stranger()
        .with_header("user-agent", "curl/8")
        .with_header("x-forwarded-for", "2001:db8::7");
    guest.come_back(&server, &elsewhere, &json!({}));
    let seen = guest.as_agents_see(&server);
    for (name, expected) in [
        ("ip", "2001:db8::7"),
        ("browser", ""),
        ("userAgent", "curl/8"),
        ("language", ""),
        ("conversationLanguage", "fr"),
        ("country", "Switzerland"),
        ("city", ""),
    ] {
        assert_eq!(seen[name], expected, "{name}");
    }
}

#[test]
fn mistakes_of_the_site_keep_nobody_from_chatting() {
    let server = TestServer::start();
    let guest = Guest::arrive(
        &server,
        &json!({
            "page": {"link": "about:blank"},
            "language": "klingon!",
            "groupId": "nobodys",
            "attributes": {"email": "anna@example.com", "name": "n".repeat(1_001), "cart": ["jeans"]},
        }),
    );
    let mut notices: Vec<&str> = guest.session["notices"]
        .as_array()
        .expect("notices")
        .iter()
        .map(text_of)
        .collect();
    notices.sort_unstable();
    assert_eq!(
        notices,
        [
            "attribute_ignored",
            "group_unknown",
            "language_ignored",
            "page_ignored"
        ]
    );
    let seen = guest.as_agents_see(&server);
    assert_eq!(seen["attributes"], json!({"EMAIL": "anna@example.com"}));
    assert_eq!(seen["groupId"], Value::Null);
}

#[test]
fn a_header_of_any_length_is_cut() {
    let server = TestServer::start();
    let browser = server
        .stranger()
        .with_header("user-agent", &"x".repeat(4_000))
        .with_header("accept-language", &"x,".repeat(2_000));
    let guest = Guest::arrive_through(&server, &browser, &json!({}));
    let seen = guest.as_agents_see(&server);
    assert_eq!(text_of(&seen["userAgent"]).len(), 512);
    assert_eq!(seen["language"], "");
}

#[test]
fn a_page_says_where_chats_go_that_are_started_on_it() {
    let server = TestServer::start();
    let client = server.client();
    let [sales, support] = ["Sales", "Support"].map(|name| new_group(&client, name, &[]));
    let stranger = server.stranger();
    let mut guest = Guest::arrive(&server, &json!({"groupId": sales}));
    assert_eq!(guest.as_agents_see(&server)["groupId"], json!(sales));
    guest.come_back(&server, &stranger, &json!({"groupId": support}));
    assert_eq!(guest.as_agents_see(&server)["groupId"], json!(support));
    // A chat that runs is not taken from those who have it.
    visitor_says(&client, &guest.id, "Hello?");
    guest.come_back(&server, &stranger, &json!({"groupId": sales}));
    assert_eq!(guest.as_agents_see(&server)["groupId"], json!(support));
    server.advance(3_600_000);
    let conversation = text_of(&guest.session["conversationId"]).to_owned();
    let close = format!("/api/v1/conversations/{conversation}/close");
    client.post(&close, &json!({})).json(200);
    guest.come_back(&server, &stranger, &json!({"groupId": sales}));
    assert_eq!(guest.as_agents_see(&server)["groupId"], json!(sales));
}

#[test]
fn a_file_that_tells_no_places_stops_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("places.mmdb");
    std::fs::write(&file, "no places").expect("a file");
    let mut config =
        server::config::Config::default_for(folder.path().to_owned()).expect("a configuration");
    config.listen = "127.0.0.1:0".to_owned();
    config.visitors.geoip_file = file;
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let clock = std::sync::Arc::new(app::clock::Clock::manual(START));
    let refused = runtime.block_on(Server::start(config, clock)).err();
    let refused = refused.expect("it does not start").to_string();
    assert!(refused.starts_with("visitors.geoip_file /"), "{refused}");
    assert!(!folder.path().join("parlour.db").exists());
}
