//! Refusals as clients see them: the one table from the words of the house to status, code and message.

use app::Error;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

/// A refusal on its way out.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    message: String,
    retry_after_seconds: Option<u64>,
}

/// What every refusal looks like (contract A.1.2).
#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
pub(crate) struct ErrorBody {
    /// What kind of refusal it is, for programs.
    #[schema(example = "missing_parameter")]
    code: String,
    /// What is wrong, naming the field and the limit, for people.
    #[schema(example = "visitorId is missing")]
    message: String,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            retry_after_seconds: None,
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_parameter", message)
    }

    pub(crate) fn out_of_range(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "out_of_range", message)
    }

    pub(crate) fn missing(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "missing_parameter", message)
    }

    pub(crate) fn unauthorized(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    pub(crate) fn not_found(message: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "document_not_found", message)
    }

    pub(crate) fn too_many(message: impl Into<String>, retry_after_seconds: u64) -> Self {
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", message);
        Self {
            retry_after_seconds: Some(retry_after_seconds),
            ..problem
        }
    }

    pub(crate) fn unavailable(message: &str) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message);
        Self {
            retry_after_seconds: Some(1),
            ..problem
        }
    }

    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "something went wrong here; the log has more under this request's id",
        )
    }
}

/// For doors that answer with something else than JSON.
impl Problem {
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn retry_after(&self) -> Option<HeaderValue> {
        self.retry_after_seconds.map(HeaderValue::from)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::Missing(_) => Self::missing(message),
            Error::Invalid(_) => Self::invalid(message),
            Error::OutOfRange(_) => Self::out_of_range(message),
            Error::NotFound(_) => Self::not_found(&message),
            Error::Forbidden(_) => Self::new(StatusCode::FORBIDDEN, "permission_denied", message),
            Error::Taken(_) => Self::new(StatusCode::CONFLICT, "duplicate_parameter", message),
            Error::NobodyAvailable(_) => {
                Self::new(StatusCode::CONFLICT, "agent_unavailable", message)
            }
            Error::Reused(_) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "duplicate_request",
                message,
            ),
            Error::AlreadyDone(_) => Self::new(StatusCode::CONFLICT, "duplicate_request", message),
            Error::TooMany {
                retry_after_seconds,
                ..
            } => Self::too_many(message, retry_after_seconds),
            Error::Unauthorized(_) => Self::unauthorized(&message),
            Error::Identity(_) => Self::new(StatusCode::UNAUTHORIZED, "identity_invalid", message),
            Error::ForeignDomain(_) => {
                Self::new(StatusCode::FORBIDDEN, "domain_not_allowed", message)
            }
            Error::Store(failure) => from_store(&failure),
        }
    }
}

fn from_store(failure: &store::Error) -> Problem {
    match failure {
        store::Error::Unknown(_) => {
            tracing::warn!(error = %failure, "whether a commit happened is not known");
            Problem {
                code: "unknown_outcome",
                ..Problem::unavailable(
                    "the database broke off in the middle: whether this was done is not known; repeat it with the Idempotency-Key it was sent with",
                )
            }
        }
        store::Error::Unavailable(_) | store::Error::Conflict(_) => {
            tracing::warn!(error = %failure, "the database did not answer");
            Problem::unavailable("the database is not available now; try again")
        }
        store::Error::Full(_) => {
            tracing::error!(error = %failure, "nothing can be written");
            Problem::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "storage_full",
                "the server's disk is full; nothing was written",
            )
        }
        _ => {
            tracing::error!(error = %failure, "an operation failed");
            Problem::internal()
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let retry_after = self.retry_after();
        let body = ErrorBody {
            code: self.code.to_owned(),
            message: self.message,
        };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(value) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        response
    }
}
