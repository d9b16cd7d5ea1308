//! The pages at `/docs`: the API reference, and how a site gets the widget.

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use super::{Assets, how_to_build, respond};

/// The API reference.
pub(super) const REFERENCE: &str = "docs/index.html";

/// For those who put the widget on their site.
pub(super) const GUIDE: &str = "docs/widget.html";

/// Inline styles are the one concession: Scalar brings its style sheet as a `style` element. Nothing
/// may be loaded from or sent to another host.
pub(super) const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; \
     img-src 'self' data:; font-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
);

/// Everything at `/docs`.
pub(crate) fn docs_router<S: Clone + Send + Sync + 'static>(assets: &Assets) -> Router<S> {
    let page = |path: &'static str| {
        let assets = assets.clone();
        get(move |request: HeaderMap| async move {
            match assets.find(path) {
                Some(page) => with_policy(respond(page, &request)),
                None => not_built(),
            }
        })
    };
    let files = assets.clone();
    let file = move |Path(file): Path<String>, request: HeaderMap| async move {
        match files.find(&format!("docs/{file}")) {
            Some(asset) => with_policy(respond(asset, &request)),
            None => (StatusCode::NOT_FOUND, "no such file\n").into_response(),
        }
    };
    Router::new()
        .route("/docs", page(REFERENCE))
        .route("/docs/", get(|| async { Redirect::permanent("/docs") }))
        .route("/docs/widget", page(GUIDE))
        .route("/docs/{*file}", get(file))
}

fn with_policy(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response
}

/// What a debug build without front-ends shows in their place.
fn not_built() -> Response {
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
    ];
    with_policy((headers, how_to_build()).into_response())
}
