//! What the widget says otherwise than usual.

use std::collections::BTreeMap;

use model::widget::{Choice, Language, TEXTS_BYTES_MAX, TextsRefusal, WidgetTexts};
use serde_json::{Map, Value};

use super::invalid;
use crate::{Error, Result};

/// By language all that is said otherwise in it, as a tree; none for nothing. Languages that are not given stay.
pub type ChangeTexts = BTreeMap<String, Option<Map<String, Value>>>;

/// Changes what a widget says.
pub(super) fn change(texts: &mut WidgetTexts, given: &ChangeTexts) -> Result<()> {
    for (name, tree) in given {
        let language = language("texts", name)?;
        match tree {
            Some(tree) => texts
                .set(language, tree)
                .map_err(|refusal| refused(language, &refusal))?,
            None => texts.remove(language),
        }
    }
    Ok(())
}

/// The language of a name, in a field that has languages.
pub(super) fn language(field: &str, name: &str) -> Result<Language> {
    Language::parse(name).ok_or_else(|| {
        let names: Vec<&str> = Language::ALL.iter().map(|(_, name)| *name).collect();
        invalid(format!("{field} are by language: {}", names.join(", ")))
    })
}

fn refused(language: Language, refusal: &TextsRefusal) -> Error {
    let name = language.as_str();
    match refusal {
        TextsRefusal::TooMuch => invalid(format!(
            "texts.{name} are more than {TEXTS_BYTES_MAX} bytes"
        )),
        of_one => invalid(format!("texts.{name}.{of_one}")),
    }
}
