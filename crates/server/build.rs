//! Embeds the built front-ends: turns `web/dist` into the table of assets that `src/assets.rs` serves.
//!
//! It only reads. npm is never run from here, so `cargo build` and `cargo test` need no Node: where
//! `web/dist` is missing or older than its sources a debug build goes on without front-ends, and a
//! release build stops.

use std::{
    collections::BTreeSet,
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

const HOW_TO_BUILD: &str = "run `cd web && npm ci` and then `npm run build` there, or `make build`";

/// Directories of `web` that hold nothing a front-end is built from; `web/build/stamp.js` skips the same.
const NOT_SOURCES: [&str; 5] = ["dist", "e2e", "node_modules", "test", "vectors"];

type Outcome<T> = Result<T, Box<dyn Error>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Built,
    Missing,
    Stale,
}

fn main() -> Outcome<()> {
    let web = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../web");
    let dist = web.join("dist");
    let sources = if web.is_dir() {
        files(&web, &NOT_SOURCES)?
    } else {
        Vec::new()
    };

    let state = match fs::read_to_string(dist.join("stamp")) {
        Err(_) => State::Missing,
        Ok(stamp) if stamp.trim() != stamp_of(&web, &sources)? => State::Stale,
        Ok(_) => State::Built,
    };
    watch(&web, &sources, state)?;
    let complaint = match state {
        State::Built => None,
        State::Missing => Some("missing"),
        State::Stale => Some("older than its sources"),
    };
    if let Some(complaint) = complaint {
        let advice = format!("web/dist is {complaint}: {HOW_TO_BUILD}");
        if env::var("PROFILE")? == "release" {
            println!("cargo::error=a release needs its front-ends, {advice}");
        } else {
            println!("cargo::warning=no front-ends in this build, {advice}");
        }
    }

    let assets = if state == State::Built {
        table(&dist)?
    } else {
        String::new()
    };
    let generated = format!(
        "/// Why this build has no front-ends.\nconst NOT_BUILT: Option<&str> = {complaint:?};\n\n\
         static ASSETS: &[Asset] = &[\n{assets}];\n"
    );
    fs::write(
        Path::new(&env::var("OUT_DIR")?).join("assets.rs"),
        generated,
    )?;
    Ok(())
}

/// Cargo watches a directory with all that is below it, so `web` itself is named only while there is
/// nothing better: with `node_modules` inside, every build would look at tens of thousands of files.
fn watch(web: &Path, sources: &[String], state: State) -> Outcome<()> {
    println!("cargo::rerun-if-changed=build.rs");
    if state == State::Missing {
        println!("cargo::rerun-if-changed={}", web.display());
        return Ok(());
    }
    println!("cargo::rerun-if-changed={}", web.join("dist").display());
    for source in sources {
        println!("cargo::rerun-if-changed={}", web.join(source).display());
    }
    // A new file is noticed by its directory.
    let directories: BTreeSet<PathBuf> = sources
        .iter()
        .filter_map(|source| Some(web.join(source).parent()?.to_path_buf()))
        .collect();
    for directory in directories {
        if !NOT_SOURCES.iter().any(|name| directory.join(name).exists()) {
            println!("cargo::rerun-if-changed={}", directory.display());
        }
    }
    Ok(())
}

/// The same SHA-256 that `web/build/stamp.js` writes at the end of a build.
fn stamp_of(web: &Path, sources: &[String]) -> Outcome<String> {
    let mut hash = Sha256::new();
    for path in sources {
        let contents = fs::read(web.join(path))?;
        hash.update(path);
        hash.update(format!("\0{}\0", contents.len()));
        hash.update(contents);
    }
    Ok(hex(&hash.finalize()))
}

/// The table's entries: every file of `web/dist` with its compressed twins, sorted by path.
fn table(dist: &Path) -> Outcome<String> {
    let mut entries = String::new();
    let paths = files(dist, &[])?;
    for path in &paths {
        let is_twin = path.ends_with(".br") || path.ends_with(".gz");
        if is_twin || path == "stamp" {
            continue;
        }
        let identity = fs::read(dist.join(path))?;
        let twin = |extension: &str| {
            let name = format!("{path}.{extension}");
            match paths.binary_search(&name) {
                Ok(_) => format!("Some({})", include_bytes(&dist.join(name))),
                Err(_) => "None".into(),
            }
        };
        writeln!(
            entries,
            "    Asset {{ path: {path:?}, mime: {:?}, hash: {:?}, is_immutable: {}, identity: {}, br: {}, gz: {} }},",
            mime(path)?,
            &hex(&Sha256::digest(&identity))[..32],
            has_hashed_name(path),
            include_bytes(&dist.join(path)),
            twin("br"),
            twin("gz"),
        )?;
    }
    Ok(entries)
}

fn include_bytes(path: &Path) -> String {
    format!("include_bytes!({path:?})")
}

fn mime(path: &str) -> Outcome<&'static str> {
    Ok(match path.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "gif" => "image/gif",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "jpg" => "image/jpeg",
        "js" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "md" => "text/markdown; charset=utf-8",
        "mp3" => "audio/mpeg",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        _ => {
            return Err(
                format!("web/dist/{path}: build.rs knows no media type for this name").into(),
            );
        }
    })
}

/// Whether the name changes with the contents: `page.0123456789.js`.
fn has_hashed_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.split('.').collect::<Vec<_>>()[..] {
        [_, .., hash, _] => {
            let is_hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            let is_base32 = |byte| matches!(byte, b'2'..=b'7' | b'A'..=b'Z');
            hash.len() >= 8 && (hash.bytes().all(is_hex) || hash.bytes().all(is_base32))
        }
        _ => false,
    }
}

/// Paths of all files below `root`, relative, with forward slashes, sorted by their bytes.
fn files(root: &Path, skipped: &[&str]) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    let mut waiting = vec![String::new()];
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(root.join(&directory))? {
            let entry = entry?;
            let name = entry
                .file_name()
                .into_string()
                .map_err(|name| format!("web: {name:?} is not UTF-8"))?;
            let kind = entry.file_type()?;
            if skipped.contains(&name.as_str()) {
                continue;
            } else if kind.is_dir() {
                waiting.push(format!("{directory}{name}/"));
            } else if kind.is_file() {
                found.push(format!("{directory}{name}"));
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
