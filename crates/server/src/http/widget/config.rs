//! What the loader and the panel are told before anything else.

use app::widget::{self, Shown, require_site};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use model::widget::Language;
use sha2::{Digest, Sha256};

use super::{asked::Asked, language::choose, page::script_json, texts::EarlyTexts};
use crate::{
    assets::has_current,
    http::{HttpState, extract::Id, problem::Problem, refusals::Refusals},
    json::{Able, LoaderConfigJson, WidgetConfigJson},
};

/// A browser that looks at several pages asks once a minute: so long may a button say the wrong thing about who is there.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// Bytes of an entity tag.
const ETAG_BYTES: usize = 12;

/// A widget and the language it speaks to somebody.
pub(super) struct Spoken {
    pub(super) shown: Shown,
    pub(super) language: Language,
    pub(super) texts: EarlyTexts,
}

impl Spoken {
    /// What the panel is told.
    pub(super) fn config(&self, state: &HttpState) -> WidgetConfigJson {
        let button = self.texts.button.clone();
        let server = Able {
            has_mail: state.has_mail,
            file_size_bytes_max: state.files.size_bytes_max(),
        };
        WidgetConfigJson::new(&self.shown, self.language, button, &server)
    }
}

/// Finds what everybody may see of a widget.
pub(super) async fn find(
    state: &HttpState,
    widget_id: String,
    asked: &Asked,
    headers: &HeaderMap,
) -> Result<Spoken, Problem> {
    let now = state.app.clock().now();
    let shown = state
        .app
        .read(move |tx| widget::find_shown(tx, &widget_id, now))
        .await?;
    let language = choose(&shown.settings, asked, headers);
    let name = &shown.organization.name;
    let texts = state
        .texts
        .of(&state.assets, language, &shown.settings, name);
    Ok(Spoken {
        shown,
        language,
        texts,
    })
}

/// `GET /widget/{widgetId}/config.js`: a script, so that a site's policy needs to name nothing but scripts and frames.
pub(crate) async fn script(
    State(state): State<HttpState>,
    Id(widget_id): Id,
    asked: Asked,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let spoken = find(&state, widget_id, &asked, &headers).await?;
    require_known_site(&state, &spoken.shown, &asked, &headers)?;
    let config = LoaderConfigJson::new(&spoken.shown, spoken.language, spoken.texts.button);
    // The page may be another by now, or have its own idea of the name.
    let text = format!(
        "typeof __parlourConfig=='function'&&__parlourConfig({});\n",
        script_json(&config)
    );
    let etag = etag(text.as_bytes());
    let mut response = if has_current(&headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = HeaderValue::from_static("text/javascript; charset=utf-8");
        ([(header::CONTENT_TYPE, kind)], text).into_response()
    };
    let etag = HeaderValue::from_str(&etag).expect("hexadecimal digits in quotes");
    let others = [
        (header::CACHE_CONTROL, CACHE),
        (header::ETAG, etag),
        (header::VARY, HeaderValue::from_static("accept-language")),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("cross-origin"),
        ),
    ];
    response.headers_mut().extend(others);
    Ok(response)
}

/// Get what a widget is told
///
/// Needs no key: this is what the panel begins with, for whoever makes one of their own.
#[utoipa::path(get, path = "/widget/{widgetId}/config.json", tag = "Widget", operation_id = "getWidgetConfig",
    params(("widgetId" = String, Path, description = "The id in the widget's snippet"),
        ("lang" = Option<String>, Query, description = "The language to speak: `pt-BR` is Portuguese"),
        ("pageLang" = Option<String>, Query, description = "The language of the page, where none is chosen or set"),
        ("host" = Option<String>, Query, description = "The host of the page, with its port")),
    security(()),
    responses((status = 200, description = "How the widget looks, and what it says and asks", body = WidgetConfigJson), Refusals))]
pub(crate) async fn get(
    State(state): State<HttpState>,
    Id(widget_id): Id,
    asked: Asked,
    headers: HeaderMap,
) -> Result<Json<WidgetConfigJson>, Problem> {
    let spoken = find(&state, widget_id, &asked, &headers).await?;
    require_known_site(&state, &spoken.shown, &asked, &headers)?;
    Ok(Json(spoken.config(&state)))
}

/// Refuses a page on a site that the widget is not for, by what the page tells and by what its browser does. Neither is a
/// proof; a browser shows the panel itself on no other site.
fn require_known_site(
    state: &HttpState,
    shown: &Shown,
    asked: &Asked,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    if let Some(host) = &asked.host {
        let site = state.origins.site_of_host(host);
        require_site(&shown.settings, &site, "host")?;
    }
    if let Some(referer) = headers.get(header::REFERER) {
        let site = state.origins.site_of(referer.to_str().unwrap_or_default());
        require_site(&shown.settings, &site, "the Referer header")?;
    }
    Ok(())
}

fn etag(bytes: &[u8]) -> String {
    format!("\"{}\"", hex::encode(&Sha256::digest(bytes)[..ETAG_BYTES]))
}
