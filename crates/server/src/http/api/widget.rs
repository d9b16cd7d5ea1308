//! The widget: how it behaves, looks and speaks, and how the site proves who its visitors are.

mod appearance;
mod form;

use std::collections::BTreeMap;

use app::widget::{self, ChangeAppearance, ChangeForm, UpdateWidget};
use appearance::AppearanceBody;
use axum::{Json, extract::State};
use form::FormBody;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{agents::given, webhooks::NoFields};
use crate::{
    http::{
        HttpState,
        extract::{Body, Caller},
        problem::Problem,
        refusals::Refusals,
    },
    json::{
        IdentityAlgorithmName, IdentityModeName, IdentitySecretJson, LanguageName, OfflineModeName,
        WidgetJson,
    },
};

/// What is changed; what is not given stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateWidgetBody {
    /// `open`, `signed` or `enforced`. The last two need a key.
    #[schema(value_type = Option<IdentityModeName>, example = "signed")]
    identity_mode: Option<String>,
    /// `HS256` or `EdDSA`.
    #[schema(value_type = Option<IdentityAlgorithmName>, example = "HS256")]
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
    /// How it looks; what is not given stays.
    appearance: Option<AppearanceBody>,
    /// The language that it speaks; null for that of the page, or else of the browser.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<LanguageName>, example = "fr")]
    language: Option<Option<String>>,
    /// What there is of it while nobody takes chats: `messenger`, all of it, so that visitors write and are told to expect a
    /// delay; `hidden`, nothing.
    #[schema(value_type = Option<OfflineModeName>, example = "messenger")]
    offline_mode: Option<String>,
    /// What it says otherwise than usual: by language any part of the tree that sites know as `locale`. A tree replaces all
    /// that was said otherwise in its language, null removes that; languages that are not given stay. A text has 500
    /// characters at most, the texts of a language 16384 bytes.
    #[schema(value_type = Option<BTreeMap<String, Option<Value>>>,
        example = json!({"en": {"customStrings": {"welcome": "Hello! What are you looking for?"}}, "fr": null}))]
    texts: Option<BTreeMap<String, Option<Map<String, Value>>>>,
    /// What visitors are asked about themselves; what is not given stays.
    form: Option<FormBody>,
    /// It keeps nothing in the browser, and opens no session, before the visitor agrees.
    #[schema(example = true)]
    is_consent_required: Option<bool>,
    /// It makes a sound when a message comes; visitors can turn that off.
    #[schema(example = true)]
    has_sound: Option<bool>,
    /// It asks how a chat was.
    #[schema(example = true)]
    has_rating: Option<bool>,
}

impl From<UpdateWidgetBody> for UpdateWidget {
    fn from(body: UpdateWidgetBody) -> Self {
        Self {
            identity_mode: body.identity_mode,
            identity_algorithm: body.identity_algorithm,
            identity_public_key: body.identity_public_key,
            visitor_id_length_min: body.visitor_id_length_min,
            allowed_domains: body.allowed_domains,
            appearance: body.appearance.map(ChangeAppearance::from),
            language: body.language,
            offline_mode: body.offline_mode,
            texts: body.texts,
            form: body.form.map(ChangeForm::from),
            is_consent_required: body.is_consent_required,
            has_sound: body.has_sound,
            has_rating: body.has_rating,
        }
    }
}

/// Get the widget
#[utoipa::path(get, path = "/api/v1/widget", tag = "Widget", operation_id = "getWidget",
    responses((status = 200, description = "How the widget behaves, looks and speaks", body = WidgetJson), Refusals))]
pub(crate) async fn get(
    State(state): State<HttpState>,
    caller: Caller,
) -> Result<Json<WidgetJson>, Problem> {
    let actor = caller.actor();
    let found = state.app.read(move |tx| widget::get(tx, &actor)).await?;
    Ok(Json(found.into()))
}

/// Update the widget
///
/// What is not given stays. Where anything is refused, nothing is changed. Pages that are open follow when they are loaded
/// again, a minute later at most.
#[utoipa::path(put, path = "/api/v1/widget", tag = "Widget", operation_id = "updateWidget", request_body = UpdateWidgetBody,
    responses((status = 200, description = "The widget, changed", body = WidgetJson), Refusals))]
pub(crate) async fn update(
    State(state): State<HttpState>,
    caller: Caller,
    body: Body<UpdateWidgetBody>,
) -> Result<Json<WidgetJson>, Problem> {
    let (actor, command) = (caller.actor(), UpdateWidget::from(body.value));
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
