//! Refusals as clients of the live door see them: the one table from the words of the house to codes.

use app::Error;

use super::protocol::ServerFrame;

/// What was refused.
#[derive(Clone, Debug, Default)]
pub(super) struct Refused {
    pub(super) cid: Option<String>,
    pub(super) ch: Option<String>,
}

impl Refused {
    pub(super) fn channel(ch: impl Into<String>) -> Self {
        Self {
            cid: None,
            ch: Some(ch.into()),
        }
    }
}

/// A frame that says why something was not done, where repeating it is of no use.
pub(super) fn for_good(refused: Refused, code: Code, message: impl Into<String>) -> ServerFrame {
    nack(refused, code, message.into(), None)
}

/// A frame that says that something may be tried again later.
pub(super) fn for_now(
    refused: Refused,
    code: Code,
    message: impl Into<String>,
    retry_after: u64,
) -> ServerFrame {
    nack(refused, code, message.into(), Some(retry_after))
}

/// The frame for a refusal of the application.
pub(super) fn of_error(refused: Refused, error: &Error) -> ServerFrame {
    let message = error.to_string();
    let code = match error {
        Error::Missing(_) => Code::MissingParameter,
        Error::Invalid(_) | Error::OutOfRange(_) => Code::InvalidParameter,
        Error::NotFound(_) | Error::NobodyAvailable(_) => Code::NotFound,
        Error::Forbidden(_)
        | Error::Unauthorized(_)
        | Error::Identity(_)
        | Error::ForeignDomain(_) => Code::PermissionDenied,
        Error::TooMany {
            retry_after_seconds,
            ..
        } => return for_now(refused, Code::RateLimited, message, *retry_after_seconds),
        Error::Reused(_) | Error::Taken(_) | Error::AlreadyDone(_) => Code::CidConflict,
        Error::Store(failure) => return of_store(refused, failure),
    };
    for_good(refused, code, message)
}

fn of_store(refused: Refused, failure: &store::Error) -> ServerFrame {
    match failure {
        store::Error::Unknown(_) => {
            tracing::warn!(error = %failure, "whether a commit happened is not known");
            let message = "the database broke off in the middle: send the same cid again";
            for_now(refused, Code::UnknownOutcome, message, 1)
        }
        store::Error::Unavailable(_) | store::Error::Conflict(_) => {
            tracing::warn!(error = %failure, "the database did not answer");
            let message = "the database is not available now; try again";
            for_now(refused, Code::Unavailable, message, 1)
        }
        store::Error::Full(_) => {
            tracing::error!(error = %failure, "nothing can be written");
            let message = "the server's disk is full; nothing was written";
            for_now(refused, Code::StorageFull, message, 60)
        }
        _ => {
            tracing::error!(error = %failure, "an operation failed");
            for_now(refused, Code::Internal, "something went wrong here", 5)
        }
    }
}

fn nack(refused: Refused, code: Code, message: String, retry_after: Option<u64>) -> ServerFrame {
    ServerFrame::Nack {
        cid: refused.cid.filter(|cid| cid.len() <= SHOWN_BYTES_MAX),
        ch: refused.ch.filter(|ch| ch.len() <= SHOWN_BYTES_MAX),
        code: code.as_str(),
        message,
        retry_after,
        r#final: code.is_final(),
    }
}

/// Longest name that is said back.
const SHOWN_BYTES_MAX: usize = 128;

/// Why a frame was refused, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    BadFrame,
    InvalidParameter,
    MissingParameter,
    NotFound,
    PermissionDenied,
    CidConflict,
    RateLimited,
    Unavailable,
    UnknownOutcome,
    StorageFull,
    Internal,
}

impl Code {
    /// Every code with its name, and whether repeating the same frame is of no use.
    const ALL: [(Code, &'static str, bool); 11] = [
        (Code::BadFrame, "bad_frame", true),
        (Code::InvalidParameter, "invalid_parameter", true),
        (Code::MissingParameter, "missing_parameter", true),
        (Code::NotFound, "not_found", true),
        (Code::PermissionDenied, "permission_denied", true),
        (Code::CidConflict, "cid_conflict", true),
        (Code::RateLimited, "rate_limited", false),
        (Code::Unavailable, "unavailable", false),
        (Code::UnknownOutcome, "unknown_outcome", false),
        (Code::StorageFull, "storage_full", false),
        (Code::Internal, "internal", false),
    ];

    fn as_str(self) -> &'static str {
        Self::find(self).1
    }

    fn is_final(self) -> bool {
        Self::find(self).2
    }

    fn find(self) -> (Code, &'static str, bool) {
        Self::ALL
            .into_iter()
            .find(|(code, ..)| *code == self)
            .unwrap_or((Code::Internal, "internal", false))
    }
}
