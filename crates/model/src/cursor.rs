//! A place in a conversation that a reader has reached: `epoch:seq` (delivery "Identifiers").

/// A place in one history of the database. Neither secret nor trusted: whoever follows one checks both parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The history it belongs to.
    pub epoch: String,
    /// The highest `seq` that was applied; 0 before the first.
    pub seq: i64,
}

/// Longest cursor that is looked at, in bytes: an epoch, a colon and the digits of the highest `seq`.
const CURSOR_LENGTH_MAX: usize = 64;

impl Cursor {
    /// Reads a cursor; nothing where the text is none. Then the reader begins anew (trust, case D7).
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > CURSOR_LENGTH_MAX {
            return None;
        }
        let (epoch, seq) = text.rsplit_once(':')?;
        let is_number = !seq.is_empty() && seq.bytes().all(|byte| byte.is_ascii_digit());
        if epoch.is_empty() || !is_number {
            return None;
        }
        Some(Self {
            epoch: epoch.to_owned(),
            seq: seq.parse().ok()?,
        })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.epoch, self.seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_as_they_are_written_and_nothing_else_is() {
        let cursor = Cursor {
            epoch: "k7Qd".to_owned(),
            seq: 12,
        };
        assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        for bad in [
            "",
            ":",
            "12",
            "k7Qd:",
            ":12",
            "k7Qd:-1",
            "k7Qd:+1",
            "k7Qd:1e3",
            "k7Qd: 1",
            "k7Qd:9223372036854775808",
        ] {
            assert_eq!(Cursor::parse(bad), None, "{bad:?}");
        }
        assert_eq!(Cursor::parse(&format!("{}:1", "e".repeat(64))), None);
    }
}
