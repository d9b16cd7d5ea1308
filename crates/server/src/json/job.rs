//! The public form of jobs that failed.

use model::job::DeadJob;
use serde::Serialize;
use utoipa::ToSchema;

/// A job that failed so often that it is not tried again by itself.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Job)]
pub(crate) struct JobJson {
    /// Id of the job.
    #[schema(example = "42")]
    id: String,
    /// What was to be done.
    #[schema(example = "finish_chat")]
    kind: String,
    /// Which conversation it is about, if about one.
    conversation_id: Option<String>,
    /// How often it was begun.
    attempts: i64,
    /// Why it failed the last time.
    error: Option<String>,
    /// When it failed the last time, in Unix milliseconds.
    failed_at: i64,
}

impl From<DeadJob> for JobJson {
    fn from(job: DeadJob) -> Self {
        Self {
            id: job.number.0.to_string(),
            kind: job.kind,
            conversation_id: job.conversation_id.map(|id| id.to_string()),
            attempts: job.attempts,
            error: job.error,
            failed_at: job.dead_at,
        }
    }
}
