//! The few texts that are shown before the panel is there. All others are in the panel itself.

use std::{collections::BTreeMap, sync::OnceLock};

use model::widget::{Language, WidgetSettings};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    assets::{Asset, Assets},
    json::ButtonTextsJson,
};

/// What the front-end's build writes: these texts in every language.
const TEXTS: &str = "widget/texts.json";

/// Where a title names the organization.
const NAME_MARK: &str = "{{#name}}";

/// What is shown of the widget before its panel is there.
#[derive(Clone, Default, Deserialize)]
pub(super) struct EarlyTexts {
    /// The title of the panel's page.
    pub(super) title: String,
    #[serde(flatten)]
    pub(super) button: ButtonTextsJson,
}

type ByLanguage = BTreeMap<Language, EarlyTexts>;

/// The texts of every language. Every page view of every site asks for them, so that they are read once.
#[derive(Default)]
pub(crate) struct Texts(OnceLock<ByLanguage>);

impl Texts {
    /// The texts of a language, as an organization wants them. They are empty in a build without front-ends, which has
    /// nothing to show either.
    pub(super) fn of(
        &self,
        assets: &Assets,
        language: Language,
        settings: &WidgetSettings,
        organization_name: &str,
    ) -> EarlyTexts {
        let mut texts = if assets.may_change() {
            read(assets).remove(&language).unwrap_or_default()
        } else {
            let all = self.0.get_or_init(|| read(assets));
            all.get(&language).cloned().unwrap_or_default()
        };
        let others = settings.texts.of(language);
        replace(&mut texts.title, Some(&others), "title");
        let custom = others.get("customStrings").and_then(Value::as_object);
        let button = &mut texts.button;
        for (text, key) in [
            (&mut button.chat_with_us, "chatWithUs"),
            (&mut button.leave_us_a_message, "leaveUsAMessage"),
            (&mut button.mobile_chat_with_us, "mobile_chatWithUs"),
            (
                &mut button.mobile_leave_us_a_message,
                "mobile_leaveUsAMessage",
            ),
        ] {
            replace(text, custom, key);
        }
        texts.title = match texts.title.as_str() {
            "" => organization_name.to_owned(),
            title => title.replace(NAME_MARK, organization_name),
        };
        texts
    }
}

fn read(assets: &Assets) -> ByLanguage {
    let texts = assets.find(TEXTS).map(Asset::bytes);
    let texts = texts.and_then(|texts| serde_json::from_slice(texts).ok());
    texts.unwrap_or_default()
}

fn replace(text: &mut String, others: Option<&Map<String, Value>>, key: &str) {
    let other = others.and_then(|others| others.get(key)?.as_str());
    if let Some(other) = other {
        other.clone_into(text);
    }
}

#[cfg(test)]
mod tests {
    use model::widget::Choice;

    use super::*;

    #[test]
    fn the_front_ends_bring_these_texts_in_every_language() {
        let assets = Assets::default();
        if assets.find(TEXTS).is_none() {
            return;
        }
        let all = read(&assets);
        for (language, name) in Language::ALL {
            let texts = &all[language];
            let button = &texts.button;
            for text in [
                &texts.title,
                &button.chat_with_us,
                &button.leave_us_a_message,
                &button.mobile_chat_with_us,
                &button.mobile_leave_us_a_message,
            ] {
                assert!(!text.is_empty(), "{name}");
            }
            assert!(texts.title.contains(NAME_MARK), "{name}");
        }
    }
}
