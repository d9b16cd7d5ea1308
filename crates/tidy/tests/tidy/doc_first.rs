//! A Rust file opens with `//!` and a sentence that says what it holds.

use tidy::SourceFile;

fn offenders(files: &[SourceFile]) -> Vec<String> {
    files
        .iter()
        .filter(|file| {
            let first = file.text.lines().next().unwrap_or_default();
            first
                .strip_prefix("//! ")
                .is_none_or(|sentence| sentence.trim().is_empty())
        })
        .map(|file| file.path.clone())
        .collect()
}

#[test]
fn every_rust_file_says_what_it_holds() {
    let files = tidy::files("crates", &[".rs"]);
    crate::assert_none(
        "open the file with `//!` and one sentence",
        &offenders(&files),
    );
}

#[test]
fn a_file_without_its_sentence_is_found() {
    let files = [
        SourceFile::planted("crates/a/src/good.rs", "//! What it is.\nfn a() {}\n"),
        SourceFile::planted("crates/a/src/none.rs", "use std::fs;\n//! Too late.\n"),
        SourceFile::planted("crates/a/src/empty.rs", "//! \n"),
        SourceFile::planted("crates/a/src/void.rs", ""),
    ];
    assert_eq!(
        offenders(&files),
        [
            "crates/a/src/none.rs",
            "crates/a/src/empty.rs",
            "crates/a/src/void.rs"
        ]
    );
}
