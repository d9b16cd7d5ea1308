//! A page of a list.

use app::page::Items;
use serde::Serialize;
use utoipa::ToSchema;

/// A page of a list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListJson<T> {
    /// The rows of this page.
    items: Vec<T>,
    /// Give this as `cursor` for the next page; null after the last.
    next_cursor: Option<String>,
}

impl<T> ListJson<T> {
    /// A page, each row in its public form.
    pub(crate) fn new<U>(page: Items<U>, form: impl FnMut(U) -> T) -> Self {
        let page = page.map(form);
        Self {
            items: page.items,
            next_cursor: page.next_cursor,
        }
    }
}
