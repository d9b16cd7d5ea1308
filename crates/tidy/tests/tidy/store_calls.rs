//! Every public function of the store's noun modules is called by a test of the store.

use regex::Regex;
use tidy::{SourceFile, rust};

const SOURCE: &str = "crates/store/src/";
const TESTS: &str = "crates/store/tests/";

fn offenders(files: &[SourceFile]) -> Vec<String> {
    let public = Regex::new(r"(?m)^pub fn (\w+)").expect("a valid pattern");
    let takes_tx =
        Regex::new(r"\btx\s*:\s*&\s*(?:'\w+\s+)?mut\s+(?:\w+::)*Tx\b").expect("a valid pattern");
    let tests = files
        .iter()
        .filter(|file| file.path.starts_with(TESTS))
        .map(|file| rust::scan(&file.text).code)
        .collect::<Vec<_>>()
        .join("\n");
    let mut found = Vec::new();
    for file in files {
        let noun_module = file
            .path
            .strip_prefix(SOURCE)
            .is_some_and(|inside| !inside.contains('/'));
        if !noun_module {
            continue;
        }
        let code = rust::scan(&file.text).code;
        for function in public.captures_iter(&code) {
            let head = function.get(0).map_or(0, |part| part.start());
            let signature_end = code[head..].find('{').map_or(code.len(), |end| head + end);
            let (module, name) = (file.stem(), &function[1]);
            if takes_tx.is_match(&code[head..signature_end]) && !calls(&tests, module, name) {
                found.push(format!("{module}::{name}"));
            }
        }
    }
    found
}

fn calls(tests: &str, module: &str, name: &str) -> bool {
    let call = format!(r"\b{module}::{name}\s*(?:::<[^>]*>\s*)?\(");
    Regex::new(&call)
        .expect("names are plain words")
        .is_match(tests)
}

#[test]
fn every_query_of_the_store_is_called_by_a_test_of_the_store() {
    let files = tidy::files("crates/store", &[".rs"]);
    crate::assert_none(
        "call these in crates/store/tests, on both databases",
        &offenders(&files),
    );
}

#[test]
fn a_query_without_a_test_is_found() {
    let source = "//! x\npub fn find(\n    tx: &mut Tx<'_>,\n    id: i64,\n) -> Option<Row> {\n    None\n}\npub fn list(tx: &mut crate::Tx) {}\npub fn pure(name: &str) {}\nfn private(tx: &mut Tx) {}\n";
    let test = "//! x\nfn a() {\n    // messages::find(tx)\n    messages::list(tx);\n    other_messages::find(tx);\n}\n";
    let files = [
        SourceFile::planted("crates/store/src/messages.rs", source),
        SourceFile::planted("crates/store/src/database/sqlite.rs", source),
        SourceFile::planted("crates/store/tests/both/messages.rs", test),
    ];
    assert_eq!(offenders(&files), ["messages::find"]);
}
