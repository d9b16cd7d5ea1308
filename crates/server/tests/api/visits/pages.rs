//! Pages that visitors look at become visits.

use serde_json::{Value, json};
use testing::server::{START, TestServer};

use super::Guest;
use crate::arrange::{VISITOR, visitor_says};

const MINUTE_MS: i64 = 60_000;

#[test]
fn pages_of_one_stay_are_one_visit() {
    let server = TestServer::start();
    let guest = Guest::arrive(&server, &json!({}));
    assert_eq!(guest.visits(&server), Vec::<Value>::new());
    guest.view("https://getwear.com/", "Getwear");
    server.advance(MINUTE_MS);
    guest.view("https://getwear.com/women?q=a#b", " Jeans\nfor  women ");
    // The same page again is no other page.
    server.advance(29 * MINUTE_MS);
    guest.view("https://getwear.com/women?q=a#b", "Jeans for women (2)");
    assert_eq!(
        guest.visits(&server),
        [json!({
            "startedAt": START,
            "seenAt": START + 30 * MINUTE_MS,
            "finishedAt": null,
            "hostName": "getwear.com",
            "viewedPages": [
                {"link": "https://getwear.com/", "title": "Getwear", "at": START},
                {"link": "https://getwear.com/women?q=a#b", "title": "Jeans for women (2)", "at": START + MINUTE_MS},
            ],
        })]
    );
    // Thirty minutes later still, it is over whether anybody looks at another page or not.
    server.advance(30 * MINUTE_MS + 1);
    let visits = guest.visits(&server);
    assert_eq!(visits[0]["finishedAt"], START + 30 * MINUTE_MS);
    guest.view("https://getwear.com/", "");
    guest.view("https://blog.getwear.com:8443/", "Blog");
    let visits = guest.visits(&server);
    let hosts: Vec<&Value> = visits.iter().map(|visit| &visit["hostName"]).collect();
    assert_eq!(hosts, ["blog.getwear.com", "getwear.com", "getwear.com"]);
    assert_eq!(visits[0]["finishedAt"], Value::Null);
    assert_eq!(visits[1]["finishedAt"], visits[1]["seenAt"]);
    assert_eq!(visits[2]["finishedAt"], START + 30 * MINUTE_MS);
}

#[test]
fn the_latest_pages_and_visits_are_kept() {
    let server = TestServer::start_with(|config| config.limits.visitor_calls_per_minute = 100_000);
    let guest = Guest::arrive(&server, &json!({}));
    for number in 0..60 {
        guest.view(&format!("https://getwear.com/{number}"), "");
    }
    let visits = guest.visits(&server);
    let pages = visits[0]["viewedPages"].as_array().expect("pages");
    assert_eq!(pages.len(), 50);
    assert_eq!(pages[0]["link"], "https://getwear.com/10");
    for number in 0..110 {
        guest.view(&format!("https://shop{number}.getwear.com/"), "");
    }
    let path = format!("/api/v1/visitors/{}/visits?limit=60", guest.id);
    let first = server.client().get(&path).json(200);
    assert_eq!(first["items"][0]["hostName"], "shop109.getwear.com");
    let cursor = first["nextCursor"].as_str().expect("another page");
    let second = server
        .client()
        .get(&format!("{path}&cursor={cursor}"))
        .json(200);
    assert_eq!(second["nextCursor"], Value::Null);
    let rest = second["items"].as_array().expect("the rest");
    assert_eq!(rest.len(), 40);
    assert_eq!(rest[39]["hostName"], "shop10.getwear.com");
}

#[test]
fn only_pages_of_the_web_are_taken() {
    let server = TestServer::start();
    let guest = Guest::arrive(&server, &json!({}));
    let long = format!("https://getwear.com/{}", "a".repeat(2_048));
    for (page, expected) in [
        (json!({}), "400 missing_parameter: link is missing"),
        (
            json!({"link": "javascript:alert(1)"}),
            "400 invalid_parameter: link must be an http or https address",
        ),
        (
            json!({"link": "//getwear.com"}),
            "400 invalid_parameter: link must be an http or https address",
        ),
        (
            json!({"link": long}),
            "400 invalid_parameter: link is longer than 2048 bytes",
        ),
        (
            json!({"link": "https://getwear.com", "title": "t".repeat(301)}),
            "400 invalid_parameter: title is longer than 300 characters",
        ),
    ] {
        assert_eq!(guest.client.post("/live/pages", &page).refusal(), expected);
    }
    assert_eq!(guest.visits(&server), Vec::<Value>::new());
    let page = json!({"link": "https://getwear.com/", "title": "t".repeat(300)});
    guest.client.post("/live/pages", &page).empty(204);
    // Who is no visitor looks at nothing.
    for stranger in [
        server.stranger(),
        server.client(),
        server.stranger().with_token("vt_0"),
    ] {
        assert_eq!(stranger.post("/live/pages", &page).status, 401);
    }
}

#[test]
fn a_page_that_is_opened_in_two_tabs_at_once_is_one_visit() {
    let server = TestServer::start();
    let guest = Guest::arrive(&server, &json!({}));
    std::thread::scope(|tabs| {
        for tab in 0..8 {
            let guest = &guest;
            tabs.spawn(move || guest.view(&format!("https://getwear.com/{tab}"), ""));
        }
    });
    let visits = guest.visits(&server);
    assert_eq!(visits.len(), 1, "{visits:?}");
    let pages = visits[0]["viewedPages"].as_array().expect("pages");
    assert_eq!(pages.len(), 8);
}

#[test]
fn a_visitor_of_a_program_has_been_nowhere() {
    let server = TestServer::start();
    let client = server.client();
    visitor_says(&client, VISITOR, "Hello?");
    let path = format!("/api/v1/visitors/{VISITOR}");
    let visitor = client.get(&path).json(200);
    assert_eq!(visitor["ip"], Value::Null);
    for name in [
        "browser",
        "system",
        "userAgent",
        "language",
        "conversationLanguage",
        "country",
        "city",
    ] {
        assert_eq!(visitor[name], "", "{name}");
    }
    assert_eq!(visitor["isVerified"], false);
    let visits = client.get(&format!("{path}/visits")).json(200);
    assert_eq!(visits, json!({"items": [], "nextCursor": null}));
    let unknown = client.get("/api/v1/visitors/nobody/visits");
    assert_eq!(
        unknown.refusal(),
        "404 document_not_found: Visitor not found"
    );
}
