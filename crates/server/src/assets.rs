//! The embedded front-ends: the files of `web/dist`, served from memory with their compressed twins.

use std::path::PathBuf;

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};

mod dev;
mod docs;

pub(crate) use docs::docs_router;

// `ASSETS`, empty where the front-ends were not built, and `NOT_BUILT`, which then says why.
include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// One file of a front-end; `build.rs` writes the table of them.
pub(crate) struct Asset {
    /// Relative to `web/dist`: `docs/index.html`.
    path: &'static str,
    mime: &'static str,
    /// The beginning of the SHA-256 of `identity`.
    hash: &'static str,
    /// The name holds a hash of the contents, so the contents of this name never change.
    is_immutable: bool,
    identity: &'static [u8],
    br: Option<&'static [u8]>,
    gz: Option<&'static [u8]>,
}

/// Where the front-ends are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assets {
    /// Where a debug build reads them from while they are being written.
    directory: Option<PathBuf>,
}

impl Assets {
    /// Those that were embedded, or those of a directory, which a release does not look at.
    pub(crate) fn new(directory: Option<PathBuf>) -> Self {
        let directory = directory.filter(|_| cfg!(debug_assertions));
        Self { directory }
    }

    /// Whether an asset may be another the next time.
    pub(crate) fn may_change(&self) -> bool {
        self.directory.is_some()
    }

    /// The asset at a path relative to `web/dist`.
    pub(crate) fn find(&self, path: &str) -> Option<&'static Asset> {
        if let Some(directory) = &self.directory {
            return dev::read(directory, path);
        }
        let index = ASSETS.binary_search_by(|asset| asset.path.cmp(path));
        index.ok().map(|index| &ASSETS[index])
    }
}

/// What to do where a build has no front-ends.
pub(crate) fn how_to_build() -> String {
    let reason = NOT_BUILT.unwrap_or("incomplete");
    format!(
        "This build of Parlour has no pages: web/dist was {reason} when it was compiled.\n\n\
         Build the front-ends, then the server again:\n\n    \
         cd web && npm ci\n    npm run build\n\nor do both with `make build`.\n\n\
         The API works without them; its description is at /openapi.json.\n"
    )
}

impl Asset {
    /// What is served, uncompressed.
    pub(crate) fn bytes(&self) -> &'static [u8] {
        self.identity
    }
}

/// Answers with the asset in the best coding the client takes, or with 304 where the client has it.
pub(crate) fn respond(asset: &'static Asset, request: &HeaderMap) -> Response {
    let (coding, bytes) = choose(asset, request);
    // Each coding is a representation of its own and needs an entity tag of its own.
    let etag = format!("\"{}-{}\"", asset.hash, coding.name());
    let response = Response::builder()
        .header(header::ETAG, &etag)
        .header(header::VARY, "accept-encoding")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::CACHE_CONTROL, cache_control(asset));
    let response = if has_current(request, &etag) {
        response
            .status(StatusCode::NOT_MODIFIED)
            .body(Body::empty())
    } else if coding == Coding::Identity {
        response
            .header(header::CONTENT_TYPE, asset.mime)
            .body(Body::from(bytes))
    } else {
        response
            .header(header::CONTENT_TYPE, asset.mime)
            .header(header::CONTENT_ENCODING, coding.name())
            .body(Body::from(bytes))
    };
    response.expect("every header is made of plain ASCII")
}

fn cache_control(asset: &Asset) -> &'static str {
    if asset.is_immutable {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Br,
    Gzip,
    Identity,
}

impl Coding {
    fn name(self) -> &'static str {
        match self {
            Coding::Br => "br",
            Coding::Gzip => "gzip",
            Coding::Identity => "identity",
        }
    }
}

/// The smallest form among those the client likes best. A client that takes none of ours gets the
/// plain bytes: that helps it more than 406.
fn choose(asset: &Asset, request: &HeaderMap) -> (Coding, &'static [u8]) {
    let mut best = (Coding::Identity, asset.identity);
    let mut best_weight = 0;
    for (coding, bytes) in [(Coding::Br, asset.br), (Coding::Gzip, asset.gz)] {
        let weight = weight(request, coding.name()).unwrap_or(0);
        if let Some(bytes) = bytes
            && weight > best_weight
        {
            (best, best_weight) = ((coding, bytes), weight);
        }
    }
    // Not named, plain bytes are the last choice; named, they are a choice like the others.
    if weight(request, Coding::Identity.name()).is_some_and(|weight| weight > best_weight) {
        best = (Coding::Identity, asset.identity);
    }
    best
}

/// How much the client wants a coding, in thousandths, if `Accept-Encoding` names it or says `*`.
fn weight(request: &HeaderMap, coding: &str) -> Option<u16> {
    let mut any = None;
    for line in request.get_all(header::ACCEPT_ENCODING) {
        for element in line.to_str().unwrap_or_default().split(',') {
            let (name, parameters) = element.split_once(';').unwrap_or((element, ""));
            let weight = match parameters
                .trim()
                .strip_prefix("q=")
                .map(|quality| quality.trim().parse::<f32>())
            {
                Some(Ok(quality)) => (quality.clamp(0.0, 1.0) * 1000.0) as u16,
                Some(Err(_)) => 0,
                None => 1000,
            };
            if name.trim().eq_ignore_ascii_case(coding) {
                return Some(weight);
            }
            if name.trim() == "*" && coding != Coding::Identity.name() {
                any = Some(weight);
            }
        }
    }
    any
}

/// Whether `If-None-Match` names this tag. A proxy may have weakened it, which does not matter here.
pub(crate) fn has_current(request: &HeaderMap, etag: &str) -> bool {
    let lines = request.get_all(header::IF_NONE_MATCH).into_iter();
    let mut tags = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests;
