//! The headers under which files are sent: whatever is in one, a browser runs nothing of it in this server's name.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use model::file::{StoredFile, TEXT_TYPE, percent_encode};

use crate::files::Part;

/// Nothing in a file may be loaded, run or submitted, and a page made of it belongs to no origin.
const POLICY: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'");

/// The bytes behind a link never change; they are nobody else's to keep, and must be gone some time after a deletion.
const CACHING: HeaderValue = HeaderValue::from_static("private, max-age=86400, immutable");

/// Pages of other sites show files: the widget is part of them.
const RESOURCE_POLICY: HeaderValue = HeaderValue::from_static("cross-origin");

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

/// Writes what every answer with a file says.
pub(super) fn write_headers(
    headers: &mut HeaderMap,
    file: &StoredFile,
    mime_type: &str,
    etag: &str,
) {
    let kind = match mime_type {
        TEXT_TYPE => "text/plain; charset=utf-8",
        other => other,
    };
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, CACHING),
        (CROSS_ORIGIN_RESOURCE_POLICY, RESOURCE_POLICY),
        (header::ACCEPT_RANGES, HeaderValue::from_static("bytes")),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
    ];
    let written = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, disposition(file)),
        (header::ETAG, etag.to_owned()),
    ];
    for (name, value) in fixed {
        headers.insert(name, value);
    }
    for (name, value) in written {
        let value = HeaderValue::from_str(&value).expect("written in ASCII without line breaks");
        headers.insert(name, value);
    }
}

/// Whether a browser shows or saves it, and under which name (RFC 6266, RFC 8187).
fn disposition(file: &StoredFile) -> String {
    let kind = if file.is_shown() {
        "inline"
    } else {
        "attachment"
    };
    format!("{kind}; filename*=UTF-8''{}", percent_encode(&file.name))
}

/// What tells these bytes from all others.
pub(super) fn etag(file: &StoredFile, part: Part) -> String {
    format!("\"{}\"", part.name(&file.sha256))
}

/// Whether the caller has these bytes already.
pub(super) fn is_known_to(headers: &HeaderMap, etag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    known
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == etag || tag == "*")
}
