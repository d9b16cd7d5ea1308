//! In which of its languages the widget speaks.

use axum::http::{HeaderMap, header};
use model::{
    language::wanted,
    widget::{Language, WidgetSettings},
};

use super::asked::Asked;

/// The language that somebody has chosen; else the one that is set; else that of the page; else the one that the browser
/// wants most; else English.
pub(super) fn choose(settings: &WidgetSettings, asked: &Asked, headers: &HeaderMap) -> Language {
    let named = |name: &Option<String>| name.as_deref().and_then(Language::of);
    named(&asked.language)
        .or(settings.language)
        .or_else(|| named(&asked.page_language))
        .or_else(|| of_browser(headers))
        .unwrap_or(Language::En)
}

fn of_browser(headers: &HeaderMap) -> Option<Language> {
    let accepted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    wanted(accepted).iter().find_map(|name| Language::of(name))
}

/// Where a line begins, for `dir`.
pub(super) fn direction(language: Language) -> &'static str {
    match language {
        Language::Ar => "rtl",
        _ => "ltr",
    }
}
