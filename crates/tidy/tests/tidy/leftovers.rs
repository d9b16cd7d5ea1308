//! Nothing is left for later: no marks for unfinished work, no tests switched off.

use regex::Regex;
use tidy::{SourceFile, rust};

/// Put together so that this file does not find itself.
const MARKS: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

fn unfinished(files: &[SourceFile]) -> Vec<String> {
    let mark = Regex::new(&format!(r"\b(?:{})\b", MARKS.join("|"))).expect("a valid pattern");
    let mut found = Vec::new();
    for file in files {
        for (number, line) in (1..).zip(file.text.lines()) {
            if mark.is_match(line) {
                found.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    found
}

fn ignored_tests(files: &[SourceFile]) -> Vec<String> {
    let ignore = Regex::new(r"#\[\s*(?:cfg_attr\s*\(.*\b)?ignore\b").expect("a valid pattern");
    let mut found = Vec::new();
    for file in files {
        let code = rust::scan(&file.text).code;
        for hit in ignore.find_iter(&code) {
            let line = rust::line_of(&code, hit.start());
            found.push(format!("{}:{line}", file.path));
        }
    }
    found
}

#[test]
fn nothing_is_marked_as_unfinished() {
    let mut files = tidy::files("crates", &[".rs", ".sql", ".toml"]);
    for folder in ["web", "clients", "scripts"] {
        files.extend(tidy::files(
            folder,
            &[".ts", ".tsx", ".js", ".mjs", ".py", ".sh"],
        ));
    }
    files.extend(tidy::files(".ci", &["run"]));
    crate::assert_none(
        "do it now, or open an issue and leave the code without a mark",
        &unfinished(&files),
    );
}

#[test]
fn no_test_is_switched_off() {
    let files = tidy::files("crates", &[".rs"]);
    crate::assert_none("mend the test or delete it", &ignored_tests(&files));
}

#[test]
fn a_mark_is_found() {
    let [first, second] = MARKS;
    let text = format!("a = 1  # {first}: later\nb = 2\nc = \"{second}\"\nd = {first}S\n");
    let files = [SourceFile::planted("clients/run.py", &text)];
    assert_eq!(
        unfinished(&files),
        [
            format!("clients/run.py:1: a = 1  # {first}: later"),
            format!("clients/run.py:3: c = \"{second}\""),
        ]
    );
}

#[test]
fn a_switched_off_test_is_found() {
    let text = "//! x\n#[test]\n#[ignore = \"slow\"]\nfn a() {}\n// #[ignore]\n#[cfg_attr(windows, ignore)]\nfn b() {}\n";
    let files = [SourceFile::planted("crates/a/tests/a.rs", text)];
    assert_eq!(
        ignored_tests(&files),
        ["crates/a/tests/a.rs:3", "crates/a/tests/a.rs:6"]
    );
}
