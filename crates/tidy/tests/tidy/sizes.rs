//! A file has at most 400 lines and a function at most 70, tests not counted.

use tidy::{SourceFile, rust};

/// What fits in a head; STYLE.md asks for 300.
const FILE_LINES_MAX: usize = 400;
/// What fits on a screen, from `fn` to the closing brace.
const FUNCTION_LINES_MAX: usize = 70;

fn long_files(files: &[SourceFile]) -> Vec<String> {
    files
        .iter()
        .filter(|file| !file.is_test())
        .map(|file| (file, rust::lines_without_test_items(&file.text)))
        .filter(|(_, lines)| *lines > FILE_LINES_MAX)
        .map(|(file, lines)| format!("{}: {lines} lines", file.path))
        .collect()
}

fn long_functions(files: &[SourceFile]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !file.is_test()) {
        let code = rust::without_test_items(&rust::scan(&file.text).code);
        for function in rust::functions(&code) {
            if function.lines > FUNCTION_LINES_MAX {
                let (line, name, lines) = (function.line, function.name, function.lines);
                found.push(format!("{}:{line}: {name} has {lines} lines", file.path));
            }
        }
    }
    found
}

#[test]
fn files_are_short() {
    let files = tidy::files("crates", &[".rs"]);
    crate::assert_none(
        "split the file where its subjects part",
        &long_files(&files),
    );
}

#[test]
fn functions_are_short() {
    let files = tidy::files("crates", &[".rs"]);
    crate::assert_none("split the function", &long_functions(&files));
}

#[test]
fn a_long_file_is_found() {
    let at_limit = "// line\n".repeat(FILE_LINES_MAX);
    let with_tests = format!("{at_limit}#[cfg(test)]\nmod tests {{\n{at_limit}}}\n");
    let files = [
        SourceFile::planted("crates/a/src/fits.rs", &with_tests),
        SourceFile::planted("crates/a/src/long.rs", &format!("{at_limit}// more\n")),
        SourceFile::planted("crates/a/tests/long.rs", &format!("{at_limit}// more\n")),
    ];
    assert_eq!(long_files(&files), ["crates/a/src/long.rs: 401 lines"]);
}

#[test]
fn a_long_function_is_found() {
    let function = |name: &str, lines: usize| {
        let body = "    let brace = \"{\"; // {\n".repeat(lines - 2);
        format!("pub fn {name}() {{\n{body}}}\n")
    };
    let text = format!(
        "{}{}#[cfg(test)]\nmod tests {{\n{}}}\n",
        function("fits", FUNCTION_LINES_MAX),
        function("long", FUNCTION_LINES_MAX + 1),
        function("story", FUNCTION_LINES_MAX + 9),
    );
    let files = [SourceFile::planted("crates/a/src/lib.rs", &text)];
    assert_eq!(
        long_functions(&files),
        ["crates/a/src/lib.rs:71: long has 71 lines"]
    );
}
