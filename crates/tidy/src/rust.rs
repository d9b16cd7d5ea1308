//! Just enough of Rust's grammar: comments, literals, test items and the lengths of functions.

use std::ops::Range;

/// A string literal as it is written in the source, without its quotes.
pub struct Literal {
    /// The place of its opening quote in the text.
    pub start: usize,
    /// What stands between the quotes, escapes not resolved.
    pub text: String,
}

/// A Rust text taken apart. `code` has the length and the lines of the original.
pub struct Scan {
    /// The text with comments and the insides of literals blanked.
    pub code: String,
    /// The string literals in the order of the text.
    pub literals: Vec<Literal>,
}

/// A function with a body.
pub struct Function {
    /// Its name.
    pub name: String,
    /// The line of its `fn`, from 1.
    pub line: usize,
    /// Its lines from `fn` to the closing brace.
    pub lines: usize,
}

/// Takes a Rust text apart into code and literals.
pub fn scan(text: &str) -> Scan {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut literals = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let end = if rest.starts_with(b"//") {
            let end = at + find(rest, b"\n").unwrap_or(rest.len());
            blank(&mut code, at..end);
            end
        } else if rest.starts_with(b"/*") {
            let end = at + block_comment(rest);
            blank(&mut code, at..end);
            end
        } else if let Some((open, close)) = raw_string(bytes, at) {
            let inside = at + open;
            let end = inside + find(&bytes[inside..], close.as_bytes()).unwrap_or(0);
            literals.push(literal(text, inside - 1, inside..end));
            blank(&mut code, inside..end);
            end + close.len()
        } else if rest[0] == b'"' {
            let end = at + 1 + string_body(&rest[1..]);
            literals.push(literal(text, at, at + 1..end));
            blank(&mut code, at + 1..end);
            end + 1
        } else if let Some(length) = char_literal(text, at) {
            blank(&mut code, at + 1..at + length - 1);
            at + length
        } else {
            at + 1
        };
        at = end.min(bytes.len());
    }
    Scan {
        code: String::from_utf8(code).expect("whole literals and comments are blanked"),
        literals,
    }
}

fn literal(text: &str, start: usize, inside: Range<usize>) -> Literal {
    Literal {
        start,
        text: text[inside].to_owned(),
    }
}

fn blank(code: &mut [u8], range: Range<usize>) {
    let end = range.end.min(code.len());
    for byte in &mut code[range.start..end] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|part| part == wanted)
}

fn block_comment(rest: &[u8]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// The length of a raw string's opening (`r##"`) and the text that closes it.
fn raw_string(bytes: &[u8], at: usize) -> Option<(usize, String)> {
    let in_word = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
    let prefixed = at > 0 && matches!(bytes[at - 1], b'b' | b'c');
    if bytes[at] != b'r' || (in_word && !prefixed) {
        return None;
    }
    let hashes = bytes[at + 1..].iter().take_while(|b| **b == b'#').count();
    if bytes.get(at + 1 + hashes) != Some(&b'"') {
        return None;
    }
    Some((hashes + 2, format!("\"{}", "#".repeat(hashes))))
}

fn string_body(rest: &[u8]) -> usize {
    let mut at = 0;
    while at < rest.len() && rest[at] != b'"' {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    at.min(rest.len())
}

/// The length of a character literal with its quotes; a lifetime is none.
fn char_literal(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?.strip_prefix('\'')?;
    if let Some(escape) = rest.strip_prefix('\\') {
        let skipped = escape.chars().next()?.len_utf8();
        let close = escape[skipped..].find('\'')?;
        return Some(2 + skipped + close + 1);
    }
    let first = rest.chars().next()?;
    rest[first.len_utf8()..]
        .starts_with('\'')
        .then_some(2 + first.len_utf8())
}

/// `code` with every item under `#[cfg(test)]` blanked. Takes and returns scanned code.
pub fn without_test_items(code: &str) -> String {
    let mut kept = code.as_bytes().to_vec();
    for range in test_items(code) {
        blank(&mut kept, range);
    }
    String::from_utf8(kept).expect("only whole items are blanked")
}

/// How many lines a text has beside its `#[cfg(test)]` items.
pub fn lines_without_test_items(text: &str) -> usize {
    let code = scan(text).code;
    let tests = test_items(&code)
        .iter()
        .map(|range| code[range.clone()].lines().count())
        .sum::<usize>();
    text.lines().count() - tests
}

fn test_items(code: &str) -> Vec<Range<usize>> {
    let mut items: Vec<Range<usize>> = Vec::new();
    for attribute in ["#[cfg(test", "#[cfg(all(test"] {
        for (start, _) in code.match_indices(attribute) {
            let inside_another = items.iter().any(|range| range.contains(&start));
            if !inside_another {
                items.push(start..item_end(code, start));
            }
        }
    }
    items
}

/// Where the item at `start` ends: after its `;` or the brace that closes it.
fn item_end(code: &str, start: usize) -> usize {
    let mut depth = 0usize;
    for (at, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b';' if depth == 0 => return at + 1,
            b'{' if depth == 0 => return closing_brace(code, at) + 1,
            _ => {}
        }
    }
    code.len()
}

/// The place of the brace that closes the one at `open`, or the end of the text.
pub fn closing_brace(code: &str, open: usize) -> usize {
    let mut depth = 0usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return at,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    code.len().saturating_sub(1)
}

/// Every function with a body, in scanned code.
pub fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for (start, _) in code.match_indices("fn ") {
        let line_start = code[..start].rfind('\n').map_or(0, |at| at + 1);
        if !is_function_head(&code[line_start..start]) {
            continue;
        }
        let name = code[start + 3..]
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>();
        let end = item_end(code, start);
        let body = &code[start..end];
        if !name.is_empty() && body.ends_with('}') {
            found.push(Function {
                name,
                line: line_of(code, start),
                lines: body.lines().count(),
            });
        }
    }
    found
}

fn is_function_head(before: &str) -> bool {
    before.split_whitespace().all(|word| {
        matches!(word, "const" | "async" | "unsafe" | "default" | "extern")
            || word.starts_with("pub")
            || word.starts_with('"')
            || word.ends_with(')')
    })
}

/// The line of a place in a text, from 1.
pub fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_told_from_code() {
        let text = concat!(
            "let a = \"x { \\\" y\"; // { comment\n",
            "let b = r#\"raw \" { \"#; /* { /* nested */ */\n",
            "let c = '{'; let d: &'static str = \"é\"; let e = '\\'';\n",
        );
        let scan = scan(text);
        assert_eq!(scan.code.len(), text.len());
        assert!(!scan.code.contains('{'), "{}", scan.code);
        assert!(scan.code.contains("&'static str"));
        let texts: Vec<_> = scan.literals.iter().map(|l| l.text.as_str()).collect();
        assert_eq!(texts, ["x { \\\" y", "raw \" { ", "é"]);
    }

    #[test]
    fn test_items_do_not_count() {
        let text = "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n";
        assert_eq!(lines_without_test_items(text), 3);
        let code = without_test_items(&scan(text).code);
        let names: Vec<_> = functions(&code).into_iter().map(|f| f.name).collect();
        assert_eq!(names, ["a", "c"]);
    }

    #[test]
    fn functions_are_measured_to_their_closing_brace() {
        let text = "trait T {\n    fn no_body(&self);\n}\npub(crate) async fn f(\n    x: [u8; 3],\n) {\n    if true {\n    }\n}\n";
        let found = functions(&scan(text).code);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].line, found[0].lines), (4, 6));
    }
}
