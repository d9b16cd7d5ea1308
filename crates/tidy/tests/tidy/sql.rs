//! SQL stands in `store` only, and there it is never put together at run time.

use regex::Regex;
use tidy::{SourceFile, rust};

/// Crates that exist for tests and measurements: they make and drop databases of their own.
const TEST_CRATES: [&str; 3] = ["crates/bench/", "crates/testing/", "crates/tidy/"];
const STORE: &str = "crates/store/";

/// A statement, told from an English sentence by its second keyword.
const STATEMENT: &str = r"(?ix)^[\s\\]* (?:
    select\s+ (?: [\d*] | [^;]*\bfrom\b )
  | insert\s+ (?: or\s+\w+\s+ )? into\b
  | update\s+ \S+\s+ (?: as\s+\w+\s+ )? set\b
  | delete\s+ from\b
  | with\s+ (?: recursive\s+ )? \w+ [^;]* \bas\s*\(
  | (?: create | alter | drop )\s+ (?: table | index | unique | view | database | trigger )\b
  | (?: begin\s+ (?: immediate | transaction ) | savepoint\s+ \w+ $ | rollback\s+ to\s+ \w+ $ )
)";

/// What a statement begins with; enough where the text is known to be SQL.
const KEYWORD: &str =
    r"(?i)^[\s\\]*(?:select|insert|update|delete|with|values|create|alter|drop|truncate)\s";

fn sql_outside_store(files: &[SourceFile]) -> Vec<String> {
    let statement = Regex::new(STATEMENT).expect("a valid pattern");
    let outside = |file: &&SourceFile| {
        let test_crate = TEST_CRATES.iter().any(|name| file.path.starts_with(name));
        !file.is_test() && !test_crate && !file.path.starts_with(STORE)
    };
    let mut found = Vec::new();
    for file in files.iter().filter(outside) {
        let scan = rust::scan(&file.text);
        let product = rust::without_test_items(&scan.code);
        for literal in &scan.literals {
            let in_product = product.as_bytes()[literal.start] == b'"';
            if in_product && statement.is_match(&literal.text) {
                found.push(place(file, literal.start));
            }
        }
    }
    found
}

fn sql_made_at_run_time(files: &[SourceFile]) -> Vec<String> {
    let keyword = Regex::new(KEYWORD).expect("a valid pattern");
    let inside = |file: &&SourceFile| {
        file.path.starts_with(STORE) && !file.is_test() && !file.path.contains("migrat")
    };
    let mut found = Vec::new();
    for file in files.iter().filter(inside) {
        let scan = rust::scan(&file.text);
        let product = rust::without_test_items(&scan.code);
        for literal in &scan.literals {
            let before = product[..literal.start]
                .trim_end_matches(['r', '#'])
                .trim_end();
            let formatted = before.ends_with("format!(") || before.ends_with("format_args!(");
            if formatted && keyword.is_match(&literal.text) {
                found.push(place(file, literal.start));
            }
        }
    }
    found
}

fn place(file: &SourceFile, at: usize) -> String {
    format!("{}:{}", file.path, rust::line_of(&file.text, at))
}

#[test]
fn sql_stands_in_the_store_only() {
    let files = tidy::files("crates", &[".rs"]);
    crate::assert_none(
        "move the statement into a function of crates/store",
        &sql_outside_store(&files),
    );
}

#[test]
fn sql_is_never_formatted() {
    let files = tidy::files(STORE, &[".rs"]);
    crate::assert_none(
        "write the whole statement as a constant and bind parameters",
        &sql_made_at_run_time(&files),
    );
}

#[test]
fn sql_in_another_crate_is_found() {
    let text = r##"//! x
const A: &str = "select name from agent where id = $1";
const B: &str = r#"
    UPDATE agent set name = $1"#;
const C: &str = "update failed, select another agent";
// "delete from agent"
const D: &str = "delete the message";
const E: &str = "\
    insert into agent (id) values ($1)";
const F: &str = "select 1";
#[cfg(test)]
mod tests {
    const G: &str = "select 1 from agent";
}
"##;
    let files = [
        SourceFile::planted("crates/app/src/agents.rs", text),
        SourceFile::planted("crates/store/src/agents.rs", text),
        SourceFile::planted("crates/server/tests/agents.rs", text),
    ];
    assert_eq!(
        sql_outside_store(&files),
        [
            "crates/app/src/agents.rs:2",
            "crates/app/src/agents.rs:3",
            "crates/app/src/agents.rs:8",
            "crates/app/src/agents.rs:10",
        ]
    );
}

#[test]
fn formatted_sql_is_found() {
    let text = r#"//! x
fn a(name: &str) {
    let a = format!("select * from {name}");
    let b = format!(
        "insert into {name} values (1)"
    );
    let c = format!("{name} was not found");
    let d = format!("pragma user_version = {name}");
    let e = "select * from agent";
}
"#;
    let files = [
        SourceFile::planted("crates/store/src/agents.rs", text),
        SourceFile::planted("crates/store/src/migrations.rs", text),
    ];
    assert_eq!(
        sql_made_at_run_time(&files),
        [
            "crates/store/src/agents.rs:3",
            "crates/store/src/agents.rs:5"
        ]
    );
}
