//! The widget: how it behaves, and how the site proves who its visitors are.

use app::widget::{self, UpdateWidget};
use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{agents::given, webhooks::NoFields};
use crate::{
    http::{
        HttpState,
        extract::{Body, Caller},
        problem::Problem,
        refusals::Refusals,
    },
    json::{IdentitySecretJson, WidgetJson},
};

/// What is changed; what is not given stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateWidgetBody {
    /// `open`, `signed` or `enforced`. The last two need a key.
    #[schema(example = "signed")]
    identity_mode: Option<String>,
    /// `HS256` or `EdDSA`.
    #[schema(example = "HS256")]
    identity_algorithm: Option<String>,
    /// The site's public key of Ed25519, as PEM or as its 32 bytes in base64; null removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    identity_public_key: Option<Option<String>>,
    /// Shorter ids of the site are not followed: 16 to 128.
    #[schema(example = 16)]
    visitor_id_length_min: Option<i64>,
    /// The hosts of the pages that the widget may stand on, all of them; `*.shop.example` is every host below that one.
    #[schema(max_items = 100, example = json!(["shop.example", "*.shop.example"]))]
    allowed_domains: Option<Vec<String>>,
}

/// Get the widget
#[utoipa::path(get, path = "/api/v1/widget", tag = "Widget", operation_id = "getWidget",
    responses((status = 200, description = "How the widget behaves", body = WidgetJson), Refusals))]
pub(crate) async fn get(
    State(state): State<HttpState>,
    caller: Caller,
) -> Result<Json<WidgetJson>, Problem> {
    let actor = caller.actor();
    let found = state.app.read(move |tx| widget::get(tx, &actor)).await?;
    Ok(Json(found.into()))
}

/// Update the widget
#[utoipa::path(put, path = "/api/v1/widget", tag = "Widget", operation_id = "updateWidget", request_body = UpdateWidgetBody,
    responses((status = 200, description = "The widget, changed", body = WidgetJson), Refusals))]
pub(crate) async fn update(
    State(state): State<HttpState>,
    caller: Caller,
    body: Body<UpdateWidgetBody>,
) -> Result<Json<WidgetJson>, Problem> {
    let (actor, value) = (caller.actor(), body.value);
    let command = UpdateWidget {
        identity_mode: value.identity_mode,
        identity_algorithm: value.identity_algorithm,
        identity_public_key: value.identity_public_key,
        visitor_id_length_min: value.visitor_id_length_min,
        allowed_domains: value.allowed_domains,
    };
    let changed = state
        .app
        .write(move |write| widget::update(write, &actor, &command))
        .await?;
    Ok(Json(changed.into()))
}

/// Make an identity secret
///
/// It is in this answer only, and replaces the one before at once. The site's back end signs with it who a visitor is: a
/// JSON Web Token with `sub` (the visitor's id), `iat`, `exp` (24 hours later at most) and `aud` (the widget's id).
#[utoipa::path(post, path = "/api/v1/widget/identity-secret", tag = "Widget", operation_id = "rotateIdentitySecret",
    responses((status = 200, description = "The new secret", body = IdentitySecretJson), Refusals))]
pub(crate) async fn rotate_secret(
    State(state): State<HttpState>,
    caller: Caller,
    body: Body<NoFields>,
) -> Result<Json<IdentitySecretJson>, Problem> {
    let actor = caller.actor();
    let secret = state
        .app
        .write(move |write| widget::rotate_secret(write, &actor, body.once.as_ref()))
        .await?;
    Ok(Json(IdentitySecretJson { secret }))
}
