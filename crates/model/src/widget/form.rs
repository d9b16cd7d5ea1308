//! What visitors are asked about themselves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Choice, Language};
use crate::visitor::attribute_name;

/// Most fields of a form.
pub const FORM_FIELDS_MAX: usize = 10;

/// Most consents that a form asks for: one of each kind.
pub const FORM_CONSENTS_MAX: usize = 2;

/// Longest label of a field, in characters.
pub const LABEL_LENGTH_MAX: usize = 100;

/// Longest text of a consent, in characters: lawyers write them.
pub const CONSENT_LENGTH_MAX: usize = 1_000;

/// What visitors are asked about themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Form {
    /// Whether they are asked while somebody takes chats.
    pub online: FormMode,
    /// Whether they are asked while nobody does.
    pub offline: FormMode,
    /// What they fill in, in this order.
    pub fields: Vec<FormField>,
    /// They choose whom they would like to talk to, among the groups that everybody may see.
    pub asks_group: bool,
    /// What they agree to.
    pub consents: Vec<FormConsent>,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            online: FormMode::Optional,
            offline: FormMode::Optional,
            fields: vec![
                FormField {
                    name: "firstName".to_owned(),
                    kind: FieldKind::Text,
                    labels: Labels::default(),
                    is_required: false,
                },
                FormField {
                    name: "email".to_owned(),
                    kind: FieldKind::Email,
                    labels: Labels::default(),
                    is_required: true,
                },
            ],
            asks_group: false,
            consents: Vec::new(),
        }
    }
}

impl Form {
    /// Whether there is nothing in it that a visitor could answer.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.consents.is_empty() && !self.asks_group
    }
}

/// Whether visitors are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FormMode {
    /// They are not.
    None,
    /// After their first message, and may go on without answering.
    Optional,
    /// Before their messages are delivered.
    Required,
}

impl Choice for FormMode {
    const ALL: &'static [(Self, &'static str)] = &[
        (FormMode::None, "none"),
        (FormMode::Optional, "optional"),
        (FormMode::Required, "required"),
    ];
}

/// The names of fields that the widget has texts for, each with the attribute that it fills in and the only kind it can have.
const KNOWN_FIELDS: [(&str, &str, FieldKind); 5] = [
    ("email", "EMAIL", FieldKind::Email),
    ("firstName", "FIRSTNAME", FieldKind::Text),
    ("lastName", "LASTNAME", FieldKind::Text),
    ("name", "NAME", FieldKind::Text),
    ("phone", "SMS", FieldKind::Phone),
];

/// The name and the kind of the known field that a name means, in whatever way it is written.
pub fn known_field(name: &str) -> Option<(&'static str, FieldKind)> {
    let attribute = attribute_name(name);
    let mut known = KNOWN_FIELDS.iter();
    known
        .find(|(_, known, _)| *known == attribute)
        .map(|(name, _, kind)| (*name, *kind))
}

/// What a visitor fills in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FormField {
    /// `email`, `firstName`, `lastName`, `name`, `phone`, or an attribute of the organization's own.
    pub name: String,
    /// What is filled in.
    pub kind: FieldKind,
    /// What stands at the field.
    #[serde(default)]
    pub labels: Labels,
    /// The form is not taken without it.
    pub is_required: bool,
}

impl FormField {
    /// What stands at the field in a language; none where the widget's own text does.
    pub fn label(&self, language: Language) -> Option<&str> {
        match known_field(&self.name) {
            // The widget has a text in this very language, which is better than the organization's in another.
            Some(_) => self.labels.in_language(language),
            None => Some(self.labels.of(language).unwrap_or(&self.name)),
        }
    }
}

/// What is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A text of several lines.
    Multiline,
}

impl Choice for FieldKind {
    const ALL: &'static [(Self, &'static str)] = &[
        (FieldKind::Text, "text"),
        (FieldKind::Email, "email"),
        (FieldKind::Phone, "phone"),
        (FieldKind::Multiline, "multiline"),
    ];
}

/// What a visitor agrees to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FormConsent {
    /// What it is.
    pub kind: ConsentKind,
    /// The form is not taken without it.
    pub is_required: bool,
    /// What stands at the box; the widget's own texts where there is none.
    #[serde(default)]
    pub texts: Labels,
    /// Where it can be read in full: an address of the web.
    #[serde(default)]
    pub link: Option<String>,
}

/// What is agreed to, as it is kept of a visitor (contract B.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ConsentKind {
    /// To be sent news and offers.
    Marketing,
    /// The terms of service.
    TermsOfService,
}

impl Choice for ConsentKind {
    const ALL: &'static [(Self, &'static str)] = &[
        (ConsentKind::Marketing, "marketing"),
        (ConsentKind::TermsOfService, "termsOfService"),
    ];
}

/// One text in some languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Labels(pub BTreeMap<Language, String>);

impl Labels {
    /// The text in a language, else in English, else in any.
    pub fn of(&self, language: Language) -> Option<&str> {
        self.in_language(language)
            .or_else(|| self.in_language(Language::En))
            .or_else(|| self.0.values().next().map(String::as_str))
    }

    /// The text in a language and no other.
    fn in_language(&self, language: Language) -> Option<&str> {
        self.0.get(&language).map(String::as_str)
    }
}
