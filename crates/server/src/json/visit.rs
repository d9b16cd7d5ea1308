//! The public form of a visit.

use model::{
    time::Millis,
    visit::{PageView, Visit},
};
use serde::Serialize;
use utoipa::ToSchema;

/// One stay of a visitor on a site.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Visit)]
pub(crate) struct VisitJson {
    /// When the first page was opened, in Unix milliseconds.
    #[schema(example = 1767614400000_i64)]
    started_at: i64,
    /// When the last page was opened.
    #[schema(example = 1767614460000_i64)]
    seen_at: i64,
    /// When it ended: 30 minutes without another page end it at the last one. Null while it may go on.
    finished_at: Option<i64>,
    /// The host of the site.
    #[schema(example = "getwear.com")]
    host_name: String,
    /// The latest 50 pages, oldest first.
    viewed_pages: Vec<PageViewJson>,
}

/// A page that was looked at.
#[derive(Serialize, ToSchema)]
#[schema(as = PageView)]
struct PageViewJson {
    /// Its address.
    #[schema(example = "https://getwear.com/women/151254/")]
    link: String,
    /// Its title.
    #[schema(example = "Washed skinny jeans for women")]
    title: String,
    /// When it was opened, in Unix milliseconds.
    #[schema(example = 1767614400000_i64)]
    at: i64,
}

impl VisitJson {
    /// A visit as it is at a time.
    pub(crate) fn new(visit: Visit, now: Millis) -> Self {
        Self {
            started_at: visit.started_at,
            seen_at: visit.seen_at,
            finished_at: visit.ended_at(now),
            host_name: visit.host_name,
            viewed_pages: visit.pages.into_iter().map(PageViewJson::from).collect(),
        }
    }
}

impl From<PageView> for PageViewJson {
    fn from(page: PageView) -> Self {
        Self {
            link: page.link,
            title: page.title,
            at: page.at,
        }
    }
}
