//! The sites that a widget may stand on (trust, case E5).

use model::widget::WidgetSettings;

use crate::{Error, Result};

/// Where a widget stands, as its page tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Site {
    /// The page is one of this server's own, as the hosted chat, where every widget may stand.
    Own,
    /// A page of this host, as browsers write it.
    Host(String),
    /// A page that is not of the web, or no page.
    #[default]
    Unknown,
}

/// Refuses a site that a widget is not for. `field` is what told of it.
pub fn require_site(settings: &WidgetSettings, site: &Site, field: &str) -> Result<()> {
    let refused = |rule: String| Err(Error::ForeignDomain(rule));
    match site {
        Site::Own => Ok(()),
        _ if settings.allowed_domains.is_empty() => Ok(()),
        Site::Host(host) if settings.allows(host) => Ok(()),
        Site::Host(_) => refused(format!("{field} is on a site that this widget is not for")),
        Site::Unknown => refused(format!(
            "{field} is missing, and this widget is for certain sites only"
        )),
    }
}
