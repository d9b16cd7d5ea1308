//! The public form of what a visitor thought of a chat.

use model::chat::Rating;
use serde::Serialize;
use utoipa::ToSchema;

/// What a visitor thought of a chat.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Rating)]
pub(crate) struct RatingJson {
    /// 1, the worst, to 5.
    #[schema(example = 5, minimum = 1, maximum = 5)]
    score: i64,
    /// What they wrote to it.
    #[schema(example = "Thank you!")]
    comment: Option<String>,
    /// When they said so last, in Unix milliseconds.
    rated_at: i64,
}

impl From<Rating> for RatingJson {
    fn from(rating: Rating) -> Self {
        Self {
            score: rating.score,
            comment: rating.comment,
            rated_at: rating.at,
        }
    }
}
