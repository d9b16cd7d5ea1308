//! A visitor: somebody on the other side, made on first use.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    id::{GroupId, VisitorId, VisitorNumber},
    time::Millis,
};

/// Somebody on the other side.
#[derive(Clone, Debug, PartialEq)]
pub struct Visitor {
    /// Internal key.
    pub number: VisitorNumber,
    /// Public id: chosen by the site or a program, or generated.
    pub id: VisitorId,
    /// The group of agents that answers.
    pub group_id: Option<GroupId>,
    /// The colour of the visitor in the inbox, `#rrggbb`.
    pub color: String,
    /// What the site, the form or a program told.
    pub attributes: Attributes,
    /// What agents noted.
    pub notes: Option<String>,
    /// Agreed to be sent marketing.
    pub marketing_consent: bool,
    /// Agreed to the terms of service.
    pub terms_of_service_consent: bool,
    /// When first seen.
    pub created_at: Millis,
}

/// Facts about a visitor by name; known names are upper case: `EMAIL`, `FIRSTNAME`, `LASTNAME`, `SMS`
/// (contract B.3, C.4).
pub type Attributes = BTreeMap<String, Attribute>;

/// The value of an attribute: what JSON has, without arrays and objects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Attribute {
    /// A truth.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

/// The colours that visitors are shown in; each has enough contrast with white text.
const COLORS: [&str; 12] = [
    "#7b61ff", "#0b7a75", "#b23a48", "#8a4fff", "#2364aa", "#a4540c", "#3d7a1f", "#c0267e",
    "#5c5f97", "#00707f", "#9c4f2e", "#6a4c93",
];

/// The colour of a visitor, always the same for the same id.
pub fn color(id: &VisitorId) -> &'static str {
    let sum = id.as_str().bytes().fold(0usize, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(usize::from(byte))
    });
    COLORS[sum % COLORS.len()]
}

/// The name of an attribute as webhooks write it: the known ones in upper case, others as given (contract C.4).
pub fn attribute_name(given: &str) -> String {
    match given {
        "email" => "EMAIL".to_owned(),
        "firstName" | "firstname" => "FIRSTNAME".to_owned(),
        "lastName" | "lastname" => "LASTNAME".to_owned(),
        "name" => "NAME".to_owned(),
        "phone" | "sms" => "SMS".to_owned(),
        other => other.to_owned(),
    }
}

impl Visitor {
    /// The name in the inbox: first and last name, else the e-mail, else "Visitor" and the end of the id.
    pub fn displayed_name(&self) -> String {
        let text = |name: &str| match self.attributes.get(name) {
            Some(Attribute::Text(text)) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            _ => None,
        };
        let names: Vec<String> = ["FIRSTNAME", "LASTNAME"]
            .into_iter()
            .filter_map(text)
            .collect();
        if !names.is_empty() {
            return names.join(" ");
        }
        text("NAME").or_else(|| text("EMAIL")).unwrap_or_else(|| {
            let id = self.id.as_str();
            format!("Visitor {}", &id[id.len().saturating_sub(4)..])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(attributes: &[(&str, &str)]) -> String {
        let id = VisitorId::known("kZMvWhf8npAu3H6qd57w2Hv6nh6rnxvg");
        let attributes = attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Attribute::Text((*value).to_owned())))
            .collect();
        Visitor {
            number: VisitorNumber(1),
            color: color(&id).to_owned(),
            id,
            group_id: None,
            attributes,
            notes: None,
            marketing_consent: false,
            terms_of_service_consent: false,
            created_at: 0,
        }
        .displayed_name()
    }

    #[test]
    fn people_are_called_by_the_best_name_known() {
        assert_eq!(
            named(&[
                ("FIRSTNAME", "Anna"),
                ("LASTNAME", "Doe"),
                ("EMAIL", "a@b.c")
            ]),
            "Anna Doe"
        );
        assert_eq!(named(&[("FIRSTNAME", " "), ("EMAIL", "a@b.c")]), "a@b.c");
        assert_eq!(named(&[]), "Visitor nxvg");
    }
}
