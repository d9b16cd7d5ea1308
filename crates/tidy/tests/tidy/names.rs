//! No module has a name that fits everything, because then everything goes into it.

use regex::Regex;
use tidy::{SourceFile, rust};

const BAGS: [&str; 7] = [
    "util", "utils", "common", "helpers", "core", "misc", "manager",
];

fn offenders(files: &[SourceFile]) -> Vec<String> {
    let inline = Regex::new(r"\bmod\s+(\w+)\s*\{").expect("a valid pattern");
    let mut found = Vec::new();
    for file in files {
        let folders = file.path.split('/').rev().skip(1);
        for name in folders.chain([file.stem()]).filter(|name| is_bag(name)) {
            found.push(format!("{}: {name}", file.path));
        }
        if file.path.ends_with(".rs") {
            let code = rust::scan(&file.text).code;
            for module in inline.captures_iter(&code).filter(|m| is_bag(&m[1])) {
                found.push(format!("{}: mod {}", file.path, &module[1]));
            }
        }
    }
    found
}

fn is_bag(name: &str) -> bool {
    BAGS.contains(&name)
}

#[test]
fn modules_are_named_after_what_they_hold() {
    let mut files = tidy::files("crates", &[".rs"]);
    for folder in ["web", "clients", "scripts"] {
        files.extend(tidy::files(folder, &[".ts", ".tsx", ".py", ".sh"]));
    }
    crate::assert_none("name the module after its one subject", &offenders(&files));
}

#[test]
fn a_bag_is_found() {
    let files = [
        SourceFile::planted(
            "crates/a/src/message.rs",
            "mod commons {}\nmod helpers {\n}\n",
        ),
        SourceFile::planted("crates/a/tests/common/mod.rs", ""),
        SourceFile::planted("web/client/utils.ts", ""),
        SourceFile::planted("crates/core/src/utilities.rs", ""),
    ];
    assert_eq!(
        offenders(&files),
        [
            "crates/a/src/message.rs: mod helpers",
            "crates/a/tests/common/mod.rs: common",
            "web/client/utils.ts: utils",
            "crates/core/src/utilities.rs: core",
        ]
    );
}
