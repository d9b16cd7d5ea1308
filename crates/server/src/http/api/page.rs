//! The query of a list.

use app::page::Page;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::{extract::Query, problem::Problem};

/// Which page of a list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// How many rows, from 1 to 100; 50 when not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

impl PageQuery {
    pub(super) fn page(self) -> Result<Page, Problem> {
        page(self.limit.as_deref(), self.cursor)
    }
}

/// A page of the two texts of a query.
pub(super) fn page(limit: Option<&str>, cursor: Option<String>) -> Result<Page, Problem> {
    let limit = limit.map(str::parse).transpose();
    let limit = limit.map_err(|_| {
        Problem::out_of_range(format!(
            "limit must be a number from 1 to {}",
            model::limit::PAGE_MAX
        ))
    })?;
    Ok(Page { limit, cursor })
}

/// The extractor of lists without filters.
pub(super) type PageParameters = Query<PageQuery>;
