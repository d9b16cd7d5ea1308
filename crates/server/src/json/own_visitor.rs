//! A visitor as they see themselves: nothing that agents noted or that was found out about them.

use std::collections::BTreeMap;

use model::visitor::{Attribute, Visitor};
use serde::Serialize;
use utoipa::ToSchema;

/// A visitor as their own panel sees them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OwnVisitor)]
pub(crate) struct OwnVisitorJson {
    /// Their id.
    #[schema(example = "kZMvWhf8npAu3H6qd57w2Hv6nh6rnxvg")]
    visitor_id: String,
    /// The group of agents that answers.
    group_id: Option<String>,
    /// What the site, a form or a program told: `EMAIL`, `FIRSTNAME`, `LASTNAME`, `SMS` and others.
    #[schema(value_type = BTreeMap<String, serde_json::Value>)]
    attributes: BTreeMap<String, Attribute>,
    /// Agreed to be sent marketing.
    marketing_consent: bool,
    /// Agreed to the terms of service.
    terms_of_service_consent: bool,
    /// The language of the widget; empty where none was told.
    #[schema(example = "en")]
    language: String,
    /// What was asked and left out: `group_unknown`.
    #[schema(value_type = Vec<String>)]
    notices: Vec<&'static str>,
}

impl OwnVisitorJson {
    /// A visitor, and what of their wishes was left out.
    pub(crate) fn new(visitor: Visitor, notices: Vec<&'static str>) -> Self {
        Self {
            visitor_id: visitor.id.as_str().to_owned(),
            group_id: visitor.group_id.map(|id| id.to_string()),
            attributes: visitor.attributes,
            marketing_consent: visitor.marketing_consent,
            terms_of_service_consent: visitor.terms_of_service_consent,
            language: visitor.browser.widget_language,
            notices,
        }
    }
}
