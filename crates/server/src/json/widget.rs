//! The public form of a widget.

use app::widget::Widget;
use model::widget::Domain;
use serde::Serialize;
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
    #[schema(example = "open")]
    identity_mode: &'static str,
    /// How the site signs its tokens: `HS256` with the identity secret, `EdDSA` with a key of its own.
    #[schema(example = "HS256")]
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
        }
    }
}

/// An identity secret.
#[derive(Serialize, ToSchema)]
#[schema(as = IdentitySecret)]
pub(crate) struct IdentitySecretJson {
    /// The key of HS256: these 64 characters as they are.
    #[schema(example = "5e8d…")]
    pub(crate) secret: String,
}
