//! The embedded front-ends: the files of `web/dist`, served from memory with their compressed twins.

use axum::{
    Router,
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

// `ASSETS`, empty where the front-ends were not built, and `NOT_BUILT`, which then says why.
include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// One file of a front-end; `build.rs` writes the table of them.
pub(crate) struct Asset {
    /// Relative to `web/dist`: `docs/index.html`.
    path: &'static str,
    mime: &'static str,
    /// The beginning of the SHA-256 of `identity`.
    hash: &'static str,
    /// The name holds a hash of the contents, so the contents of this name never change.
    is_immutable: bool,
    identity: &'static [u8],
    br: Option<&'static [u8]>,
    gz: Option<&'static [u8]>,
}

const DOCS_PAGE: &str = "docs/index.html";

/// Inline styles are the one concession: Scalar brings its style sheet as a `style` element. Nothing
/// may be loaded from or sent to another host.
const DOCS_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; \
     img-src 'self' data:; font-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
);

/// The API reference at `/docs`.
pub(crate) fn docs_router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/docs", get(docs_page))
        .route("/docs/", get(|| async { Redirect::permanent("/docs") }))
        .route("/docs/{*file}", get(docs_file))
}

async fn docs_page(request: HeaderMap) -> Response {
    match find(DOCS_PAGE) {
        Some(page) => with_docs_policy(respond(page, &request)),
        None => not_built(),
    }
}

async fn docs_file(Path(file): Path<String>, request: HeaderMap) -> Response {
    match find(&format!("docs/{file}")) {
        Some(asset) => with_docs_policy(respond(asset, &request)),
        None => (StatusCode::NOT_FOUND, "no such file\n").into_response(),
    }
}

fn with_docs_policy(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, DOCS_POLICY);
    response
}

/// What a debug build without front-ends shows in their place.
fn not_built() -> Response {
    let reason = NOT_BUILT.unwrap_or("incomplete");
    let text = format!(
        "This build of Parlour has no pages: web/dist was {reason} when it was compiled.\n\n\
         Build the front-ends, then the server again:\n\n    \
         cd web && npm ci\n    npm run build\n\nor do both with `make build`.\n\n\
         The API works without them; its description is at /openapi.json.\n"
    );
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_SECURITY_POLICY, DOCS_POLICY),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
    ];
    (headers, text).into_response()
}

/// The asset at a path relative to `web/dist`.
pub(crate) fn find(path: &str) -> Option<&'static Asset> {
    let index = ASSETS.binary_search_by(|asset| asset.path.cmp(path));
    index.ok().map(|index| &ASSETS[index])
}

/// Answers with the asset in the best coding the client takes, or with 304 where the client has it.
pub(crate) fn respond(asset: &'static Asset, request: &HeaderMap) -> Response {
    let (coding, bytes) = choose(asset, request);
    // Each coding is a representation of its own and needs an entity tag of its own.
    let etag = format!("\"{}-{}\"", asset.hash, coding.name());
    let response = Response::builder()
        .header(header::ETAG, &etag)
        .header(header::VARY, "accept-encoding")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::CACHE_CONTROL, cache_control(asset));
    let response = if has_current(request, &etag) {
        response
            .status(StatusCode::NOT_MODIFIED)
            .body(Body::empty())
    } else if coding == Coding::Identity {
        response
            .header(header::CONTENT_TYPE, asset.mime)
            .body(Body::from(bytes))
    } else {
        response
            .header(header::CONTENT_TYPE, asset.mime)
            .header(header::CONTENT_ENCODING, coding.name())
            .body(Body::from(bytes))
    };
    response.expect("every header is made of plain ASCII")
}

fn cache_control(asset: &Asset) -> &'static str {
    if asset.is_immutable {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Br,
    Gzip,
    Identity,
}

impl Coding {
    fn name(self) -> &'static str {
        match self {
            Coding::Br => "br",
            Coding::Gzip => "gzip",
            Coding::Identity => "identity",
        }
    }
}

/// The smallest form among those the client likes best. A client that takes none of ours gets the
/// plain bytes: that helps it more than 406.
fn choose(asset: &Asset, request: &HeaderMap) -> (Coding, &'static [u8]) {
    let mut best = (Coding::Identity, asset.identity);
    let mut best_weight = 0;
    for (coding, bytes) in [(Coding::Br, asset.br), (Coding::Gzip, asset.gz)] {
        let weight = weight(request, coding.name()).unwrap_or(0);
        if let Some(bytes) = bytes
            && weight > best_weight
        {
            (best, best_weight) = ((coding, bytes), weight);
        }
    }
    // Not named, plain bytes are the last choice; named, they are a choice like the others.
    if weight(request, Coding::Identity.name()).is_some_and(|weight| weight > best_weight) {
        best = (Coding::Identity, asset.identity);
    }
    best
}

/// How much the client wants a coding, in thousandths, if `Accept-Encoding` names it or says `*`.
fn weight(request: &HeaderMap, coding: &str) -> Option<u16> {
    let mut any = None;
    for line in request.get_all(header::ACCEPT_ENCODING) {
        for element in line.to_str().unwrap_or_default().split(',') {
            let (name, parameters) = element.split_once(';').unwrap_or((element, ""));
            let weight = match parameters
                .trim()
                .strip_prefix("q=")
                .map(|quality| quality.trim().parse::<f32>())
            {
                Some(Ok(quality)) => (quality.clamp(0.0, 1.0) * 1000.0) as u16,
                Some(Err(_)) => 0,
                None => 1000,
            };
            if name.trim().eq_ignore_ascii_case(coding) {
                return Some(weight);
            }
            if name.trim() == "*" && coding != Coding::Identity.name() {
                any = Some(weight);
            }
        }
    }
    any
}

/// Whether `If-None-Match` names this tag. A proxy may have weakened it, which does not matter here.
fn has_current(request: &HeaderMap, etag: &str) -> bool {
    let lines = request.get_all(header::IF_NONE_MATCH).into_iter();
    let mut tags = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use axum::{body::to_bytes, http::Request};
    use tower::ServiceExt;

    use super::*;

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
        docs_router::<()>().oneshot(request).await.unwrap()
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
        assert_eq!(
            response.headers()[header::CONTENT_SECURITY_POLICY],
            DOCS_POLICY
        );
        let body = to_bytes(response.into_body(), 100_000).await.unwrap();
        let body = str::from_utf8(&body).unwrap();
        match NOT_BUILT {
            None => assert!(body.contains("<title>Parlour API</title>")),
            Some(reason) => assert!(body.contains(reason) && body.contains("npm run build")),
        }
    }

    #[tokio::test]
    async fn all_the_page_loads_is_embedded_under_names_that_may_be_kept() {
        let Some(page) = find(DOCS_PAGE) else { return };
        let page = str::from_utf8(page.identity).unwrap();
        let loaded: Vec<_> = page
            .split('"')
            .filter(|part| part.starts_with("/docs/"))
            .collect();
        assert!(!loaded.is_empty());
        for path in loaded {
            let response = get_from_router(path).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert!(
                response.headers()[header::CACHE_CONTROL]
                    .to_str()
                    .unwrap()
                    .contains("immutable"),
                "{path}"
            );
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
        assert!(find("stamp").is_none() && find("").is_none());
    }

    #[tokio::test]
    async fn a_slash_at_the_end_is_taken_away() {
        let response = get_from_router("/docs/").await;
        assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
        assert_eq!(response.headers()[header::LOCATION], "/docs");
    }
}
