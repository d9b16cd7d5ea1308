//! The public form of a widget.

mod appearance;
mod form;
mod names;

pub(crate) use appearance::AppearanceJson;
pub(crate) use form::{FormConsentJson, FormFieldJson, FormJson};
pub(crate) use names::{
    ButtonPositionName, ButtonStyleName, ConsentKindName, FieldKindName, FormModeName,
    IdentityAlgorithmName, IdentityModeName, LanguageName, OfflineModeName, ThemeName,
};

use std::collections::BTreeMap;

use app::widget::Widget;
use model::widget::{Choice, Domain, Language, WidgetTexts};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// How the widget behaves.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Widget)]
pub(crate) struct WidgetJson {
    /// The id in the widget's snippet.
    #[schema(example = "5f0c7e2ab1d94c3386a1e0d2")]
    widget_id: String,
    /// What a visitor has to prove: `open`, nothing; `signed`, who they are, by a token of the site, once; `enforced`, at
    /// each session.
    #[schema(value_type = IdentityModeName, example = "open")]
    identity_mode: &'static str,
    /// How the site signs its tokens: `HS256` with the identity secret, `EdDSA` with a key of its own.
    #[schema(value_type = IdentityAlgorithmName, example = "HS256")]
    identity_algorithm: &'static str,
    /// The site's public key, as the `x` of a JWK.
    #[schema(example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    identity_public_key: Option<String>,
    /// There is an identity secret.
    has_identity_secret: bool,
    /// Shorter ids of the site are not followed.
    #[schema(example = 16)]
    visitor_id_length_min: usize,
    /// The hosts of the pages that the widget may stand on; none for every page.
    #[schema(example = json!(["shop.example", "*.shop.example"]))]
    allowed_domains: Vec<String>,
    /// How it looks.
    appearance: AppearanceJson,
    /// The language that it speaks; null for that of the page, or else of the browser.
    #[schema(value_type = Option<LanguageName>, example = json!(null))]
    language: Option<&'static str>,
    /// What there is of it while nobody takes chats: `messenger`, all of it, so that visitors write and are told to expect a
    /// delay; `hidden`, nothing.
    #[schema(value_type = OfflineModeName, example = "messenger")]
    offline_mode: &'static str,
    /// What it says otherwise than usual: by language a part of the tree that sites know as `locale`.
    #[schema(value_type = BTreeMap<String, serde_json::Value>,
        example = json!({"en": {"customStrings": {"welcome": "Hello! What are you looking for?"}}}))]
    texts: BTreeMap<&'static str, Map<String, Value>>,
    /// What visitors are asked about themselves.
    form: FormJson,
    /// It keeps nothing in the browser, and opens no session, before the visitor agrees.
    is_consent_required: bool,
    /// It makes a sound when a message comes; visitors can turn that off.
    #[schema(example = true)]
    has_sound: bool,
    /// It asks how a chat was.
    #[schema(example = true)]
    has_rating: bool,
}

impl From<Widget> for WidgetJson {
    fn from(widget: Widget) -> Self {
        let settings = widget.settings;
        Self {
            widget_id: widget.id,
            identity_mode: settings.identity_mode.as_str(),
            identity_algorithm: settings.identity_algorithm.as_str(),
            identity_public_key: settings.identity_public_key.map(String::from),
            has_identity_secret: widget.has_secret,
            visitor_id_length_min: settings.visitor_id_length_min,
            allowed_domains: settings
                .allowed_domains
                .iter()
                .map(|domain: &Domain| domain.as_str().to_owned())
                .collect(),
            appearance: settings.appearance.into(),
            language: settings.language.map(Language::as_str),
            offline_mode: settings.offline_mode.as_str(),
            texts: trees(&settings.texts),
            form: settings.form.into(),
            is_consent_required: settings.is_consent_required,
            has_sound: settings.has_sound,
            has_rating: settings.has_rating,
        }
    }
}

/// What is said otherwise, by language.
fn trees(texts: &WidgetTexts) -> BTreeMap<&'static str, Map<String, Value>> {
    let languages = texts.languages();
    languages
        .map(|language| (language.as_str(), texts.of(language)))
        .collect()
}

/// An identity secret.
#[derive(Serialize, ToSchema)]
#[schema(as = IdentitySecret)]
pub(crate) struct IdentitySecretJson {
    /// The key of HS256: these 64 characters as they are.
    #[schema(example = "5e8d…")]
    pub(crate) secret: String,
}
