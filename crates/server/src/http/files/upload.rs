//! Upload a file, to be named by a message later.

use std::time::Duration;

use app::{Actor, Error, files};
use axum::{
    Extension, Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header::CONTENT_LENGTH},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    files::{StorageError, UploadError},
    http::{
        HttpState,
        extract::{Caller, Query, VisitorCaller},
        middleware::Patience,
        problem::Problem,
        refusals::Refusals,
    },
    json::UploadedFileJson,
};

/// How long a refused file may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a file is called.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadQuery {
    /// The file's name. What is not safe in it is left out.
    #[param(example = "photo.png")]
    #[serde(default)]
    name: String,
}

/// Upload a file
///
/// The body is the file itself. Name its id in `fileIds` of a message within a day; otherwise it is deleted. What a file
/// is, is told by its content, not by its name or `Content-Type`.
#[utoipa::path(post, path = "/api/v1/files", tag = "Files", operation_id = "uploadFile", params(UploadQuery),
    request_body(content = inline(Vec<u8>), content_type = "application/octet-stream", description = "The file, at most 25 MiB"),
    responses((status = 201, description = "The file, stored", body = UploadedFileJson), Refusals))]
pub(crate) async fn upload(
    State(state): State<HttpState>,
    caller: Caller,
    query: Query<UploadQuery>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<UploadedFileJson>), UploadRefusal> {
    store(&state, caller.actor(), query.0.name, &headers, body)
        .await
        .map_err(|problem| UploadRefusal::new(&state, problem))
}

/// Upload a file as the visitor
///
/// The body is the file itself. Name its id in a message within a day; otherwise it is deleted.
#[utoipa::path(post, path = "/live/files", tag = "Live", operation_id = "uploadVisitorFile", params(UploadQuery),
    security(("visitorToken" = [])),
    request_body(content = inline(Vec<u8>), content_type = "application/octet-stream", description = "The file, at most 25 MiB"),
    responses((status = 201, description = "The file, stored", body = UploadedFileJson), Refusals))]
pub(crate) async fn upload_as_visitor(
    State(state): State<HttpState>,
    caller: VisitorCaller,
    query: Query<UploadQuery>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<UploadedFileJson>), UploadRefusal> {
    store(&state, caller.actor(), query.0.name, &headers, body)
        .await
        .map_err(|problem| UploadRefusal::new(&state, problem))
}

/// A refusal that waits until the file is sent: browsers look for an answer only then.
pub(crate) struct UploadRefusal {
    problem: Problem,
    patience: Patience,
}

impl UploadRefusal {
    fn new(state: &HttpState, problem: Problem) -> Self {
        let patience = Patience {
            bytes_max: state.files.size_bytes_max(),
            time: PATIENCE,
        };
        Self { problem, patience }
    }
}

impl IntoResponse for UploadRefusal {
    fn into_response(self) -> Response {
        (Extension(self.patience), self.problem).into_response()
    }
}

/// Keeps the bytes, then writes the row; where that fails, nothing remains of either.
async fn store(
    state: &HttpState,
    actor: Actor,
    name: String,
    headers: &HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<UploadedFileJson>), Problem> {
    // Of the body itself the layers around it do not say how long it is.
    let length = headers.get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    let size_bytes = state.files.require_size(length)?;
    let (settings, now) = (state.app.settings().files, state.app.clock().now());
    state
        .app
        .read(move |tx| files::require_room(tx, &actor, &settings, size_bytes, now))
        .await?;
    let file = state.files.receive(&name, size_bytes, body).await?;
    let storage_key = file.storage_key.clone();
    let added = state
        .app
        .write(move |write| files::add(write, &actor, &file))
        .await;
    match added {
        Ok(file) => {
            let json = UploadedFileJson::new(&file, &state.file_link_base);
            Ok((StatusCode::CREATED, Json(json)))
        }
        // The row may be there, and then it must have its bytes; if it is not, the sweep finds them.
        Err(error @ Error::Store(store::Error::Unknown(_))) => Err(error.into()),
        Err(error) => {
            state.files.give_up(&storage_key).await;
            Err(error.into())
        }
    }
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        let message = error.to_string();
        match error {
            UploadError::Empty => Self::new(StatusCode::BAD_REQUEST, "file_empty", message),
            UploadError::TooLarge(_) => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", message)
            }
            UploadError::BrokeOff => Self::bad_request(message),
            UploadError::Storage(error) => error.into(),
        }
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Full => {
                tracing::error!("a file was refused, as no space is left");
                Self::new(
                    StatusCode::INSUFFICIENT_STORAGE,
                    "storage_full",
                    "the server's disk is full; nothing was written",
                )
            }
            StorageError::Missing | StorageError::Failed(_) => {
                tracing::error!(%error, "the store of files failed");
                Self::unavailable("files are not available now; try again")
            }
        }
    }
}
