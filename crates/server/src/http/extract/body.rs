//! The JSON body of a request, read strictly, and its idempotency key.

use app::once::Once;
use axum::{
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use model::limit::IDEMPOTENCY_KEY_LENGTH_MAX;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::strict::Strict;
use crate::http::problem::Problem;

/// Most bytes of a JSON body: the longest text, all of it escaped, fits several times.
const BODY_BYTES_MAX: usize = 256 * 1_024;

/// Longest part of a parser's words that is repeated to a client.
const REASON_LENGTH_MAX: usize = 200;

/// A body as `T`, and the request's `Idempotency-Key` with the hash of what it asks.
pub(crate) struct Body<T> {
    pub(crate) value: T,
    pub(crate) once: Option<Once>,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = read(body).await?;
        if !bytes.is_empty() {
            require_json(&parts.headers)?;
        }
        let once = idempotency_key(&parts.headers)?.map(|idempotency_key| {
            let asked = Sha256::new()
                .chain_update(parts.method.as_str())
                .chain_update([0])
                .chain_update(parts.uri.path());
            let fingerprint = hex::encode(asked.chain_update([0]).chain_update(&bytes).finalize());
            Once {
                idempotency_key,
                fingerprint,
            }
        });
        Ok(Self {
            value: parse(&bytes)?,
            once,
        })
    }
}

async fn read(body: axum::body::Body) -> Result<Bytes, Problem> {
    let collected = Limited::new(body, BODY_BYTES_MAX).collect().await;
    collected
        .map(http_body_util::Collected::to_bytes)
        .map_err(|error| {
            if error.is::<LengthLimitError>() {
                let message = format!("the body is larger than {BODY_BYTES_MAX} bytes");
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "bad_request", message)
            } else {
                Problem::bad_request("the body did not arrive whole")
            }
        })
}

/// Refuses a body that says it is not JSON in UTF-8.
fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut parts = kind.split(';').map(|part| part.trim().to_ascii_lowercase());
    let is_json = parts
        .next()
        .is_some_and(|essence| essence == "application/json");
    let is_utf8 = parts.all(|part| {
        part.strip_prefix("charset=")
            .is_none_or(|charset| charset.trim_matches('"') == "utf-8")
    });
    if is_json && is_utf8 {
        return Ok(());
    }
    let message = "Content-Type must be application/json, in UTF-8";
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "not_acceptable",
        message,
    ))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    let is_printable = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if (1..=IDEMPOTENCY_KEY_LENGTH_MAX).contains(&text.len()) && is_printable {
        Ok(Some(text.to_owned()))
    } else {
        Err(Problem::invalid(format!(
            "Idempotency-Key must be 1 to {IDEMPOTENCY_KEY_LENGTH_MAX} printable ASCII characters"
        )))
    }
}

/// Reads a body as `T`. No body is an empty object: clients send both.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let object = if bytes.is_empty() {
        Value::Object(serde_json::Map::new())
    } else {
        parse_object(bytes)?
    };
    serde_path_to_error::deserialize(object).map_err(|error| {
        let (path, reason) = (
            error.path().to_string(),
            error.inner().to_string().replace('`', ""),
        );
        let reason = shortened(&reason);
        if let Some(field) = reason.strip_prefix("missing field ") {
            Problem::missing(format!("{field} is missing"))
        } else if path == "." || reason.starts_with("unknown field") {
            Problem::invalid(reason)
        } else {
            Problem::invalid(format!("{path}: {reason}"))
        }
    })
}

fn parse_object(bytes: &[u8]) -> Result<Value, Problem> {
    match serde_json::from_slice::<Strict>(bytes) {
        Ok(Strict(object @ Value::Object(_))) => Ok(object),
        Ok(_) => Err(Problem::bad_request("Input must be a valid JSON object")),
        Err(error) => {
            let lines_before = bytes
                .split_inclusive(|byte| *byte == b'\n')
                .take(error.line().saturating_sub(1));
            let offset = lines_before.map(<[u8]>::len).sum::<usize>() + error.column();
            let reason = error.to_string();
            let reason = shortened(reason.split(" at line ").next().unwrap_or_default());
            Err(Problem::bad_request(format!(
                "Input must be a valid JSON object: {reason} at byte {offset}"
            )))
        }
    }
}

fn shortened(reason: &str) -> String {
    reason.chars().take(REASON_LENGTH_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    #[expect(dead_code, reason = "only the parsing is looked at")]
    struct Sample {
        visitor_id: String,
        nested: Option<Vec<Sample>>,
    }

    fn refusal(text: &[u8]) -> String {
        use axum::response::IntoResponse;
        let problem = parse::<Sample>(text).expect_err("refused");
        let said = format!("{problem:?}");
        format!("{said} {}", problem.into_response().status())
    }

    #[test]
    fn refusals_name_the_field_and_the_place() {
        for (text, expected) in [
            (&b""[..], "visitorId is missing"),
            (b"{}", "visitorId is missing"),
            (b"[]", "Input must be a valid JSON object"),
            (b"{oops", "key must be a string at byte 2"),
            (b"{\n \"visitorId\": \"a\",\n}", "at byte 22"),
            (
                b"{\"visitorId\":{\"key\":1}}",
                "visitorId: invalid type: map, expected a string",
            ),
            (
                b"{\"visitorId\":\"v\",\"nested\":[{\"visitorId\":1}]}",
                "nested[0].visitorId: invalid type: integer 1",
            ),
            (
                b"{\"visitorId\":\"v\",\"admin\":true}",
                "unknown field admin",
            ),
            (
                b"{\"visitorId\":\"v\",\"visitorId\":\"w\"}",
                "is given twice",
            ),
            (
                b"{\"visitorId\":\"v\",\"x\":{\"a\":1,\"a\":2}}",
                "is given twice",
            ),
            (b"{\"visitorId\":\"a\\u0000\"}", "U+0000"),
            (
                b"{\"visitorId\":\"\\ud800\"}",
                "unexpected end of hex escape",
            ),
            (b"{\"visitorId\":1e400}", "out of range"),
            (b"\xef\xbb\xbf{}", "Input must be a valid JSON object"),
            (
                b"{\"visitorId\":\"\xff\"}",
                "Input must be a valid JSON object",
            ),
        ] {
            let refusal = refusal(text);
            assert!(
                refusal.contains(expected) && refusal.contains("400"),
                "{refusal}"
            );
        }
        assert!(refusal("[".repeat(100_000).as_bytes()).contains("recursion limit"));
    }
}
