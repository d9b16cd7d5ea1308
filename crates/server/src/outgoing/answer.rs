//! Reads answers of strangers: little of them, in little time, and nothing that could harm whoever looks at it.

use std::time::UNIX_EPOCH;

use http_body_util::BodyExt;
use hyper::{body::Incoming, header::HeaderValue};
use model::time::{Millis, SECOND_MS};

use super::OutgoingError;

/// What is read of a body; a receiver has nothing longer to say.
const BODY_SIZE_BYTES_MAX: usize = 64 * 1_024;

/// What is kept of it.
const EXCERPT_SIZE_BYTES_MAX: usize = 256;

/// Longest wait that an answer may ask for; longer ones are shortened to it.
const RETRY_AFTER_S_MAX: u64 = 24 * 60 * 60;

/// The first bytes of a body.
#[derive(Default)]
pub(super) struct Excerpt(Vec<u8>);

impl Excerpt {
    fn add(&mut self, bytes: &[u8]) {
        let room = EXCERPT_SIZE_BYTES_MAX - self.0.len();
        self.0.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// What can be shown of them: one line, without characters that are not seen or that turn others around.
    pub(super) fn into_text(self) -> String {
        // A character that was cut in two is left out.
        let whole = match std::str::from_utf8(&self.0) {
            Err(error) if error.error_len().is_none() => &self.0[..error.valid_up_to()],
            _ => &self.0,
        };
        let text = String::from_utf8_lossy(whole);
        let is_hidden = |c: &char| matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        let seen = text.chars().filter(|c| !is_hidden(c));
        let plain = |c: char| {
            if c.is_control() || c.is_whitespace() {
                ' '
            } else {
                c
            }
        };
        seen.map(plain).collect::<String>().trim().to_owned()
    }
}

/// Reads a body to its end, or to where it is no longer read; then its connection is closed.
pub(super) async fn read_body(
    mut body: Incoming,
    excerpt: &mut Excerpt,
) -> Result<(), OutgoingError> {
    let mut size_bytes = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| OutgoingError::from_chain(&error))?;
        let Some(bytes) = frame.data_ref() else {
            continue;
        };
        excerpt.add(bytes);
        size_bytes += bytes.len();
        if size_bytes > BODY_SIZE_BYTES_MAX {
            break;
        }
    }
    Ok(())
}

/// The wait that an answer asks for: seconds, or a date.
pub(super) fn retry_after_s(value: &HeaderValue, now: Millis) -> Option<u64> {
    let text = value.to_str().ok()?.trim();
    let wait_s = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().unwrap_or(RETRY_AFTER_S_MAX)
    } else {
        let at = httpdate::parse_http_date(text).ok()?;
        let at_s = at.duration_since(UNIX_EPOCH).ok()?.as_secs();
        at_s.saturating_sub((now / SECOND_MS) as u64)
    };
    Some(wait_s.min(RETRY_AFTER_S_MAX))
}
