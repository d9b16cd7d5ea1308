//! Fetch a file by its link.

use app::{Error, files};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use model::file::StoredFile;

use super::{
    headers::{etag, is_known_to, write_headers},
    range::{Asked, read_range},
};
use crate::{
    files::{Part, preview_type},
    http::{
        HttpState,
        extract::{ClientAddress, Id, InnerId},
        problem::{ErrorBody, Problem},
        refusals::Refusals,
    },
};

/// Fetch a file
///
/// Whoever has the link may. Pictures, sound, films and plain text are shown by a browser, everything else is saved.
/// One range of bytes may be asked for.
#[utoipa::path(get, path = "/files/{accessToken}/{name}", tag = "Files", operation_id = "fetchFile",
    params(("accessToken" = String, Path, description = "The secret part of the link"), ("name" = String, Path, description = "The file's name")),
    security(()),
    responses((status = 200, description = "The file", content_type = "application/octet-stream", body = inline(Vec<u8>)),
        (status = 206, description = "The range that was asked for", content_type = "application/octet-stream", body = inline(Vec<u8>)),
        (status = 304, description = "It is what the caller has"),
        (status = 416, description = "There is no such range, or several are asked for", body = ErrorBody), Refusals))]
pub(crate) async fn file(
    State(state): State<HttpState>,
    address: ClientAddress,
    method: Method,
    headers: HeaderMap,
    InnerId(access_token, name): InnerId,
) -> Result<Response, Problem> {
    let file = find(&state, address, access_token, |file| {
        file.is_linked_as(&name)
    })
    .await?;
    let etag = etag(&file, Part::Whole);
    let mut response = if is_known_to(&headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else if method == Method::HEAD {
        with_length(StatusCode::OK, Body::empty(), file.size_bytes)
    } else {
        answer(&state, &file, &headers, &etag).await?
    };
    if response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
        return Ok(response);
    }
    let mime_type = if file.is_shown() {
        file.mime_type.as_str()
    } else {
        model::file::UNKNOWN_TYPE
    };
    write_headers(response.headers_mut(), &file, mime_type, &etag);
    Ok(response)
}

/// Fetch the preview of a picture
#[utoipa::path(get, path = "/files/{accessToken}/preview", tag = "Files", operation_id = "fetchPreview",
    params(("accessToken" = String, Path, description = "The secret part of the link")),
    security(()),
    responses((status = 200, description = "The picture, at most 480 pixels wide and high", content_type = "image/png", body = inline(Vec<u8>)),
        (status = 304, description = "It is what the caller has"), Refusals))]
pub(crate) async fn preview(
    State(state): State<HttpState>,
    address: ClientAddress,
    headers: HeaderMap,
    Id(access_token): Id,
) -> Result<Response, Problem> {
    let file = find(&state, address, access_token, |file| file.has_preview).await?;
    let etag = etag(&file, Part::Preview);
    let mut response = if is_known_to(&headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let name = Part::Preview.name(&file.storage_key);
        let (body, length) = state.files.open(&name, None).await?;
        with_length(StatusCode::OK, body, length)
    };
    write_headers(
        response.headers_mut(),
        &file,
        preview_type(&file.mime_type),
        &etag,
    );
    Ok(response)
}

/// The file of a link. Whoever tries links that are none is guessing, and is refused after a while (trust, case H7); a
/// right link is never refused for it.
async fn find(
    state: &HttpState,
    address: ClientAddress,
    access_token: String,
    is_meant: impl Fn(&StoredFile) -> bool,
) -> Result<StoredFile, Problem> {
    let found = state
        .app
        .read(move |tx| files::get_by_token(tx, &access_token))
        .await;
    let found = match found {
        Ok(file) if is_meant(&file) => return Ok(file),
        Ok(_) => Error::NotFound("File"),
        Err(error) => error,
    };
    if matches!(found, Error::NotFound(_)) {
        state.limits.count_failed_file(address.0)?;
    }
    Err(found.into())
}

async fn answer(
    state: &HttpState,
    file: &StoredFile,
    headers: &HeaderMap,
    etag: &str,
) -> Result<Response, Problem> {
    let name = Part::Whole.name(&file.storage_key);
    let is_unchanged = |value: &header::HeaderValue| value.as_bytes() == etag.as_bytes();
    let asked = match headers.get(header::IF_RANGE) {
        Some(value) if !is_unchanged(value) => Asked::Whole,
        _ => read_range(headers, file.size_bytes),
    };
    let (range, status) = match asked {
        Asked::Whole => (None, StatusCode::OK),
        Asked::Part(range) => (Some(range), StatusCode::PARTIAL_CONTENT),
        Asked::Nothing => return Ok(no_such_range(file.size_bytes)),
    };
    let (body, length) = state.files.open(&name, range).await?;
    let mut response = with_length(status, body, length);
    if let Some(range) = range {
        let value = format!("bytes {}-{}/{}", range.first, range.last, file.size_bytes);
        response
            .headers_mut()
            .insert(header::CONTENT_RANGE, ascii(&value));
    }
    Ok(response)
}

fn no_such_range(size_bytes: u64) -> Response {
    let problem = Problem::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        "range_not_satisfiable",
        "one range of bytes may be asked for, inside of the file",
    );
    let size = ascii(&format!("bytes */{size_bytes}"));
    ([(header::CONTENT_RANGE, size)], problem).into_response()
}

fn with_length(status: StatusCode, body: Body, length: u64) -> Response {
    (status, [(header::CONTENT_LENGTH, length.to_string())], body).into_response()
}

fn ascii(text: &str) -> header::HeaderValue {
    header::HeaderValue::from_str(text).expect("numbers and letters")
}
