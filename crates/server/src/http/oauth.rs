//! Tokens for OAuth clients: the client credentials grant (RFC 6749 section 4.4; contract A.1.1).

use app::{
    Error,
    keys::{IssueToken, IssuedToken, TOKEN_LIFETIME_MS, issue_token},
};
use axum::{
    Form, Json,
    extract::{State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use model::time::SECOND_MS;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{HttpState, problem::Problem};

/// What a client shows.
#[derive(Deserialize, ToSchema)]
pub(super) struct TokenForm {
    /// Always `client_credentials`.
    #[schema(example = "client_credentials")]
    grant_type: Option<String>,
    /// The client's id.
    client_id: Option<String>,
    /// The client's secret.
    client_secret: Option<String>,
    /// Names of scopes with spaces between; without it the token may do what the client may.
    scope: Option<String>,
}

/// A token.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenJson {
    /// The token, for `Authorization: Bearer`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds until it ends.
    expires_in: i64,
    /// What it may do.
    scope: String,
}

/// A refusal in the words of RFC 6749 section 5.2, and in those of the rest of this API.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenErrorJson {
    error: &'static str,
    error_description: String,
    code: &'static str,
    message: String,
}

/// Get a token
///
/// Exchanges a client's id and secret for a token that is good for an hour.
#[utoipa::path(post, path = "/realms/partner/oauth/token", tag = "Account", operation_id = "getToken", security(()),
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "A token", body = TokenJson),
        (status = 400, description = "The form is not acceptable", body = TokenErrorJson),
        (status = 401, description = "The id or the secret is wrong", body = TokenErrorJson),
        (status = 405, description = "Another method is expected here", body = super::problem::ErrorBody),
        (status = 503, description = "The database is not available now", body = super::problem::ErrorBody),
    ))]
pub(super) async fn token(
    State(state): State<HttpState>,
    form: Result<Form<TokenForm>, FormRejection>,
) -> Result<Json<TokenJson>, Response> {
    let command = command(form).map_err(IntoResponse::into_response)?;
    let issued = state
        .app
        .write(move |write| issue_token(write, &command))
        .await;
    issued
        .map(|issued| Json(TokenJson::from(issued)))
        .map_err(|error| match error {
            Error::Unauthorized(message) => TokenRefusal::new(
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "unauthorized",
                message,
            )
            .into_response(),
            Error::Invalid(message) => {
                TokenRefusal::bad("invalid_scope", "invalid_parameter", &message).into_response()
            }
            error => Problem::from(error).into_response(),
        })
}

/// What a form asks, or why it cannot be understood.
fn command(form: Result<Form<TokenForm>, FormRejection>) -> Result<IssueToken, TokenRefusal> {
    let Ok(Form(form)) = form else {
        return Err(TokenRefusal::bad(
            "invalid_request",
            "bad_request",
            "the body must be a form",
        ));
    };
    if form.grant_type.as_deref() != Some("client_credentials") {
        let message = "grant_type must be client_credentials";
        return Err(TokenRefusal::bad(
            "unsupported_grant_type",
            "invalid_parameter",
            message,
        ));
    }
    let (Some(client_id), Some(client_secret)) = (form.client_id, form.client_secret) else {
        let message = "client_id and client_secret are required";
        return Err(TokenRefusal::bad(
            "invalid_request",
            "missing_parameter",
            message,
        ));
    };
    if client_id.contains('\0') {
        let message = "client_id contains the character U+0000";
        return Err(TokenRefusal::bad(
            "invalid_request",
            "invalid_parameter",
            message,
        ));
    }
    let scopes = form
        .scope
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    Ok(IssueToken {
        client_id,
        client_secret,
        scopes,
    })
}

impl From<IssuedToken> for TokenJson {
    fn from(issued: IssuedToken) -> Self {
        Self {
            access_token: issued.token,
            token_type: "Bearer",
            expires_in: TOKEN_LIFETIME_MS / SECOND_MS,
            scope: issued.privileges.to_text(),
        }
    }
}

/// A refusal with its status.
struct TokenRefusal {
    status: StatusCode,
    body: TokenErrorJson,
}

impl TokenRefusal {
    fn new(status: StatusCode, error: &'static str, code: &'static str, message: &str) -> Self {
        let body = TokenErrorJson {
            error,
            error_description: message.to_owned(),
            code,
            message: message.to_owned(),
        };
        Self { status, body }
    }

    fn bad(error: &'static str, code: &'static str, message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, code, message)
    }
}

impl IntoResponse for TokenRefusal {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}
