//! Every key of `default.toml` has a comment above it: the file is the documentation of the settings.

use regex::Regex;
use tidy::SourceFile;

const FILE: &str = "crates/server/src/config/default.toml";

fn offenders(files: &[SourceFile]) -> Vec<String> {
    let key = Regex::new(r#"^\s*([\w."-]+)\s*="#).expect("a valid pattern");
    let words = Regex::new(r"^\s*#.*\w").expect("a valid pattern");
    let mut found = Vec::new();
    for file in files {
        let mut above = "";
        let mut section = "";
        for (number, line) in (1..).zip(file.text.lines()) {
            if let Some(name) = line.trim().strip_prefix('[') {
                section = name.split(']').next().unwrap_or(name);
            }
            if let Some(setting) = key.captures(line)
                && !words.is_match(above)
            {
                let path = &file.path;
                found.push(format!("{path}:{number}: [{section}] {}", &setting[1]));
            }
            above = line;
        }
    }
    found
}

#[test]
fn every_setting_is_documented() {
    let files: Vec<_> = tidy::files("crates/server/src/config", &["default.toml"]);
    crate::assert_none("write a comment line above the key", &offenders(&files));
}

#[test]
fn a_setting_without_a_comment_is_found() {
    let text = "# Where the server listens.\n[server]\nlisten = \"a\"\n# Seconds until then.\nidle_seconds = 1\n\nbare = 2 # beside it\n#\nempty = 3\n";
    let found = offenders(&[SourceFile::planted(FILE, text)]);
    let names: Vec<_> = found
        .iter()
        .filter_map(|line| line.rsplit(' ').next())
        .collect();
    assert_eq!(names, ["listen", "bare", "empty"], "{found:?}");
}
