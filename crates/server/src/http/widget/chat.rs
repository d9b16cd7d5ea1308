//! The panel, as a page of its own and in the frame that the loader makes.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use model::widget::{Choice, WidgetSettings};

use super::{
    asked::Asked,
    config::{Spoken, find},
    language::direction,
    page::{escaped, fill, not_built, refused, respond, script_json},
};
use crate::{
    address::origin_of,
    http::{HttpState, extract::Id},
};

const TEMPLATE: &str = "widget/panel.html";

/// What lets the page into the frame of a site that isolates itself (HTML, section 7.1.4): it may be embedded by others,
/// and takes nothing from others that they do not give to everybody.
const ISOLATION: [(&str, &str); 2] = [
    ("cross-origin-resource-policy", "cross-origin"),
    ("cross-origin-embedder-policy", "credentialless"),
];

/// `GET /chat/{widgetId}`
pub(crate) async fn page(
    State(state): State<HttpState>,
    Id(widget_id): Id,
    asked: Asked,
    headers: HeaderMap,
) -> Response {
    let spoken = match find(&state, widget_id, &asked, &headers).await {
        Ok(spoken) => spoken,
        Err(problem) => return isolated(refused(&problem)),
    };
    let Some(template) = state.assets.find(TEMPLATE) else {
        return isolated(not_built());
    };
    let values = [
        ("language", spoken.language.as_str()),
        ("direction", direction(spoken.language)),
        ("title", &escaped(&spoken.texts.title)),
        ("config", &script_json(&spoken.config(&state))),
    ];
    let page = fill(&String::from_utf8_lossy(template.bytes()), &values);
    let policy = policy(&state, &spoken, &headers);
    isolated(respond(StatusCode::OK, page, &policy))
}

/// Nothing but our own files runs and is talked to, and no other site may show the chat (trust, case E7).
fn policy(state: &HttpState, spoken: &Spoken, headers: &HeaderMap) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let sockets = state.origins.sockets(host);
    let files = origin_of(&state.file_link_base).unwrap_or_default();
    let ancestors = ancestors(&spoken.shown.settings);
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' {sockets}; \
         img-src 'self' data: blob: {files}; media-src 'self' blob: {files}; \
         form-action 'none'; base-uri 'none'; frame-ancestors {ancestors}"
    )
}

/// The sites that may show the page in a frame: on any port, as `allowed_domains` says nothing of ports.
fn ancestors(settings: &WidgetSettings) -> String {
    if settings.allowed_domains.is_empty() {
        return "*".to_owned();
    }
    let mut ancestors = "'self'".to_owned();
    for domain in &settings.allowed_domains {
        let domain = domain.as_str();
        // A policy has no words for such an address (CSP3 section 2.3.1).
        if !domain.starts_with('[') {
            ancestors.push_str(&format!(" https://{domain}:* http://{domain}:*"));
        }
    }
    ancestors
}

fn isolated(mut response: Response) -> Response {
    let headers = ISOLATION.map(|(name, value)| {
        let name = HeaderName::from_static(name);
        (name, HeaderValue::from_static(value))
    });
    response.headers_mut().extend(headers);
    response
}
