//! A visitor's panel opens: what their browser, the page and the site told with it.

use model::{
    language,
    visit::WebPage,
    visitor::{Attribute, Browser, Visitor, attribute_name},
};

use super::{
    ViewPage,
    change::{record_change, require_bounded, set_own_attribute},
    find_place, get_own, own,
    set_group::set_page_group,
    view_page::record_page,
};
use crate::{Actor, Result, Write};

/// What was told of the page is not one of the web, or is too long.
const PAGE_IGNORED: &str = "page_ignored";

/// What was told as the language is none.
const LANGUAGE_IGNORED: &str = "language_ignored";

/// Something the site told about the visitor breaks a rule.
const ATTRIBUTE_IGNORED: &str = "attribute_ignored";

/// What came with a visitor.
#[derive(Clone, Debug, Default)]
pub struct Arrival {
    /// What the request told of the browser, and what follows from it. Its `widget_language` is not looked at.
    pub browser: Browser,
    /// The page the visitor is on.
    pub page: Option<ViewPage>,
    /// The language of the widget.
    pub language: Option<String>,
    /// The group that chats started on this page go to.
    pub group_id: Option<String>,
    /// What the site told about the visitor; none removes an attribute.
    pub attributes: Vec<(String, Option<Attribute>)>,
}

/// Writes down what came with a visitor. What breaks a rule is left out and named in what comes back: a mistake of the site
/// keeps nobody from chatting.
pub fn arrive(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    arrival: &Arrival,
) -> Result<Vec<&'static str>> {
    let number = own(actor)?;
    store::visitors::lock(write.tx(), actor.scope(), number)?;
    let mut before = get_own(write.tx(), actor)?;
    let mut notices = Vec::new();
    before.browser = set_browser(write, actor, &before, arrival, &mut notices)?;
    set_attributes(write, actor, &before, arrival, &mut notices)?;
    let group_id = arrival.group_id.as_deref().filter(|id| !id.is_empty());
    if group_id.is_some() && !is_settled(write, actor, &before)? {
        notices.extend(set_page_group(write, actor, &before, group_id)?);
    }
    if let Some(ViewPage { link, title, .. }) = &arrival.page {
        match WebPage::parse(link, title) {
            Ok((page, host_name)) => record_page(write, actor, number, page, host_name)?,
            Err(_) => notices.push(PAGE_IGNORED),
        }
    }
    Ok(notices)
}

fn set_browser(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    before: &Visitor,
    arrival: &Arrival,
    notices: &mut Vec<&'static str>,
) -> Result<Browser> {
    let told = arrival.language.as_deref().filter(|told| !told.is_empty());
    let language = told.and_then(language::parse);
    if told.is_some() && language.is_none() {
        notices.push(LANGUAGE_IGNORED);
    }
    let browser = Browser {
        widget_language: language.unwrap_or_else(|| before.browser.widget_language.clone()),
        ..arrival.browser.clone()
    };
    if browser != before.browser {
        store::visitors::set_browser(write.tx(), actor.scope(), before.number, &browser)?;
    }
    Ok(browser)
}

/// Whether the visitor is in a group and in a chat: it is theirs now, and agents may have given the chat to others. A page
/// says where chats go that are started on it.
fn is_settled(write: &mut Write<'_, '_>, actor: &Actor, visitor: &Visitor) -> Result<bool> {
    if visitor.group_id.is_none() {
        return Ok(false);
    }
    let Some(place) = find_place(write, actor, &visitor.id)? else {
        return Ok(false);
    };
    let conversation = store::conversations::get(write.tx(), actor.scope(), place.conversation)?;
    Ok(conversation.is_chat_open)
}

fn set_attributes(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    before: &Visitor,
    arrival: &Arrival,
    notices: &mut Vec<&'static str>,
) -> Result<()> {
    let mut visitor = before.clone();
    for (name, value) in &arrival.attributes {
        let is_set = set_own_attribute(&mut visitor, name, value.as_ref()).is_ok();
        let is_one_too_many = require_bounded(&visitor.attributes).is_err();
        if is_one_too_many {
            visitor.attributes.remove(&attribute_name(name.trim()));
        }
        if (!is_set || is_one_too_many) && !notices.contains(&ATTRIBUTE_IGNORED) {
            notices.push(ATTRIBUTE_IGNORED);
        }
    }
    if visitor != *before {
        record_change(write, actor, before, &visitor)?;
    }
    Ok(())
}
