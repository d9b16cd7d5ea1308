//! Migrations come in pairs, one file for each database, numbered without a hole.

use regex::Regex;
use std::collections::BTreeMap;

const FOLDER: &str = "crates/store/migrations";

fn offenders(paths: &[String]) -> Vec<String> {
    let name =
        Regex::new(r"^(\d{4})_([a-z0-9_]+)\.(sqlite|postgres)\.sql$").expect("a valid pattern");
    let mut found = Vec::new();
    let mut databases: BTreeMap<(u32, String), Vec<String>> = BTreeMap::new();
    for path in paths {
        let file = path.rsplit('/').next().unwrap_or(path);
        match name.captures(file) {
            Some(parts) => {
                let number = parts[1].parse().expect("four digits");
                let pair = databases.entry((number, parts[2].to_owned()));
                pair.or_default().push(parts[3].to_owned());
            }
            None => found.push(format!(
                "{file} is not NNNN_name.sqlite.sql or .postgres.sql"
            )),
        }
    }
    for (expected, ((number, title), pair)) in (1..).zip(&databases) {
        if *number != expected {
            found.push(format!(
                "{number:04}_{title} should be number {expected:04}"
            ));
        }
        if pair.len() != 2 {
            found.push(format!(
                "{number:04}_{title} exists for {} only",
                pair.join(", ")
            ));
        }
    }
    found
}

#[test]
fn migrations_come_in_pairs() {
    let paths: Vec<_> = tidy::files(FOLDER, &[""])
        .into_iter()
        .map(|file| file.path)
        .collect();
    crate::assert_none("fix the names of the migrations", &offenders(&paths));
}

#[test]
fn half_a_pair_and_a_hole_are_found() {
    let planted = |names: &[&str]| {
        let paths: Vec<_> = names
            .iter()
            .map(|name| format!("{FOLDER}/{name}"))
            .collect();
        offenders(&paths)
    };
    assert_eq!(
        planted(&["0001_start.sqlite.sql", "0001_start.postgres.sql"]),
        [""; 0]
    );
    assert_eq!(
        planted(&[
            "0001_start.sqlite.sql",
            "0001_start.postgres.sql",
            "0003_search.sqlite.sql",
            "notes.sql",
        ]),
        [
            "notes.sql is not NNNN_name.sqlite.sql or .postgres.sql",
            "0003_search should be number 0002",
            "0003_search exists for sqlite only",
        ]
    );
    let two_names = ["0001_a.sqlite.sql", "0001_b.postgres.sql"];
    assert_eq!(planted(&two_names).len(), 3, "two names under one number");
}
