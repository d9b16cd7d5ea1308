//! Requests that no handler should see. Those whose length can be read in two ways are refused or cut off by hyper before
//! (trust, case C12).

use axum::{
    extract::Request,
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use model::webhook::DEPTH_HEADER;

use crate::http::problem::Problem;

/// Longest path with its query, in bytes (trust, case C8).
const PATH_BYTES_MAX: usize = 8 * 1_024;

pub(crate) async fn guard(request: Request, next: Next) -> Response {
    match refuse(&request) {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    }
}

fn refuse(request: &Request) -> Option<Problem> {
    let address = request
        .uri()
        .path_and_query()
        .map_or("", |address| address.as_str());
    if address.len() > PATH_BYTES_MAX {
        let message = format!("the path is longer than {PATH_BYTES_MAX} bytes");
        return Some(Problem::new(
            StatusCode::URI_TOO_LONG,
            "bad_request",
            message,
        ));
    }
    if address.contains("%00") {
        return Some(Problem::bad_request(
            "the path contains the character U+0000",
        ));
    }
    if request.headers().contains_key(DEPTH_HEADER) {
        // An event that came of this would be sent here again, and so on. This answer ends it: whoever sends webhooks by
        // the standard disables the endpoint, and says so (trust, case I10).
        return Some(Problem::new(
            StatusCode::GONE,
            "bad_request",
            "webhooks are not received here: no endpoint may lead back to a server that sends them",
        ));
    }
    let encoding = request.headers().get(header::CONTENT_ENCODING)?;
    (encoding != "identity").then(|| {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_acceptable",
            "compressed bodies are not accepted",
        )
    })
}
