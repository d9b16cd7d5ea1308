//! The public form of what visitors are asked about themselves.

use std::collections::BTreeMap;

use model::widget::{Choice, Form, FormConsent, FormField, Labels};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ConsentKindName, FieldKindName, FormModeName};

/// What visitors are asked about themselves.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WidgetForm)]
pub(crate) struct FormJson {
    /// While somebody takes chats: `none`, visitors are not asked; `optional`, after their first message, and they may go on
    /// without answering; `required`, before their messages are delivered.
    #[schema(value_type = FormModeName, example = "optional")]
    online: &'static str,
    /// The same while nobody does.
    #[schema(value_type = FormModeName, example = "required")]
    offline: &'static str,
    /// What they fill in, in this order.
    fields: Vec<FormFieldJson>,
    /// They choose whom they would like to talk to, among the groups that are not private.
    asks_group: bool,
    /// What they agree to.
    consents: Vec<FormConsentJson>,
}

impl From<Form> for FormJson {
    fn from(form: Form) -> Self {
        Self {
            online: form.online.as_str(),
            offline: form.offline.as_str(),
            fields: form.fields.into_iter().map(FormFieldJson::from).collect(),
            asks_group: form.asks_group,
            consents: form
                .consents
                .into_iter()
                .map(FormConsentJson::from)
                .collect(),
        }
    }
}

/// What visitors fill in.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = WidgetFormField)]
pub(crate) struct FormFieldJson {
    /// `email`, `firstName`, `lastName`, `name` or `phone`; any other name is an attribute of the visitor.
    #[schema(max_length = 100, example = "email")]
    pub(crate) name: String,
    /// What is filled in; where it is not given, what suits the name. `email` and `phone` are of their own kinds, other
    /// known names are `text`.
    #[schema(value_type = FieldKindName, required = false, example = "email")]
    pub(crate) kind: Option<String>,
    /// What stands at the field, by language, 100 characters at most. Known names have texts in every language without it;
    /// others stand in English where their language is lacking, else in any.
    #[serde(default)]
    #[schema(example = json!({"en": "Work e-mail"}))]
    pub(crate) labels: BTreeMap<String, String>,
    /// The form is not taken without it.
    #[serde(default)]
    #[schema(example = true)]
    pub(crate) is_required: bool,
}

impl From<FormField> for FormFieldJson {
    fn from(field: FormField) -> Self {
        Self {
            name: field.name,
            kind: Some(field.kind.as_str().to_owned()),
            labels: texts_of(field.labels),
            is_required: field.is_required,
        }
    }
}

/// What visitors agree to.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = WidgetFormConsent)]
pub(crate) struct FormConsentJson {
    /// What it is, as it is kept of the visitor.
    #[schema(value_type = ConsentKindName, example = "termsOfService")]
    pub(crate) kind: String,
    /// The form is not taken without it.
    #[serde(default)]
    #[schema(example = true)]
    pub(crate) is_required: bool,
    /// What stands at the box, by language, 1000 characters at most; where nothing is given, the widget's own text.
    #[serde(default)]
    #[schema(example = json!({"en": "I have read the terms"}))]
    pub(crate) texts: BTreeMap<String, String>,
    /// Where it can be read in full: an http or https address.
    #[serde(default)]
    #[schema(example = "https://shop.example/terms")]
    pub(crate) link: Option<String>,
}

impl From<FormConsent> for FormConsentJson {
    fn from(consent: FormConsent) -> Self {
        Self {
            kind: consent.kind.as_str().to_owned(),
            is_required: consent.is_required,
            texts: texts_of(consent.texts),
            link: consent.link,
        }
    }
}

/// One text in some languages.
fn texts_of(labels: Labels) -> BTreeMap<String, String> {
    let labels = labels.0.into_iter();
    labels
        .map(|(language, text)| (language.as_str().to_owned(), text))
        .collect()
}
