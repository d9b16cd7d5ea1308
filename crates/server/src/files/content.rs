//! What a file is, by its bytes: they pass by once while it is received.

use model::file::{PICTURE_TYPES, TEXT_TYPE, UNKNOWN_TYPE, is_text_name};

/// What is kept of the beginning: every mark that formats are known by lies in it.
const HEAD_BYTES: usize = 8 * 1_024;

/// What is kept of the end.
const TAIL_BYTES: usize = 8;

/// The last eight bytes of every PNG.
const PNG_END: &[u8] = b"IEND\xaeB`\x82";

/// What was seen of a file.
#[derive(Default)]
pub(super) struct Look {
    head: Vec<u8>,
    tail: Vec<u8>,
    size_bytes: u64,
    text: TextCheck,
}

impl Look {
    /// Sees the next bytes.
    pub(super) fn see(&mut self, bytes: &[u8]) {
        let room = HEAD_BYTES - self.head.len();
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        let last = &bytes[bytes.len().saturating_sub(TAIL_BYTES)..];
        self.tail.extend_from_slice(last);
        let excess = self.tail.len().saturating_sub(TAIL_BYTES);
        self.tail.drain(..excess);
        self.size_bytes += bytes.len() as u64;
        self.text.see(bytes);
    }

    /// How many bytes were seen.
    pub(super) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// The media type of all that was seen. The name counts for text only, which has no mark of its own.
    pub(super) fn mime_type(&self, name: &str) -> &'static str {
        let begin = self.head.trim_ascii_start();
        let begin = begin.strip_prefix(b"\xef\xbb\xbf").unwrap_or(begin);
        let is_text = self.text.is_text();
        if is_text && is_text_name(name) && !begin.trim_ascii_start().starts_with(b"<") {
            return TEXT_TYPE;
        }
        if is_text && contains_tag(&self.head, b"<svg") {
            return "image/svg+xml";
        }
        match infer::get(&self.head).map(|found| found.mime_type()) {
            Some(found) if PICTURE_TYPES.contains(&found) && !self.ends_as(found) => UNKNOWN_TYPE,
            Some(found) => found,
            None => UNKNOWN_TYPE,
        }
    }

    /// Whether a picture ends where its format says: what is behind that may be another file altogether (trust, case
    /// H3). Cameras put films behind a JPEG, so that one may.
    fn ends_as(&self, mime_type: &str) -> bool {
        match mime_type {
            "image/png" => self.tail == PNG_END,
            "image/gif" => self.tail.last() == Some(&b';'),
            "image/webp" => {
                let length = self.head.get(4..8).and_then(|bytes| bytes.try_into().ok());
                length.is_some_and(|length| {
                    let length = u64::from(u32::from_le_bytes(length)) + 8;
                    [length, length + 1].contains(&self.size_bytes)
                })
            }
            _ => true,
        }
    }
}

fn contains_tag(head: &[u8], tag: &[u8]) -> bool {
    head.windows(tag.len())
        .any(|window| window.eq_ignore_ascii_case(tag))
}

/// Whether bytes are text in UTF-8 that a person can read, however they are cut into pieces.
#[derive(Default)]
struct TextCheck {
    is_broken: bool,
    /// The beginning of a character whose end has not come.
    rest: Vec<u8>,
}

impl TextCheck {
    fn see(&mut self, bytes: &[u8]) {
        if self.is_broken {
            return;
        }
        let mut bytes = bytes;
        while !self.rest.is_empty() {
            let Some((first, others)) = bytes.split_first() else {
                return;
            };
            self.rest.push(*first);
            bytes = others;
            let rest = std::mem::take(&mut self.rest);
            self.take(&rest);
            if self.is_broken {
                return;
            }
        }
        self.take(bytes);
    }

    fn take(&mut self, bytes: &[u8]) {
        let whole = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) if error.error_len().is_none() => {
                let (whole, rest) = bytes.split_at(error.valid_up_to());
                self.rest = rest.to_vec();
                std::str::from_utf8(whole).unwrap_or_default()
            }
            Err(_) => {
                self.is_broken = true;
                return;
            }
        };
        let is_unreadable = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c');
        self.is_broken = whole.chars().any(is_unreadable);
    }

    fn is_text(&self) -> bool {
        !self.is_broken && self.rest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(pieces: &[&[u8]]) -> Look {
        let mut look = Look::default();
        for piece in pieces {
            look.see(piece);
        }
        look
    }

    fn of(name: &str, bytes: &[u8]) -> &'static str {
        look(&[bytes]).mime_type(name)
    }

    #[test]
    fn content_decides_and_names_do_not() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR rest \0\0\0\0IEND\xaeB`\x82";
        assert_eq!(of("page.html", png), "image/png");
        assert_eq!(
            of("a.png", &[png, &b"<script>"[..]].concat()),
            UNKNOWN_TYPE,
            "more behind it"
        );
        assert_eq!(
            of("a.gif", b"GIF89a, then a jar PK\x05\x06\0\0"),
            UNKNOWN_TYPE
        );
        assert_eq!(of("a.gif", b"GIF89a and so on;"), "image/gif");
        assert_eq!(
            of("a.jpg", b"\xff\xd8\xff\xe0 JFIF, then a film"),
            "image/jpeg"
        );
        let webp = |size: u8| [&b"RIFF"[..], &[size, 0, 0, 0], b"WEBPVP8 123456"].concat();
        assert_eq!(of("a.webp", &webp(18 - 4)), "image/webp");
        assert_eq!(of("a.webp", &webp(9)), UNKNOWN_TYPE);
        assert_eq!(of("a.png", b"%PDF-1.7 \0 /JavaScript"), "application/pdf");
        assert_eq!(of("a.zip", b"PK\x03\x04 and so on"), "application/zip");
        assert_eq!(of("a.mp4", b"\0\0\0\x20ftypisom rest"), "video/mp4");
        assert_eq!(of("a.mp3", b"ID3\x04 rest"), "audio/mpeg");
        assert_eq!(of("a.lnk", b"L\0\0\0\x01\x14\x02\0"), UNKNOWN_TYPE);
    }

    #[test]
    fn what_could_be_run_is_no_plain_text() {
        for (name, text) in [
            ("a.png", "<html><script>alert(1)</script>"),
            ("a.txt", "<script>alert(1)</script>"),
            ("a.txt", "\u{feff}\n <b>x</b>"),
            ("a.svg", "<svg onload=alert(1)>"),
            ("a.txt", "<?xml version=\"1.0\"?><x/>"),
            ("a.xhtml", "<?xml version=\"1.0\"?><html/>"),
            ("a.mht", "MIME-Version: 1.0\n\n<script>"),
            ("a.hta", "<hta:application/>"),
            ("a.js", "alert(1)"),
            ("a.bat", "@echo off"),
        ] {
            assert_ne!(of(name, text.as_bytes()), TEXT_TYPE, "{name}: {text}");
        }
        assert_eq!(
            of("a.svg", b"<!-- x --><SVG onload=alert(1)>"),
            "image/svg+xml"
        );
    }

    #[test]
    fn text_is_known_however_it_is_cut() {
        let text = "Grüße 🍵, one\r\n\ttwo".as_bytes();
        for cut in 0..text.len() {
            let (one, two) = text.split_at(cut);
            assert_eq!(look(&[one, two]).mime_type("note.txt"), TEXT_TYPE, "{cut}");
        }
        let single: Vec<&[u8]> = text.chunks(1).collect();
        let look = look(&single);
        assert_eq!(look.mime_type("note"), TEXT_TYPE);
        assert_eq!(look.size_bytes(), text.len() as u64);
        assert_eq!(of("note.txt", &text[..8]), TEXT_TYPE);
        assert_eq!(
            of("note.txt", &text[..text.len() - 12]),
            UNKNOWN_TYPE,
            "half a character"
        );
        assert_eq!(of("note.txt", b"one\0two"), UNKNOWN_TYPE);
        assert_eq!(of("note.txt", b"caf\xe9"), UNKNOWN_TYPE);
    }
}
