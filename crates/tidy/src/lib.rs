//! Reads the tree for the checks in `tests/tidy`: one file there holds one rule of STYLE.md.
//!
//! The rules look at text, not at a syntax tree: the code of this project is formatted by
//! rustfmt, so a small scanner that knows comments and literals is enough.
#![deny(missing_docs)]

pub mod rust;

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold nothing written by hand.
const SKIPPED_FOLDERS: [&str; 4] = ["target", "node_modules", "dist", "__pycache__"];

/// One text file of the tree, its path relative to the root of the project, with `/`.
pub struct SourceFile {
    /// Where it is, for example `crates/model/src/message.rs`.
    pub path: String,
    /// All of it.
    pub text: String,
}

impl SourceFile {
    /// A file that exists only in a test.
    pub fn planted(path: &str, text: &str) -> SourceFile {
        SourceFile {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// Whether the file is compiled for tests only.
    pub fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }

    /// The file name up to its first dot.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.split('.').next().unwrap_or(name)
    }
}

/// The folder that holds the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file below `folder` whose name ends in one of the `endings`, in the order of the paths.
/// A folder that does not exist holds no files.
pub fn files(folder: &str, endings: &[&str]) -> Vec<SourceFile> {
    let root = root();
    let mut found = Vec::new();
    collect(&root, &root.join(folder), endings, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn collect(root: &Path, folder: &Path, endings: &[&str], found: &mut Vec<SourceFile>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        let hidden = name.starts_with('.') && name != ".ci";
        if kind.is_dir() {
            if !hidden && !SKIPPED_FOLDERS.contains(&name.as_str()) {
                collect(root, &path, endings, found);
            }
        } else if kind.is_file() && endings.iter().any(|ending| name.ends_with(ending)) {
            let relative = path.strip_prefix(root).unwrap_or(&path);
            if let Ok(text) = fs::read_to_string(&path) {
                let path = relative.to_string_lossy().replace('\\', "/");
                found.push(SourceFile { path, text });
            }
        }
    }
}
