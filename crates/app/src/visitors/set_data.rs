//! Change what is known about a visitor from their own page (contract C.3: `setIntegrationData`, `updateIntegrationData`,
//! `setGroupId`).

use model::{
    language,
    visitor::{Attribute, Attributes, Browser, Visitor},
};

use super::{
    change::{record_change, require_bounded, set_own_attribute},
    get_own, own,
    set_group::set_page_group,
};
use crate::{Actor, Error, Result, Write};

/// What becomes of attributes that are not given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OtherAttributes {
    /// They stay.
    #[default]
    Kept,
    /// They are removed.
    Removed,
}

/// What is changed; what is not given stays.
#[derive(Clone, Debug, Default)]
pub struct SetData {
    /// Attributes; none removes one.
    pub attributes: Option<Vec<(String, Option<Attribute>)>>,
    /// What becomes of the others, where attributes are given.
    pub others: OtherAttributes,
    /// Agreed to be sent marketing.
    pub marketing_consent: Option<bool>,
    /// Agreed to the terms of service.
    pub terms_of_service_consent: Option<bool>,
    /// The language of the widget.
    pub language: Option<String>,
    /// The group that answers, or none.
    pub group_id: Option<Option<String>>,
}

/// Changes what is known about the visitor who asks. Also names what was left out: a group that does not exist is the
/// site's mistake, not the visitor's.
pub fn set_data(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    command: &SetData,
) -> Result<(Visitor, Vec<&'static str>)> {
    // Two calls of a page that come at once do not undo each other.
    store::visitors::lock(write.tx(), actor.scope(), own(actor)?)?;
    let mut before = get_own(write.tx(), actor)?;
    let language = command
        .language
        .as_deref()
        .map(parse_language)
        .transpose()?;
    let browser = Browser {
        widget_language: language.unwrap_or_else(|| before.browser.widget_language.clone()),
        ..before.browser.clone()
    };
    if browser != before.browser {
        store::visitors::set_browser(write.tx(), actor.scope(), before.number, &browser)?;
        before.browser = browser;
    }
    let visitor = changed(&before, command)?;
    // Sites tell the same on each of their pages: nothing has happened then.
    if visitor != before {
        record_change(write, actor, &before, &visitor)?;
    }
    let mut notices = Vec::new();
    if let Some(group_id) = &command.group_id {
        let group_id = group_id.as_deref().filter(|id| !id.is_empty());
        notices.extend(set_page_group(write, actor, &before, group_id)?);
    }
    Ok((get_own(write.tx(), actor)?, notices))
}

/// The visitor as they are known after a change.
fn changed(before: &Visitor, command: &SetData) -> Result<Visitor> {
    let mut visitor = before.clone();
    if command.attributes.is_some() && command.others == OtherAttributes::Removed {
        visitor.attributes = Attributes::new();
    }
    for (name, value) in command.attributes.iter().flatten() {
        set_own_attribute(&mut visitor, name, value.as_ref())?;
    }
    require_bounded(&visitor.attributes)?;
    visitor.marketing_consent = command
        .marketing_consent
        .unwrap_or(visitor.marketing_consent);
    visitor.terms_of_service_consent = command
        .terms_of_service_consent
        .unwrap_or(visitor.terms_of_service_consent);
    Ok(visitor)
}

fn parse_language(text: &str) -> Result<String> {
    language::parse(text).ok_or_else(|| {
        Error::Invalid("language must be the name of one, as en or pt-BR".to_owned())
    })
}
