//! Look at a page: a visit begins, goes on, or is over (contract B.3, `lastVisit`).

use model::{
    id::{VisitNumber, VisitorNumber},
    limit::VISITS_MAX,
    visit::{Visit, WebPage},
};

use store::organizations;

use super::own;
use crate::{
    Actor, Error, Result, Write,
    widget::{Site, require_site},
};

/// A page that a visitor looks at, as their browser tells it.
#[derive(Clone, Debug, Default)]
pub struct ViewPage {
    /// Its address.
    pub link: String,
    /// Its title.
    pub title: String,
    /// Where it is.
    pub site: Site,
}

/// Writes down that the visitor looks at a page.
pub fn view_page(write: &mut Write<'_, '_>, actor: &Actor, command: &ViewPage) -> Result<()> {
    let visitor = own(actor)?;
    let (page, host_name) = WebPage::parse(&command.link, &command.title)
        .map_err(|refusal| Error::Invalid(refusal.to_string()))?;
    let settings = organizations::widget_settings(write.tx(), actor.organization())?;
    require_site(&settings, &command.site, "link")?;
    // Two pages that are opened at once belong to one visit.
    store::visitors::lock(write.tx(), actor.scope(), visitor)?;
    record_page(write, actor, visitor, page, host_name)
}

/// Adds a page to the visit it belongs to; the visitor is locked.
pub(super) fn record_page(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    visitor: VisitorNumber,
    page: WebPage,
    host_name: String,
) -> Result<()> {
    let (now, scope) = (write.now(), actor.scope());
    let latest = store::visits::find_latest(write.tx(), scope, visitor)?;
    if let Some(mut visit) = latest {
        if visit.goes_on(&host_name, now) {
            visit.add(page, now);
            return Ok(store::visits::update(write.tx(), scope, &visit)?);
        }
        if visit.finished_at.is_none() {
            visit.finished_at = Some(visit.seen_at);
            store::visits::update(write.tx(), scope, &visit)?;
        }
    }
    let mut visit = Visit {
        number: VisitNumber(0),
        host_name,
        pages: Vec::new(),
        started_at: now,
        seen_at: now,
        finished_at: None,
    };
    visit.add(page, now);
    store::visits::insert(write.tx(), actor.organization(), visitor, &visit)?;
    store::visits::delete_but_latest(write.tx(), scope, visitor, VISITS_MAX)?;
    Ok(())
}
