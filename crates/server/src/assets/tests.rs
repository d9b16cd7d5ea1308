//! The embedded front-ends, as browsers ask for them.

use axum::{
    body::to_bytes,
    http::{HeaderValue, Request},
};
use tower::ServiceExt;

use super::{
    docs::{GUIDE, POLICY, REFERENCE},
    *,
};

static SCRIPT: Asset = Asset {
    path: "docs/page.0123456789.js",
    mime: "text/javascript; charset=utf-8",
    hash: "5ca1ab1e",
    is_immutable: true,
    identity: b"plain",
    br: Some(b"brotli"),
    gz: Some(b"gzipped"),
};

static PICTURE: Asset = Asset {
    path: "docs/picture.png",
    mime: "image/png",
    hash: "0ddba11",
    is_immutable: false,
    identity: b"png",
    br: None,
    gz: None,
};

fn asking(name: header::HeaderName, value: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
}

async fn get_from_router(path: &str) -> Response {
    let request = Request::get(path).body(Body::empty()).unwrap();
    docs_router::<()>(&Assets::default())
        .oneshot(request)
        .await
        .unwrap()
}

#[test]
fn the_client_gets_the_coding_it_likes_best() {
    let cases = [
        ("", Coding::Identity),
        ("gzip, deflate, br, zstd", Coding::Br),
        ("gzip, deflate", Coding::Gzip),
        ("GZIP", Coding::Gzip),
        ("br;q=0.5, gzip;q=0.8", Coding::Gzip),
        ("br;q=0, gzip", Coding::Gzip),
        ("br ; q=0.001", Coding::Br),
        ("br;q=nonsense", Coding::Identity),
        ("*", Coding::Br),
        ("br;q=0, *;q=0.1", Coding::Gzip),
        ("*;q=0", Coding::Identity),
        ("identity", Coding::Identity),
        ("identity;q=1, br;q=0.5", Coding::Identity),
        ("identity;q=0.5, br;q=0.5", Coding::Br),
        ("zstd", Coding::Identity),
        ("identity;q=0", Coding::Identity),
    ];
    for (accepted, coding) in cases {
        let request = asking(header::ACCEPT_ENCODING, accepted);
        assert_eq!(choose(&SCRIPT, &request).0, coding, "{accepted}");
    }
    assert_eq!(choose(&SCRIPT, &HeaderMap::new()).0, Coding::Identity);
}

#[tokio::test]
async fn the_answer_carries_the_chosen_bytes_and_says_which() {
    let response = respond(&SCRIPT, &asking(header::ACCEPT_ENCODING, "gzip, br"));
    let headers = response.headers();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(headers[header::CONTENT_TYPE], SCRIPT.mime);
    assert_eq!(headers[header::CONTENT_ENCODING], "br");
    assert_eq!(headers[header::VARY], "accept-encoding");
    assert_eq!(headers[header::ETAG], "\"5ca1ab1e-br\"");
    assert_eq!(
        headers[header::CACHE_CONTROL],
        "public, max-age=31536000, immutable"
    );
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(to_bytes(response.into_body(), 100).await.unwrap(), "brotli");
}

#[tokio::test]
async fn a_file_without_twins_is_sent_plain_and_checked_each_time() {
    let response = respond(&PICTURE, &asking(header::ACCEPT_ENCODING, "gzip, br"));
    assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
    assert_eq!(to_bytes(response.into_body(), 100).await.unwrap(), "png");
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again() {
    let cases = [
        ("\"0ddba11-identity\"", StatusCode::NOT_MODIFIED),
        ("W/\"0ddba11-identity\"", StatusCode::NOT_MODIFIED),
        ("\"older\", \"0ddba11-identity\"", StatusCode::NOT_MODIFIED),
        ("*", StatusCode::NOT_MODIFIED),
        ("\"0ddba11-br\"", StatusCode::OK),
        ("\"older\"", StatusCode::OK),
    ];
    for (tags, status) in cases {
        let response = respond(&PICTURE, &asking(header::IF_NONE_MATCH, tags));
        assert_eq!(response.status(), status, "{tags}");
        assert_eq!(response.headers()[header::ETAG], "\"0ddba11-identity\"");
        assert_eq!(response.headers()[header::VARY], "accept-encoding");
        let body = to_bytes(response.into_body(), 100).await.unwrap();
        assert_eq!(
            body.is_empty(),
            status == StatusCode::NOT_MODIFIED,
            "{tags}"
        );
    }
}

#[tokio::test]
async fn the_page_is_there_in_every_build_under_its_policy() {
    let response = get_from_router("/docs").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::CONTENT_SECURITY_POLICY], POLICY);
    let body = to_bytes(response.into_body(), 100_000).await.unwrap();
    let body = str::from_utf8(&body).unwrap();
    match NOT_BUILT {
        None => assert!(body.contains("<title>Parlour API</title>")),
        Some(reason) => assert!(body.contains(reason) && body.contains("npm run build")),
    }
}

#[test]
fn all_that_pages_load_is_embedded_under_names_that_may_be_kept() {
    let assets = Assets::default();
    let pages = [REFERENCE, GUIDE, "widget/panel.html", "demo/index.html"];
    for page in pages.into_iter().filter_map(|page| assets.find(page)) {
        let text = str::from_utf8(page.identity).unwrap();
        let parts = text.split('"');
        let loaded: Vec<_> = parts
            .filter(|part| part.contains('.'))
            .filter_map(|part| match part.strip_prefix("/assets/") {
                Some(path) => Some(path),
                None if part.starts_with("/docs/") => part.strip_prefix('/'),
                None => None,
            })
            .collect();
        assert!(!loaded.is_empty(), "{}", page.path);
        for path in loaded {
            let asset = assets.find(path);
            assert!(asset.is_some_and(|asset| asset.is_immutable), "{path}");
        }
    }
}

#[tokio::test]
async fn what_is_not_embedded_is_not_found() {
    for path in [
        "/docs/unknown.js",
        "/docs/../stamp",
        "/docs/%2e%2e/stamp",
        "/docs//index.html",
    ] {
        assert_eq!(
            get_from_router(path).await.status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let assets = Assets::default();
    assert!(assets.find("stamp").is_none() && assets.find("").is_none());
}

#[tokio::test]
async fn a_slash_at_the_end_is_taken_away() {
    let response = get_from_router("/docs/").await;
    assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(response.headers()[header::LOCATION], "/docs");
}
