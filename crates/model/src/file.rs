//! Files that were uploaded: their names, what of them a browser may show, and where they are fetched.

use unicode_normalization::UnicodeNormalization;

use crate::{
    id::{ConversationNumber, FileId, FileNumber, OrganizationNumber, VisitorNumber},
    limit::FILE_NAME_LENGTH_MAX,
    message::{File, ImageInfo},
    time::Millis,
};

/// The media type of what nothing is known of; a browser saves it.
pub const UNKNOWN_TYPE: &str = "application/octet-stream";

/// The media type of plain text.
pub const TEXT_TYPE: &str = "text/plain";

/// The media types of pictures that are shown, once they were decoded.
pub const PICTURE_TYPES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// The media types beside pictures that a browser may show or play. HTML, SVG, XML and PDF can carry programs and are
/// never among them (trust 1.13).
const SHOWN_TYPES: [&str; 3] = ["audio/mpeg", "video/mp4", TEXT_TYPE];

/// Endings of names under which text is nothing but text. Text has no mark of its own, so here the name counts too.
const TEXT_ENDINGS: [&str; 5] = ["txt", "text", "log", "md", "csv"];

/// Names that Windows keeps for devices, with any ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Longest ending that is kept when a name is cut, in bytes with its dot.
const ENDING_LENGTH_MAX: usize = 16;

/// The name of a file that has none.
const NAMELESS: &str = "file";

/// The last part of a preview's address, which no file's own may be.
const PREVIEW: &str = "preview";

/// A file that was uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Internal key.
    pub number: FileNumber,
    /// Whose.
    pub organization: OrganizationNumber,
    /// Public id, by which a message names it.
    pub id: FileId,
    /// Who shows it may fetch the file.
    pub access_token: String,
    /// The name under which its bytes are stored.
    pub storage_key: String,
    /// The visitor who sent it; none for a program or an agent of the organization.
    pub visitor: Option<VisitorNumber>,
    /// The message it belongs to, by conversation and `seq`, once it was sent.
    pub message: Option<(ConversationNumber, i64)>,
    /// Name shown to people.
    pub name: String,
    /// Media type, by content.
    pub mime_type: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// The SHA-256 of its bytes, as hexadecimal.
    pub sha256: String,
    /// Width and height, of a picture that could be decoded.
    pub pixels: Option<(u32, u32)>,
    /// Whether a preview is stored beside it.
    pub has_preview: bool,
    /// When it was uploaded.
    pub created_at: Millis,
}

impl StoredFile {
    /// Where it is fetched, as a path on this server.
    pub fn link(&self) -> String {
        format!("/files/{}/{}", self.access_token, self.link_name())
    }

    /// Where its preview is fetched, as a path on this server.
    pub fn preview_link(&self) -> String {
        format!("/files/{}/{PREVIEW}", self.access_token)
    }

    /// Whether a link that ends like this, decoded, is its own.
    pub fn is_linked_as(&self, name: &str) -> bool {
        name == self.name && name != PREVIEW || name == NAMELESS && self.name == PREVIEW
    }

    fn link_name(&self) -> String {
        if self.name == PREVIEW {
            NAMELESS.to_owned()
        } else {
            percent_encode(&self.name)
        }
    }

    /// Whether a browser may show it; otherwise it is saved.
    pub fn is_shown(&self) -> bool {
        let mime_type = self.mime_type.as_str();
        SHOWN_TYPES.contains(&mime_type) || self.is_image()
    }

    /// Whether it is a picture that could be decoded. One that could not be may be made to harm who looks at it.
    pub fn is_image(&self) -> bool {
        self.pixels.is_some() && PICTURE_TYPES.contains(&self.mime_type.as_str())
    }

    /// The file as a part of a message.
    pub fn to_message_file(&self) -> File {
        let pixels = self.pixels.filter(|_| self.is_image());
        File {
            name: self.name.clone(),
            link: self.link(),
            mime_type: self.mime_type.clone(),
            size: self.size_bytes,
            is_image: self.is_image(),
            is_inline: false,
            inline_id: None,
            is_allowed_file_type: true,
            image_info: pixels.map(|(width, height)| ImageInfo {
                width,
                height,
                preview_link: if self.has_preview {
                    self.preview_link()
                } else {
                    self.link()
                },
            }),
        }
    }
}

/// Makes of a name that somebody gave one that is safe to show, to save and to write into a header: the last part of a
/// path, composed, without characters that are not seen, that turn others around, or that no file system takes.
pub fn clean_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen: String = last.chars().filter(|c| !is_refused(*c)).nfc().collect();
    // Composing can end in other characters, and what is first or last may have changed with those before.
    let seen: String = seen.chars().filter(|c| !is_refused(*c)).collect();
    let plain = |c: char| if c.is_whitespace() { ' ' } else { c };
    let plain: String = seen.chars().map(plain).collect();
    // With a dot in front a file is hidden where people save it; Windows cuts dots and spaces off the end.
    let name = shortened(plain.trim_start_matches(['.', ' ']));
    if name.is_empty() {
        NAMELESS.to_owned()
    } else if is_device(&name) {
        shortened(&format!("_{name}"))
    } else {
        name
    }
}

/// Whether text under this name is shown as text.
pub fn is_text_name(name: &str) -> bool {
    match name.rsplit_once('.') {
        Some((_, ending)) => TEXT_ENDINGS.contains(&ending.to_ascii_lowercase().as_str()),
        None => true,
    }
}

/// A text in which every byte but letters, digits, `-`, `.`, `_` and `~` is written as `%XX`: right in a path, and in a
/// header's extended parameter (RFC 3986, RFC 8187).
pub fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn is_refused(c: char) -> bool {
    let is_hidden = matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}');
    c.is_control() || is_hidden || r#"/\:*?"<>|"#.contains(c)
}

/// Cuts a name that is too long, and keeps its ending. Neither it nor what is left of it ends in a dot or a space.
fn shortened(name: &str) -> String {
    const NO_END: [char; 2] = ['.', ' '];
    let name = name.trim_end_matches(NO_END);
    if name.len() <= FILE_NAME_LENGTH_MAX {
        return name.to_owned();
    }
    let dot = name.rfind('.');
    let ending = dot.map_or("", |dot| &name[dot..]);
    let ending = if ending.len() <= ENDING_LENGTH_MAX {
        ending
    } else {
        ""
    };
    let mut end = FILE_NAME_LENGTH_MAX - ending.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let cut = format!("{}{ending}", &name[..end]);
    cut.trim_end_matches(NO_END).to_owned()
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_lowercase();
    let is_port = |kind: &str| {
        let number = stem.strip_prefix(kind);
        number.is_some_and(|number| {
            let mut digits = number.chars();
            matches!(digits.next(), Some('0'..='9' | '¹' | '²' | '³')) && digits.next().is_none()
        })
    };
    DEVICES.contains(&stem.as_str()) || is_port("com") || is_port("lpt")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_cleaned() {
        for (given, expected) in [
            ("photo.png", "photo.png"),
            ("../../x", "x"),
            (r"C:\x", "x"),
            (r"..\..\Rechnung 3.pdf", "Rechnung 3.pdf"),
            ("CON", "_CON"),
            ("con.txt", "_con.txt"),
            ("Lpt¹.png", "_Lpt¹.png"),
            ("console.log", "console.log"),
            ("com.apple", "com.apple"),
            ("a\0.png", "a.png"),
            ("\u{200b}.htaccess", "htaccess"),
            ("\u{202e}gpj.exe", "gpj.exe"),
            ("pho\u{2066}to\u{2069}.png", "photo.png"),
            ("...", "file"),
            ("", "file"),
            ("/", "file"),
            (" . ", "file"),
            ("\"\r\nX: y", "X y"),
            ("Cafe\u{301}.txt", "Café.txt"),
            ("a<b>|c?*.md", "abc.md"),
            ("report. ", "report"),
            ("tab\tand\u{a0}space.txt", "taband space.txt"),
            ("名前 🍵.txt", "名前 🍵.txt"),
        ] {
            assert_eq!(clean_name(given), expected, "{given:?}");
        }
    }

    #[test]
    fn long_names_keep_their_ending() {
        let long = clean_name(&format!("{}.jpeg", "ä".repeat(2_048)));
        assert!(long.len() <= FILE_NAME_LENGTH_MAX && long.ends_with("ä.jpeg"));
        assert!(long.len() > FILE_NAME_LENGTH_MAX - 3, "{}", long.len());
        let no_ending = clean_name(&format!("a.{}", "x".repeat(4_096)));
        assert_eq!(no_ending.len(), FILE_NAME_LENGTH_MAX);
    }

    #[test]
    fn a_device_by_a_long_name_is_cut_once() {
        let filling = "x".repeat(FILE_NAME_LENGTH_MAX - "CON.".len() - " y".len());
        let kept = clean_name(&format!("CON.{filling} y"));
        assert_eq!(kept, format!("_CON.{filling}"));
        assert_eq!(clean_name(&kept), kept);
    }

    #[test]
    fn only_what_is_known_and_decoded_is_shown() {
        let file = |mime_type: &str, pixels| StoredFile {
            mime_type: mime_type.to_owned(),
            pixels,
            ..sample("x")
        };
        for (mime_type, pixels, is_shown) in [
            ("image/png", Some((1, 1)), true),
            ("image/png", None, false),
            ("image/svg+xml", None, false),
            ("image/svg+xml", Some((1, 1)), false),
            ("text/plain", None, true),
            ("text/html", None, false),
            ("application/pdf", None, false),
            ("video/mp4", None, true),
            (UNKNOWN_TYPE, None, false),
        ] {
            assert_eq!(file(mime_type, pixels).is_shown(), is_shown, "{mime_type}");
        }
    }

    #[test]
    fn links_are_paths_that_lead_back() {
        let file = sample("Tür & 100%.png");
        assert_eq!(file.link(), "/files/t/T%C3%BCr%20%26%20100%25.png");
        assert!(file.is_linked_as("Tür & 100%.png") && !file.is_linked_as("x.png"));
        let odd = sample("preview");
        assert_eq!(odd.link(), "/files/t/file");
        assert!(odd.is_linked_as("file") && !odd.is_linked_as("preview"));
        assert_eq!(odd.preview_link(), "/files/t/preview");
    }

    fn sample(name: &str) -> StoredFile {
        StoredFile {
            number: FileNumber(1),
            organization: OrganizationNumber(1),
            id: FileId::new("f"),
            access_token: "t".to_owned(),
            storage_key: "k".to_owned(),
            visitor: None,
            message: None,
            name: name.to_owned(),
            mime_type: UNKNOWN_TYPE.to_owned(),
            size_bytes: 1,
            sha256: String::new(),
            pixels: None,
            has_preview: false,
            created_at: 0,
        }
    }

    proptest! {
        #[test]
        fn a_cleaned_name_is_clean_and_stays_so(given in any::<String>()) {
            let name = clean_name(&given);
            prop_assert!(!name.is_empty() && name.len() <= FILE_NAME_LENGTH_MAX);
            prop_assert!(!name.chars().any(is_refused));
            prop_assert!(!name.starts_with(['.', ' ']) && !name.ends_with(['.', ' ']));
            prop_assert!(!is_device(&name));
            prop_assert_eq!(clean_name(&name), name);
        }
    }
}
