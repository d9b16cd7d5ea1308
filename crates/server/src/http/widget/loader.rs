//! The script that a site embeds, and the files that our pages load.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    assets::{self, how_to_build},
    http::HttpState,
};

const LOADER: &str = "widget/loader.js";

/// Sites keep it a few minutes, and use it while they ask for the next one.
const LOADER_CACHE: HeaderValue =
    HeaderValue::from_static("public, max-age=600, stale-while-revalidate=86400");

/// `GET /widget.js` and `GET /brevo-conversations.js`.
pub(crate) async fn script(State(state): State<HttpState>, request: HeaderMap) -> Response {
    let Some(loader) = state.assets.find(LOADER) else {
        return (StatusCode::SERVICE_UNAVAILABLE, how_to_build()).into_response();
    };
    let mut response = for_other_sites(assets::respond(loader, &request));
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, LOADER_CACHE);
    // Sites load it with `crossorigin`, where they want its errors or its integrity.
    let everybody = HeaderValue::from_static("*");
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, everybody);
    response
}

/// `GET /assets/{*file}`: what our pages load, most of it under names that change with the contents.
pub(crate) async fn file(
    State(state): State<HttpState>,
    Path(file): Path<String>,
    request: HeaderMap,
) -> Response {
    // Pages have addresses of their own, where they are filled in.
    let asset = state.assets.find(&file);
    match asset.filter(|_| !file.ends_with(".html")) {
        Some(asset) => for_other_sites(assets::respond(asset, &request)),
        None => (StatusCode::NOT_FOUND, "no such file\n").into_response(),
    }
}

/// Lets sites have it that isolate themselves.
fn for_other_sites(mut response: Response) -> Response {
    response.headers_mut().insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    response
}
