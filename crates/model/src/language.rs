//! Languages as browsers and sites name them: `en`, `en-US`, `zh-Hant-TW` (BCP 47).

/// Longest name of a language, in bytes (RFC 5646 section 4.4.1).
const LENGTH_MAX: usize = 35;

/// Longest part of such a name.
const PART_LENGTH_MAX: usize = 8;

/// Most languages that a browser is believed to want; the rest of the header is not looked at.
const WANTED_MAX: usize = 32;

/// Reads the name of a language, in its usual letters; none where it is none.
pub fn parse(text: &str) -> Option<String> {
    let text = text.trim();
    let mut parts = text.split(['-', '_']);
    let first = parts.next()?;
    let is_part = |part: &str| {
        (1..=PART_LENGTH_MAX).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let is_first = (2..=PART_LENGTH_MAX).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_alphabetic());
    if text.len() > LENGTH_MAX || !is_first || !parts.clone().all(is_part) {
        return None;
    }
    let mut name = first.to_ascii_lowercase();
    for part in parts {
        name.push('-');
        match part.len() {
            2 => name.push_str(&part.to_ascii_uppercase()),
            4 if part.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                name.push_str(&part[..1].to_ascii_uppercase());
                name.push_str(&part[1..].to_ascii_lowercase());
            }
            _ => name.push_str(&part.to_ascii_lowercase()),
        }
    }
    Some(name)
}

/// The language that an `Accept-Language` header wants most, of equals the first.
pub fn preferred(accept_language: &str) -> Option<String> {
    wanted(accept_language).into_iter().next()
}

/// The languages that an `Accept-Language` header wants, most first, equals as they stand (RFC 9110 section 12.5.4).
pub fn wanted(accept_language: &str) -> Vec<String> {
    let mut all: Vec<(u32, String)> = Vec::new();
    for range in accept_language.split(',') {
        let mut parts = range.split(';');
        let Some(name) = parts.next().and_then(parse) else {
            continue;
        };
        let weight = parts
            .find_map(|part| part.trim().strip_prefix("q="))
            .map_or(Some(1.0), |weight| weight.trim().parse::<f32>().ok());
        let thousandths = (weight.unwrap_or(0.0).clamp(0.0, 1.0) * 1_000.0) as u32;
        if thousandths > 0 && all.len() < WANTED_MAX {
            all.push((thousandths, name));
        }
    }
    all.sort_by_key(|(thousandths, _)| std::cmp::Reverse(*thousandths));
    all.into_iter().map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written_as_usual() {
        for (text, expected) in [
            ("en", Some("en")),
            ("EN-us", Some("en-US")),
            ("pt_br", Some("pt-BR")),
            ("zh-hant-tw", Some("zh-Hant-TW")),
            (" fr ", Some("fr")),
            ("es-419", Some("es-419")),
            ("e", None),
            ("", None),
            ("*", None),
            ("en-", None),
            ("en US", None),
            ("<b>", None),
            ("français", None),
            ("abcdefghi", None),
            ("en-abcdefg-abcdefg-abcdefg-abcdefg-a", None),
        ] {
            assert_eq!(parse(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_most_wanted_language_is_found() {
        for (header, expected) in [
            ("en-US,en;q=0.5", Some("en-US")),
            ("fr;q=0.3, de-CH;q=0.9, *;q=0.1", Some("de-CH")),
            ("en, fr", Some("en")),
            ("en;q=0", None),
            ("*", None),
            ("", None),
            ("en;q=x, fr;q=0.1", Some("fr")),
            ("en;q=NaN, fr;q=0.1", Some("fr")),
        ] {
            assert_eq!(preferred(header).as_deref(), expected, "{header}");
        }
        let all = wanted("fr;q=0.3, de-CH;q=0.9, sv;q=0, *;q=0.1, en;q=0.9");
        assert_eq!(all, ["de-CH", "en", "fr"]);
        assert_eq!(wanted(&"en,".repeat(1_000)).len(), WANTED_MAX);
    }
}
