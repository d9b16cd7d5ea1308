//! Entries for the fuzzers of `fuzz/`: bytes that anybody may send, given to what reads them first. Each panics where a
//! promise does not hold.

use std::borrow::Cow;

use model::{address::OutgoingPolicy, cursor::Cursor, file};
use url::Host;

/// Something that reads bytes.
pub type Entry = fn(&[u8]);

/// Every entry by its name, which is also its folder in `fuzz/corpus`.
pub const ENTRIES: [(&str, Entry); 5] = [
    ("frames", frames),
    ("cursor", cursor),
    ("json_body", json_body),
    ("file_name", file_name),
    ("webhook_url", webhook_url),
];

/// Frames of the live protocol, one a line.
pub fn frames(bytes: &[u8]) {
    crate::live::say_anything(&text(bytes));
}

/// A place in a conversation: what is read is written the same way, but for leading zeros.
pub fn cursor(bytes: &[u8]) {
    if let Some(cursor) = Cursor::parse(&text(bytes)) {
        assert!(cursor.seq >= 0, "{cursor:?}");
        assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
    }
}

/// A body of the API.
pub fn json_body(bytes: &[u8]) {
    crate::http::read_anything(bytes);
}

/// The name of an uploaded file: what is kept is harmless, and is kept when it comes again.
pub fn file_name(bytes: &[u8]) {
    let kept = file::clean_name(&text(bytes));
    assert!(
        (1..=model::limit::FILE_NAME_LENGTH_MAX).contains(&kept.len()),
        "{kept:?}"
    );
    assert!(
        !kept.contains(['/', '\\', '\0', '\r', '\n', '"', '\u{202e}', '\u{200b}']),
        "{kept:?}"
    );
    assert!(!kept.chars().any(char::is_control), "{kept:?}");
    assert_eq!(file::clean_name(&kept), kept);
}

/// The address of a receiver of webhooks: what is accepted is public.
pub fn webhook_url(bytes: &[u8]) {
    let policy = OutgoingPolicy::default();
    if let Ok(url) = policy.check_url(&text(bytes)) {
        assert_eq!(url.scheme(), "https");
        assert!(
            url.username().is_empty() && url.password().is_none(),
            "{url}"
        );
        let is_private = match url.host() {
            Some(Host::Ipv4(ip)) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
            Some(Host::Ipv6(ip)) => ip.is_loopback() || ip.is_unicast_link_local(),
            Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
            None => true,
        };
        assert!(!is_private, "{url}");
    }
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
