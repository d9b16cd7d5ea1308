//! Visitors want their conversation by mail.

use app::conversations;
use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::{
    HttpState,
    extract::{Body, VisitorCaller},
    problem::Problem,
    refusals::Refusals,
};

/// Where it is to be sent.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = RequestTranscript)]
pub(crate) struct TranscriptBody {
    /// An e-mail address.
    #[schema(required, nullable = false, example = "anna@shop.example")]
    email: Option<String>,
}

/// Ask for the conversation by mail
///
/// The request is kept, once a day for each address and for three addresses at most. Where the server is not set up to send
/// mail, the code is `mail_not_configured`.
#[utoipa::path(post, path = "/live/transcript", tag = "Live", operation_id = "requestTranscript", request_body = TranscriptBody,
    security(("visitorToken" = [])),
    responses((status = 202, description = "Kept"), Refusals))]
pub(crate) async fn request(
    State(state): State<HttpState>,
    caller: VisitorCaller,
    body: Body<TranscriptBody>,
) -> Result<StatusCode, Problem> {
    state.limits.count_visitor_call(caller.0.visitor)?;
    if !state.has_mail {
        let message = "this server is not set up to send mail";
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "mail_not_configured",
            message,
        ));
    }
    let (actor, email) = (caller.actor(), body.value.email);
    state
        .app
        .write(move |write| conversations::request_transcript(write, &actor, email.as_deref()))
        .await?;
    Ok(StatusCode::ACCEPTED)
}
