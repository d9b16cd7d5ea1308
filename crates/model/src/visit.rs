//! A visit: one stay of a visitor on a site, with the pages looked at (contract B.3, `lastVisit`).

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    id::VisitNumber,
    limit::{PAGE_LINK_LENGTH_MAX, PAGE_TITLE_LENGTH_MAX},
    time::{MINUTE_MS, Millis},
};

/// Who looks at no page for longer than this has gone; the next page begins another visit.
pub const VISIT_GAP_MS: i64 = 30 * MINUTE_MS;

/// Pages of a visit that are kept, its latest: what receivers and agents are shown.
pub const PAGES_MAX: usize = 50;

/// A page of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebPage {
    /// Its address.
    pub link: String,
    /// Its title; may be empty.
    pub title: String,
}

/// A page that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageView {
    /// Its address.
    pub link: String,
    /// Its title; may be empty.
    pub title: String,
    /// When it was opened.
    pub at: Millis,
}

/// One stay on one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Internal key.
    pub number: VisitNumber,
    /// The host of the site.
    pub host_name: String,
    /// The latest pages, oldest first.
    pub pages: Vec<PageView>,
    /// When the first page was opened.
    pub started_at: Millis,
    /// When the last page was opened.
    pub seen_at: Millis,
    /// When it ended, where that was written down; see [`Visit::ended_at`].
    pub finished_at: Option<Millis>,
}

/// Why a page is not accepted; the text names the field and the rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageRefusal {
    /// An address longer than [`PAGE_LINK_LENGTH_MAX`].
    #[error("link is longer than {PAGE_LINK_LENGTH_MAX} bytes")]
    LinkTooLong,
    /// An address that is not one of the web.
    #[error("link must be an http or https address")]
    NotOfTheWeb,
    /// A title longer than [`PAGE_TITLE_LENGTH_MAX`].
    #[error("title is longer than {PAGE_TITLE_LENGTH_MAX} characters")]
    TitleTooLong,
}

impl WebPage {
    /// Reads a page as a browser tells it; also tells the host. The address is kept as browsers write it, without a user
    /// name and password: those are nobody's business.
    pub fn parse(link: &str, title: &str) -> Result<(Self, String), PageRefusal> {
        if link.len() > PAGE_LINK_LENGTH_MAX {
            return Err(PageRefusal::LinkTooLong);
        }
        let mut url = Url::parse(link).map_err(|_| PageRefusal::NotOfTheWeb)?;
        let host = match (url.scheme(), url.host_str()) {
            ("http" | "https", Some(host)) => host.to_owned(),
            _ => return Err(PageRefusal::NotOfTheWeb),
        };
        if !url.username().is_empty() || url.password().is_some() {
            let is_cut = url.set_username("").and_then(|()| url.set_password(None));
            is_cut.map_err(|()| PageRefusal::NotOfTheWeb)?;
        }
        let link = String::from(url);
        // What is written in other scripts grows when it is put into ASCII.
        if link.len() > PAGE_LINK_LENGTH_MAX {
            return Err(PageRefusal::LinkTooLong);
        }
        let title = one_line(title);
        if title.chars().count() > PAGE_TITLE_LENGTH_MAX {
            return Err(PageRefusal::TitleTooLong);
        }
        Ok((Self { link, title }, host))
    }
}

/// A text without line breaks, control characters and needless space: browsers show titles so.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

impl Visit {
    /// Whether a page of a host that is opened at a time still belongs to this visit.
    pub fn goes_on(&self, host_name: &str, at: Millis) -> bool {
        self.host_name == host_name && self.ended_at(at).is_none()
    }

    /// When it ended, as seen at a time; none while it may go on.
    pub fn ended_at(&self, now: Millis) -> Option<Millis> {
        let is_over = now - self.seen_at > VISIT_GAP_MS;
        self.finished_at.or(is_over.then_some(self.seen_at))
    }

    /// Adds a page. The one that is open already is only called what it is called now: it was loaded again, or its panel
    /// was opened.
    pub fn add(&mut self, page: WebPage, at: Millis) {
        let WebPage { link, title } = page;
        match self.pages.last_mut() {
            Some(last) if last.link == link => last.title = title,
            _ => self.pages.push(PageView { link, title, at }),
        }
        let surplus = self.pages.len().saturating_sub(PAGES_MAX);
        self.pages.drain(..surplus);
        self.seen_at = self.seen_at.max(at);
    }

    /// The page that is open at a time; none when the visit has ended.
    pub fn open_page(&self, now: Millis) -> Option<WebPage> {
        let last = self.pages.last()?;
        self.ended_at(now).is_none().then(|| WebPage {
            link: last.link.clone(),
            title: last.title.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit() -> Visit {
        Visit {
            number: VisitNumber(1),
            host_name: "getwear.com".to_owned(),
            pages: Vec::new(),
            started_at: 1_000,
            seen_at: 1_000,
            finished_at: None,
        }
    }

    fn page(link: &str) -> WebPage {
        WebPage::parse(link, "").expect("a page").0
    }

    #[test]
    fn pages_are_of_the_web_and_short() {
        let long = format!("https://getwear.com/{}", "a".repeat(2_048));
        for (link, expected) in [
            ("javascript:alert(1)", PageRefusal::NotOfTheWeb),
            ("file:///etc/passwd", PageRefusal::NotOfTheWeb),
            ("data:text/html,hi", PageRefusal::NotOfTheWeb),
            ("/women", PageRefusal::NotOfTheWeb),
            ("https://", PageRefusal::NotOfTheWeb),
            ("", PageRefusal::NotOfTheWeb),
            (long.as_str(), PageRefusal::LinkTooLong),
        ] {
            assert_eq!(WebPage::parse(link, ""), Err(expected), "{link}");
        }
        let title = "é".repeat(301);
        assert_eq!(
            WebPage::parse("https://getwear.com", &title),
            Err(PageRefusal::TitleTooLong)
        );
        assert!(WebPage::parse("https://getwear.com", &title[2..]).is_ok());
        // 1,820 bytes as they are written, three times as many in a link.
        let grown = format!("https://getwear.com/{}", "é".repeat(900));
        assert_eq!(WebPage::parse(&grown, ""), Err(PageRefusal::LinkTooLong));
    }

    #[test]
    fn a_page_is_kept_as_browsers_write_it() {
        for (link, kept, host) in [
            (
                "HTTPS://GetWear.com:443",
                "https://getwear.com/",
                "getwear.com",
            ),
            (
                "http://a:b@127.0.0.1:8000/x?y#z",
                "http://127.0.0.1:8000/x?y#z",
                "127.0.0.1",
            ),
            (
                "https://bücher.example/ä",
                "https://xn--bcher-kva.example/%C3%A4",
                "xn--bcher-kva.example",
            ),
            (
                "https://a.example/\"><b>",
                "https://a.example/%22%3E%3Cb%3E",
                "a.example",
            ),
        ] {
            let (page, found) = WebPage::parse(link, " Jeans\n\t for\u{0} women ").expect("a page");
            assert_eq!((page.link.as_str(), found.as_str()), (kept, host));
            assert_eq!(page.title, "Jeans for women");
        }
    }

    #[test]
    fn a_visit_goes_on_for_thirty_minutes_on_its_host() {
        let mut visit = visit();
        visit.add(page("https://getwear.com/"), 5_000);
        let last = 5_000 + VISIT_GAP_MS;
        assert!(visit.goes_on("getwear.com", last));
        assert!(!visit.goes_on("getwear.com", last + 1));
        assert!(!visit.goes_on("shop.getwear.com", 5_001));
        assert_eq!(
            (visit.ended_at(last), visit.ended_at(last + 1)),
            (None, Some(5_000))
        );
        assert_eq!(visit.open_page(last), Some(page("https://getwear.com/")));
        assert_eq!(visit.open_page(last + 1), None);
        visit.finished_at = Some(5_000);
        assert!(!visit.goes_on("getwear.com", 5_001));
    }

    #[test]
    fn the_latest_pages_are_kept_each_once_in_a_row() {
        let mut visit = visit();
        for number in 0..60 {
            visit.add(
                page(&format!("https://getwear.com/{number}")),
                2_000 + number,
            );
            visit.add(
                page(&format!("https://getwear.com/{number}")),
                2_500 + number,
            );
        }
        assert_eq!(visit.pages.len(), PAGES_MAX);
        assert_eq!(visit.pages[0].link, "https://getwear.com/10");
        assert_eq!(visit.pages[49].at, 2_059);
        assert_eq!(visit.seen_at, 2_559);
    }
}
