//! The public form of a visitor.

use std::collections::BTreeMap;

use model::visitor::{Attribute, Visitor};
use serde::Serialize;
use utoipa::ToSchema;

/// Somebody on the other side.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Visitor)]
pub(crate) struct VisitorJson {
    /// Public id: chosen by the site or a program, or generated.
    #[schema(example = "kZMvWhf8npAu3H6qd57w2Hv6nh6rnxvg")]
    id: String,
    /// The name shown to agents.
    displayed_name: String,
    /// The group of agents that answers.
    group_id: Option<String>,
    /// The colour shown to agents.
    color: String,
    /// What the site, a form or a program told: `EMAIL`, `FIRSTNAME`, `LASTNAME`, `SMS` and others.
    #[schema(value_type = BTreeMap<String, serde_json::Value>)]
    attributes: BTreeMap<String, Attribute>,
    /// What agents noted.
    notes: Option<String>,
    /// Agreed to be sent marketing.
    marketing_consent: bool,
    /// Agreed to the terms of service.
    terms_of_service_consent: bool,
    /// The site proved who they are.
    is_verified: bool,
    /// May not write, nor hear of what is written.
    is_banned: bool,
    /// The address they came from; null for a visitor who never opened the widget.
    #[schema(example = "203.0.113.7")]
    ip: Option<String>,
    /// Their browser; empty where it is not known, as everything that follows.
    #[schema(example = "Firefox 128")]
    browser: String,
    /// Its operating system.
    #[schema(example = "Windows 10")]
    system: String,
    /// The `User-Agent` header.
    user_agent: String,
    /// The language of the browser.
    #[schema(example = "en-US")]
    language: String,
    /// The language of the widget.
    #[schema(example = "en")]
    conversation_language: String,
    /// The country of the address, in English.
    #[schema(example = "France")]
    country: String,
    /// The city of the address, in English.
    #[schema(example = "Paris")]
    city: String,
    /// When first seen, in Unix milliseconds.
    created_at: i64,
}

impl From<Visitor> for VisitorJson {
    fn from(visitor: Visitor) -> Self {
        Self {
            displayed_name: visitor.displayed_name(),
            id: visitor.id.as_str().to_owned(),
            group_id: visitor.group_id.map(|id| id.to_string()),
            color: visitor.color,
            attributes: visitor.attributes,
            notes: visitor.notes,
            marketing_consent: visitor.marketing_consent,
            terms_of_service_consent: visitor.terms_of_service_consent,
            is_verified: visitor.is_verified,
            is_banned: visitor.banned_at.is_some(),
            ip: visitor.browser.ip,
            browser: visitor.browser.name,
            system: visitor.browser.system,
            user_agent: visitor.browser.user_agent,
            language: visitor.browser.language,
            conversation_language: visitor.browser.widget_language,
            country: visitor.browser.country,
            city: visitor.browser.city,
            created_at: visitor.created_at,
        }
    }
}
