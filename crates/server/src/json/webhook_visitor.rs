//! A visitor in the body of a webhook (contract B.3): every field in its right type, and where they have been.

use std::collections::BTreeMap;

use app::webhooks::Thread;
use model::{
    time::Millis,
    visit::{PageView, Visit, WebPage},
    visitor::{Attribute, Attributes},
};
use serde::Serialize;

use super::webhook_body::conversation_id;

/// A visitor as receivers see them: nothing is left out, and only what the contract allows is null (contract B.3, G-23).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WebhookVisitorJson<'a> {
    id: &'a str,
    thread_id: &'a str,
    thread_link: String,
    source: &'static str,
    source_channel_ref: Option<&'a str>,
    source_channel_link: Option<&'a str>,
    source_conversation_ref: Option<&'a str>,
    group_id: Option<&'a str>,
    color: &'a str,
    ip: Option<&'a str>,
    browser_language: &'a str,
    conversation_language: &'a str,
    browser: &'a str,
    os: &'a str,
    user_agent: &'a str,
    country: &'a str,
    city: &'a str,
    last_visit: Option<LastVisitJson<'a>>,
    displayed_name: String,
    contact_attributes: Option<&'a Attributes>,
    // These may be null by the contract; but receivers that know Brevo's documents only take an empty object.
    integration_attributes: &'a Attributes,
    attributes: &'a Attributes,
    formatted_attributes: BTreeMap<&'a str, String>,
    notes: Option<&'a str>,
    contact_id: Option<i64>,
    marketing_consent: bool,
    terms_of_service_consent: bool,
}

impl<'a> WebhookVisitorJson<'a> {
    pub(super) fn new(public_url: &str, thread: &'a Thread, at: Millis) -> Self {
        let (visitor, browser) = (&thread.visitor, &thread.visitor.browser);
        let thread_id = conversation_id(thread);
        Self {
            id: visitor.id.as_str(),
            thread_id,
            thread_link: format!("{public_url}/conversations/{thread_id}"),
            source: thread.channel.as_str(),
            source_channel_ref: None,
            source_channel_link: None,
            source_conversation_ref: None,
            group_id: visitor.group_id.as_ref().map(|id| id.as_str()),
            color: &visitor.color,
            ip: browser.ip.as_deref(),
            browser_language: &browser.language,
            conversation_language: &browser.widget_language,
            browser: &browser.name,
            os: &browser.system,
            user_agent: &browser.user_agent,
            country: &browser.country,
            city: &browser.city,
            last_visit: thread
                .last_visit
                .as_ref()
                .map(|visit| LastVisitJson::new(visit, at)),
            displayed_name: visitor.displayed_name(),
            contact_attributes: None,
            integration_attributes: &visitor.attributes,
            attributes: &visitor.attributes,
            formatted_attributes: formatted(&visitor.attributes),
            notes: visitor.notes.as_deref(),
            contact_id: None,
            marketing_consent: visitor.marketing_consent,
            terms_of_service_consent: visitor.terms_of_service_consent,
        }
    }
}

/// The stay that a visitor is on, or was on last.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LastVisitJson<'a> {
    started_at: Millis,
    finished_at: Option<Millis>,
    host_name: &'a str,
    viewed_pages: Vec<WebPageJson<'a>>,
}

impl<'a> LastVisitJson<'a> {
    fn new(visit: &'a Visit, at: Millis) -> Self {
        let page = |page: &'a PageView| WebPageJson {
            link: &page.link,
            title: &page.title,
        };
        Self {
            started_at: visit.started_at,
            finished_at: visit.ended_at(at),
            host_name: &visit.host_name,
            viewed_pages: visit.pages.iter().map(page).collect(),
        }
    }
}

/// A page of a site.
#[derive(Serialize)]
pub(super) struct WebPageJson<'a> {
    link: &'a str,
    title: &'a str,
}

impl<'a> From<&'a WebPage> for WebPageJson<'a> {
    fn from(page: &'a WebPage) -> Self {
        Self {
            link: &page.link,
            title: &page.title,
        }
    }
}

/// The attributes that have a form for people: phone numbers with their plus sign.
fn formatted(attributes: &Attributes) -> BTreeMap<&str, String> {
    let phones = ["SMS", "WHATSAPP"].into_iter().filter_map(|name| {
        let digits = match attributes.get(name)? {
            Attribute::Text(text) => text.trim_start_matches('+').to_owned(),
            Attribute::Integer(number) => number.to_string(),
            Attribute::Boolean(_) | Attribute::Number(_) => return None,
        };
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| (name, format!("+{digits}")))
    });
    phones.collect()
}
