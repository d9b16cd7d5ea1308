//! Which bytes of a file are asked for (RFC 9110, 14.2): all of them, or one range.

use axum::http::{HeaderMap, header};

use crate::files::ByteRange;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Everything.
    Whole,
    /// Some of it.
    Part(ByteRange),
    /// Several ranges, which nobody needs and which cost much, or what is not there (trust, case H8).
    Nothing,
}

/// Reads the header `Range` for a file of a size, which is not 0. Other units than bytes are not known and not looked at.
pub(super) fn read_range(headers: &HeaderMap, size_bytes: u64) -> Asked {
    let mut values = headers.get_all(header::RANGE).iter();
    let Some(value) = values.next() else {
        return Asked::Whole;
    };
    if values.next().is_some() {
        return Asked::Nothing;
    }
    let value = value.to_str().unwrap_or_default();
    let Some((unit, set)) = value.split_once('=') else {
        return Asked::Whole;
    };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Asked::Whole;
    }
    let range = set.trim().split_once('-');
    let range = range.and_then(|(first, last)| one_range(first, last, size_bytes));
    range.map_or(Asked::Nothing, Asked::Part)
}

fn one_range(first: &str, last: &str, size_bytes: u64) -> Option<ByteRange> {
    let end = size_bytes - 1;
    let (first, last) = match (first, last) {
        ("", "") => return None,
        ("", length) => {
            let length = number(length)?;
            (size_bytes - length.min(size_bytes), end)
        }
        (first, "") => (number(first)?, end),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if first > last {
                return None;
            }
            (first, last.min(end))
        }
    };
    (first <= last).then_some(ByteRange { first, last })
}

/// A number in digits. One that is too large for us is larger than every file.
fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_and_everything_else_refused() {
        let part = |first, last| Asked::Part(ByteRange { first, last });
        for (value, expected) in [
            ("bytes=0-0", part(0, 0)),
            ("bytes=2-5", part(2, 5)),
            ("bytes=2-", part(2, 9)),
            ("bytes=2-99", part(2, 9)),
            ("Bytes=-3", part(7, 9)),
            ("bytes=-99", part(0, 9)),
            ("bytes=-1000000000000000000000", part(0, 9)),
            ("bytes=9-", part(9, 9)),
            ("bytes=10-", Asked::Nothing),
            ("bytes=5-2", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=-", Asked::Nothing),
            ("bytes=", Asked::Nothing),
            ("bytes=-1e18", Asked::Nothing),
            ("bytes=0-,0-", Asked::Nothing),
            ("bytes=0-1,3-4", Asked::Nothing),
            ("bytes=99999999999999999999-", Asked::Nothing),
            ("lines=1-2", Asked::Whole),
            ("nonsense", Asked::Whole),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, value.parse().unwrap());
            assert_eq!(read_range(&headers, 10), expected, "{value}");
        }
        assert_eq!(read_range(&HeaderMap::new(), 10), Asked::Whole);
    }
}
