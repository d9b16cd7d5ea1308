//! Front-ends that are being written: read from the directory that they are built into, at each request of a debug build.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

use super::Asset;

/// Reads a file below a directory. What is read stays in memory: a developer's server does not live long.
pub(super) fn read(directory: &Path, path: &str) -> Option<&'static Asset> {
    if path.split('/').any(|part| part == "..") {
        return None;
    }
    let identity = fs::read(directory.join(path)).ok()?;
    let mime = match path.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "md" => "text/markdown; charset=utf-8",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
    Some(Box::leak(Box::new(Asset {
        path: Box::leak(path.to_owned().into_boxed_str()),
        mime,
        hash: Box::leak(format!("{:x}", digest(&identity)).into_boxed_str()),
        is_immutable: false,
        identity: Box::leak(identity.into_boxed_slice()),
        br: None,
        gz: None,
    })))
}

/// Enough to tell two versions of a file apart.
fn digest(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
