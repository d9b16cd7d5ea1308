//! Texts that people write: what is accepted as one.

use crate::limit;

/// The text of a message or a note: not blank, at most 5,000 characters, no NUL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageText(String);

/// Why a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextRefusal {
    /// Empty, or only characters that show nothing.
    Blank,
    /// Over [`limit::TEXT_LENGTH_MAX`] characters.
    TooLong,
    /// Holds U+0000, which no database of ours keeps.
    Nul,
}

impl MessageText {
    /// Accepts a text, unchanged.
    pub fn parse(text: &str) -> Result<Self, TextRefusal> {
        if text.contains('\0') {
            Err(TextRefusal::Nul)
        } else if is_blank(text) {
            Err(TextRefusal::Blank)
        } else if text.len() > limit::TEXT_LENGTH_MAX
            && text.chars().count() > limit::TEXT_LENGTH_MAX
        {
            Err(TextRefusal::TooLong)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether nothing of a text would be seen: white space, zero-width and direction characters only.
pub fn is_blank(text: &str) -> bool {
    let is_invisible = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars().all(is_invisible)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_kept_as_written_or_refused_with_the_reason() {
        let combining = format!("a{}", "\u{301}".repeat(10_000));
        for (text, expected) in [
            ("", Err(TextRefusal::Blank)),
            ("   \n\t", Err(TextRefusal::Blank)),
            ("\u{200b}\u{feff}\u{2060}", Err(TextRefusal::Blank)),
            ("a\0b", Err(TextRefusal::Nul)),
            (&"x".repeat(5_001), Err(TextRefusal::TooLong)),
            (&combining, Err(TextRefusal::TooLong)),
            (&"é".repeat(5_000), Ok(())),
            (" Hello \u{202e}there\n", Ok(())),
        ] {
            let parsed = MessageText::parse(text);
            assert_eq!(parsed.clone().map(|_| ()), expected, "{text:.20}");
            assert!(parsed.is_err() || parsed.is_ok_and(|kept| kept.as_str() == text));
        }
    }
}
