//! What visitors are asked about themselves.

use std::collections::BTreeMap;

use model::{
    limit::ATTRIBUTE_NAME_LENGTH_MAX,
    text::is_blank,
    visit::WebPage,
    widget::{
        CONSENT_LENGTH_MAX, Choice, ConsentKind, FORM_CONSENTS_MAX, FORM_FIELDS_MAX, FieldKind,
        Form, FormConsent, FormField, FormMode, LABEL_LENGTH_MAX, Labels, known_field,
    },
};

use super::{choice, invalid, texts::language};
use crate::{Error, Result, field};

/// What is changed of what visitors are asked; what is not given stays.
#[derive(Clone, Debug, Default)]
pub struct ChangeForm {
    /// Whether they are asked while somebody takes chats, by name.
    pub online: Option<String>,
    /// Whether they are asked while nobody does, by name.
    pub offline: Option<String>,
    /// What they fill in, all of it.
    pub fields: Option<Vec<NewField>>,
    /// Whether they choose whom they would like to talk to.
    pub asks_group: Option<bool>,
    /// What they agree to, all of it.
    pub consents: Option<Vec<NewConsent>>,
}

/// What is to be filled in.
#[derive(Clone, Debug)]
pub struct NewField {
    /// One that the widget knows, or an attribute of the organization's own.
    pub name: String,
    /// What is filled in, by name; what suits the name where it is not given.
    pub kind: Option<String>,
    /// What stands at it, by language.
    pub labels: BTreeMap<String, String>,
    /// The form is not taken without it.
    pub is_required: bool,
}

/// What is to be agreed to.
#[derive(Clone, Debug)]
pub struct NewConsent {
    /// What it is, by name.
    pub kind: String,
    /// The form is not taken without it.
    pub is_required: bool,
    /// What stands at it, by language.
    pub texts: BTreeMap<String, String>,
    /// Where it can be read in full.
    pub link: Option<String>,
}

impl ChangeForm {
    /// Changes what visitors are asked.
    pub(super) fn apply(&self, form: &mut Form) -> Result<()> {
        if let Some(name) = &self.online {
            form.online = choice("form.online", name)?;
        }
        if let Some(name) = &self.offline {
            form.offline = choice("form.offline", name)?;
        }
        if let Some(fields) = &self.fields {
            form.fields = parse_fields(fields)?;
        }
        if let Some(consents) = &self.consents {
            form.consents = parse_consents(consents)?;
        }
        form.asks_group = self.asks_group.unwrap_or(form.asks_group);
        require_answerable(form)
    }
}

/// Refuses to ask nothing: visitors would wait before an empty card.
fn require_answerable(form: &Form) -> Result<()> {
    for (name, mode) in [("online", form.online), ("offline", form.offline)] {
        if mode != FormMode::None && form.is_empty() {
            return Err(invalid(format!(
                "form.{name} must be none where form.fields and form.consents are empty and asksGroup is false"
            )));
        }
    }
    Ok(())
}

fn parse_fields(given: &[NewField]) -> Result<Vec<FormField>> {
    if given.len() > FORM_FIELDS_MAX {
        return Err(invalid(format!(
            "form.fields are more than {FORM_FIELDS_MAX}"
        )));
    }
    let mut fields: Vec<FormField> = Vec::with_capacity(given.len());
    for (place, given) in given.iter().enumerate() {
        let path = format!("form.fields[{place}]");
        let field = parse_field(&path, given)?;
        if fields.iter().any(|other| other.name == field.name) {
            return Err(invalid(format!("{path}.name is there twice")));
        }
        fields.push(field);
    }
    Ok(fields)
}

fn parse_field(path: &str, given: &NewField) -> Result<FormField> {
    let name = line(
        &format!("{path}.name"),
        &given.name,
        ATTRIBUTE_NAME_LENGTH_MAX,
    )?;
    let kind = given
        .kind
        .as_deref()
        .map(|kind| choice::<FieldKind>(&format!("{path}.kind"), kind))
        .transpose()?;
    let (name, kind) = match known_field(&name) {
        Some((name, known)) if kind.is_none_or(|kind| kind == known) => (name.to_owned(), known),
        Some((name, known)) => {
            let known = known.as_str();
            return Err(invalid(format!("{path}.kind must be {known} for {name}")));
        }
        None => (name, kind.unwrap_or(FieldKind::Text)),
    };
    Ok(FormField {
        name,
        kind,
        labels: parse_labels(&format!("{path}.labels"), &given.labels, LABEL_LENGTH_MAX)?,
        is_required: given.is_required,
    })
}

fn parse_consents(given: &[NewConsent]) -> Result<Vec<FormConsent>> {
    if given.len() > FORM_CONSENTS_MAX {
        return Err(invalid(format!(
            "form.consents are more than {FORM_CONSENTS_MAX}"
        )));
    }
    let mut consents: Vec<FormConsent> = Vec::with_capacity(given.len());
    for (place, given) in given.iter().enumerate() {
        let path = format!("form.consents[{place}]");
        let kind = choice::<ConsentKind>(&format!("{path}.kind"), &given.kind)?;
        if consents.iter().any(|other| other.kind == kind) {
            return Err(invalid(format!("{path}.kind is there twice")));
        }
        let link = given.link.as_deref();
        consents.push(FormConsent {
            kind,
            is_required: given.is_required,
            texts: parse_labels(&format!("{path}.texts"), &given.texts, CONSENT_LENGTH_MAX)?,
            link: link.map(|link| parse_link(&path, link)).transpose()?,
        });
    }
    Ok(consents)
}

/// One text in some languages.
fn parse_labels(path: &str, given: &BTreeMap<String, String>, length_max: usize) -> Result<Labels> {
    let mut labels = Labels::default();
    for (name, text) in given {
        let language = language(path, name)?;
        let text = line(&format!("{path}.{name}"), text, length_max)?;
        labels.0.insert(language, text);
    }
    Ok(labels)
}

/// A line with something in it.
fn line(path: &str, text: &str, length_max: usize) -> Result<String> {
    if is_blank(text) {
        return Err(Error::missing(path));
    }
    field::line(path, text, length_max)
}

/// An address of the web, as browsers write it.
fn parse_link(path: &str, link: &str) -> Result<String> {
    let page = WebPage::parse(link, "").map_err(|refusal| invalid(format!("{path}.{refusal}")))?;
    Ok(page.0.link)
}
