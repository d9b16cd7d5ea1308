//! Who calls, and whether that key may ask once more.

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::credential::Credential;
use crate::http::{
    HttpState, extract::ClientAddress, limits::Standing, problem::Problem, v3::PING_PATH,
};

/// Lets requests with a right key through, counted. Every answer tells what is left of the quota.
pub(crate) async fn authenticate(
    State(state): State<HttpState>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(credential) = Credential::of(request.headers()) else {
        return Problem::unauthorized("authentication not found in headers").into_response();
    };
    let found = match state.callers.find(&state.app, credential).await {
        Ok(found) => found,
        Err(problem) => return problem.into_response(),
    };
    let Some(found) = found else {
        let ClientAddress(address) =
            ClientAddress::of(request.extensions(), request.headers(), &state.proxies);
        let (standing, problem) = state.limits.count_failed_key(address);
        return with_standing(
            problem
                .unwrap_or_else(|| Problem::unauthorized("Key not found"))
                .into_response(),
            standing,
        );
    };
    let is_ping = request
        .extensions()
        .get::<MatchedPath>()
        .is_some_and(|path| path.as_str() == PING_PATH);
    let key = found.key;
    request.extensions_mut().insert(found);
    if is_ping {
        // Pings have buckets of their own, one for each agent; the handler knows which, and says so. What it never got to
        // see counts like any other request.
        let response = next.run(request).await;
        if response.headers().contains_key(Standing::LIMIT) {
            return response;
        }
        let (standing, problem) = state.limits.count_request(key, state.app.clock().now());
        let response = problem.map_or(response, IntoResponse::into_response);
        return with_standing(response, standing);
    }
    let (standing, problem) = state.limits.count_request(key, state.app.clock().now());
    match problem {
        Some(problem) => with_standing(problem.into_response(), standing),
        None => with_standing(next.run(request).await, standing),
    }
}

fn with_standing(mut response: Response, standing: Standing) -> Response {
    standing.write(response.headers_mut());
    response
}
