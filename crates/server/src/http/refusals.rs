//! The refusals that any operation may answer with, for the OpenAPI document.

use utoipa::IntoResponses;

use super::problem::ErrorBody;

/// What any operation may answer instead.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers, is never made")]
pub(super) enum Refusals {
    /// The request is not acceptable; the message names the field and the rule.
    #[response(status = 400)]
    BadRequest(ErrorBody),
    /// No key, or a wrong one.
    #[response(status = 401)]
    Unauthorized(ErrorBody),
    /// The key lacks the scope, or a bound for the organization is reached.
    #[response(status = 403)]
    Forbidden(ErrorBody),
    /// There is no such thing in this organization.
    #[response(status = 404)]
    NotFound(ErrorBody),
    /// Another method is expected here.
    #[response(status = 405)]
    MethodNotAllowed(ErrorBody),
    /// Something unique is taken, or cannot be answered twice.
    #[response(status = 409)]
    Conflict(ErrorBody),
    /// The body is too large.
    #[response(status = 413)]
    TooLarge(ErrorBody),
    /// The path is too long.
    #[response(status = 414)]
    TooLong(ErrorBody),
    /// The body is not JSON in UTF-8.
    #[response(status = 415)]
    UnsupportedMediaType(ErrorBody),
    /// The `Idempotency-Key` was used before for something else.
    #[response(status = 422)]
    Reused(ErrorBody),
    /// Too many requests; wait as long as `Retry-After` says.
    #[response(status = 429)]
    TooMany(ErrorBody),
    /// The database is not available now; try again.
    #[response(status = 503)]
    Unavailable(ErrorBody),
    /// The server's disk is full.
    #[response(status = 507)]
    Full(ErrorBody),
}
