//! The doors of the server never import each other; only `wire.rs`, and the entries for fuzzers, know more than one.

use regex::Regex;
use tidy::{SourceFile, rust};

const DOORS: [&str; 5] = ["http", "live", "mail", "work", "nodes"];
const SOURCE: &str = "crates/server/src/";

/// Files that stand in front of every door.
const FRONT: [&str; 2] = ["wire.rs", "fuzz.rs"];

fn offenders(files: &[SourceFile]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let Some(inside) = file.path.strip_prefix(SOURCE) else {
            continue;
        };
        if FRONT.contains(&inside) {
            continue;
        }
        let named = doors_named(&rust::scan(&file.text).code, depth(inside));
        match door_of(inside) {
            Some(own) => {
                let foreign = named.iter().filter(|door| **door != own);
                found.extend(foreign.map(|door| format!("{}: {own} imports {door}", file.path)));
            }
            None if named.len() > 1 => {
                found.push(format!("{} names {}", file.path, named.join(", ")));
            }
            None => {}
        }
    }
    found
}

fn door_of(inside: &str) -> Option<&'static str> {
    let first = inside.split('/').next().unwrap_or(inside);
    let name = first.trim_end_matches(".rs");
    DOORS.into_iter().find(|door| *door == name)
}

/// How many `super` lead from the file's module to the root of the crate.
fn depth(inside: &str) -> usize {
    let steps = inside.split('/').count();
    if inside.ends_with("/mod.rs") {
        steps - 1
    } else {
        steps
    }
}

/// The doors that the code reaches by a path from the root of the crate.
fn doors_named(code: &str, depth: usize) -> Vec<&'static str> {
    let root =
        Regex::new(r"\b(?:crate|server)\s*::\s*|\b(?:super\s*::\s*)+").expect("a valid pattern");
    let mut named = Vec::new();
    for path in root.find_iter(code) {
        let supers = path.as_str().matches("super").count();
        if supers > 0 && supers < depth {
            continue;
        }
        for segment in first_segments(code, path.end()) {
            if let Some(door) = DOORS.into_iter().find(|door| *door == segment)
                && !named.contains(&door)
            {
                named.push(door);
            }
        }
    }
    named
}

/// The names that may follow a path prefix: one, or those at the top of a braced list.
fn first_segments(code: &str, at: usize) -> Vec<&str> {
    let rest = &code[at..];
    if !rest.starts_with('{') {
        return vec![leading_name(rest)];
    }
    let list = &code[at + 1..rust::closing_brace(code, at)];
    let mut depth = 0;
    let mut start = 0;
    let mut names = Vec::new();
    for (place, byte) in list.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' if depth == 0 => {
                names.push(leading_name(list[start..place].trim_start()));
                start = place + 1;
            }
            _ => {}
        }
    }
    names.push(leading_name(list[start..].trim_start()));
    names
}

fn leading_name(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    &text[..end]
}

#[test]
fn doors_do_not_import_each_other() {
    let files = tidy::files(SOURCE, &[".rs"]);
    crate::assert_none(
        "a door may not know another one; go through app, the feed or wire.rs",
        &offenders(&files),
    );
}

#[test]
fn an_import_between_doors_is_found() {
    let files = [
        SourceFile::planted(
            "crates/server/src/live/socket.rs",
            "//! x\nuse crate::{config, http::{Error, live}};\nuse crate::live::hub;\n",
        ),
        SourceFile::planted(
            "crates/server/src/http/v3/messages.rs",
            "//! crate::live is only named here.\nuse super::super::super::mail;\nuse super::work;\n",
        ),
        SourceFile::planted(
            "crates/server/src/lifecycle.rs",
            "fn a() { crate::http::start(); crate::nodes::start(); }\n",
        ),
        SourceFile::planted(
            "crates/server/src/cli/openapi.rs",
            "fn a() { crate::http::openapi(); }\n",
        ),
        SourceFile::planted(
            "crates/server/src/wire.rs",
            "use crate::{http, live, mail, work, nodes};\n",
        ),
    ];
    assert_eq!(
        offenders(&files),
        [
            "crates/server/src/live/socket.rs: live imports http",
            "crates/server/src/http/v3/messages.rs: http imports mail",
            "crates/server/src/lifecycle.rs names http, nodes",
        ]
    );
}
