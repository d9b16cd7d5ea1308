//! Visitors rate their chats.

use app::chats::{self, RateChat};
use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    http::{
        HttpState,
        extract::{Body, VisitorCaller},
        problem::Problem,
        refusals::Refusals,
    },
    json::RatingJson,
};

/// What the visitor thinks of the chat.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = RateChat)]
pub(crate) struct RateBody {
    /// 1, the worst, to 5.
    #[schema(required, nullable = false, example = 5, minimum = 1, maximum = 5)]
    score: Option<i64>,
    /// What they write to it, at most 1,000 characters.
    #[schema(example = "Thank you!")]
    comment: Option<String>,
}

/// Rate the latest chat
///
/// Of the visitor's own conversation. It may be rated anew until a day after its end; the comment is replaced with the score.
#[utoipa::path(post, path = "/live/rating", tag = "Live", operation_id = "rateChat", request_body = RateBody,
    security(("visitorToken" = [])),
    responses((status = 200, description = "The rating", body = RatingJson), Refusals))]
pub(crate) async fn rate(
    State(state): State<HttpState>,
    caller: VisitorCaller,
    body: Body<RateBody>,
) -> Result<Json<RatingJson>, Problem> {
    state.limits.count_visitor_call(caller.0.visitor)?;
    let (actor, body) = (caller.actor(), body.value);
    let command = RateChat {
        score: body.score,
        comment: body.comment,
    };
    let rating = state
        .app
        .write(move |write| chats::rate(write, &actor, &command));
    Ok(Json(rating.await?.into()))
}
