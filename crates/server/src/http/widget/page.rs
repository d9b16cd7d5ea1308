//! Pages of our own: templates that are filled in, what protects them, and what is shown in their place.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use model::html;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{assets::how_to_build, http::problem::Problem};

/// What no page of ours asks a browser for, and nothing in it may.
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), \
     midi=(), payment=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=()",
);

/// How the small pages look that stand for others: as the system does.
const STYLE: &str = "body{margin:0;min-height:100vh;display:grid;place-content:center;padding:0 1.5rem;box-sizing:border-box;\
    font:1rem/1.5 system-ui,sans-serif}main{max-width:34rem}h1{font-size:1.25rem;margin:0}p{margin:.5rem 0 0;white-space:pre-line}";

/// A template, filled in: each `{{name}}` by the value of that name, which is not looked at again.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut page = String::with_capacity(template.len() + 4_096);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        page.push_str(before);
        let found = after.split_once("}}").and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((*value, after))
        });
        rest = match found {
            Some((value, after)) => {
                page.push_str(value);
                after
            }
            None => {
                page.push_str("{{");
                after
            }
        };
    }
    page.push_str(rest);
    page
}

/// A text for an element or a quoted attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    html::escape(text, &mut escaped);
    escaped
}

/// JSON that can stand in a script, and in a data block, which ends with the first `</script` wherever that stands (HTML,
/// section 4.12.1.3); two characters of it end a line in older engines.
pub(super) fn script_json(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("its keys are texts");
    // Outside of texts JSON has none of them.
    json.replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

/// Answers with a page under a policy; each visit asks whether it has changed.
pub(super) fn respond(status: StatusCode, page: String, policy: &str) -> Response {
    let mut response = (status, Html(page)).into_response();
    let headers = response.headers_mut();
    let policy = HeaderValue::from_str(policy).expect("hosts and our own words are plain ASCII");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    let others = [
        ("permissions-policy", PERMISSIONS),
        ("x-robots-tag", HeaderValue::from_static("noindex")),
        ("cache-control", HeaderValue::from_static("no-cache")),
    ];
    for (name, value) in others {
        headers.insert(HeaderName::from_static(name), value);
    }
    response
}

/// A small page that says why there is none.
pub(super) fn refused(problem: &Problem) -> Response {
    let heading = match problem.status() {
        StatusCode::NOT_FOUND => "This chat does not exist",
        status if status.is_server_error() => "The chat is not available now",
        _ => "The chat cannot be shown",
    };
    let text = format!("{}.", capitalized(problem.message()));
    let page = small(heading, &text);
    let mut response = instead(problem.status(), page);
    if let Some(value) = problem.retry_after() {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// What is shown by a debug build without front-ends.
pub(super) fn not_built() -> Response {
    let page = small("The front-ends are not built", &how_to_build());
    instead(StatusCode::SERVICE_UNAVAILABLE, page)
}

fn instead(status: StatusCode, page: String) -> Response {
    // It loads nothing, and may be shown wherever the page could be that it stands for.
    let style = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"
    );
    let mut response = respond(status, page, &policy);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn small(heading: &str, text: &str) -> String {
    let paragraphs: String = text
        .split("\n\n")
        .map(|paragraph| format!("<p>{}</p>\n", escaped(paragraph.trim())))
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{heading}</title>\n<style>{STYLE}</style>\n\
         <main>\n<h1>{heading}</h1>\n{paragraphs}</main>\n"
    )
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_filled_in_itself() {
        let values = [("title", "{{config}} {{title}}"), ("config", "{}")];
        let template = "<title>{{title}}</title>{{config}}{{unknown}}{{ {{config";
        let page = "<title>{{config}} {{title}}</title>{}{{unknown}}{{ {{config";
        assert_eq!(fill(template, &values), page);
    }

    #[test]
    fn json_neither_ends_its_script_nor_a_line_of_it() {
        let evil = "</script><!--\u{2028}\u{2029}\"\\";
        let json = script_json(&evil);
        assert_eq!(json, r#""\u003c/script>\u003c!--\u2028\u2029\"\\""#);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), evil);
    }
}
