//! Pages of lists: how many rows, and where the page begins.

use model::limit::{PAGE_DEFAULT, PAGE_MAX};

use crate::{Error, Result};

/// Which part of a list is wanted.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// How many rows, from 1 to [`PAGE_MAX`].
    pub limit: Option<u32>,
    /// Where the page before ended, as that page told.
    pub cursor: Option<String>,
}

/// A part of a list.
#[derive(Clone, Debug)]
pub struct Items<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins; none after the last.
    pub next_cursor: Option<String>,
}

impl Page {
    /// How many rows, or why that many are not given.
    pub(crate) fn limit(&self) -> Result<usize> {
        match self.limit {
            None => Ok(PAGE_DEFAULT as usize),
            Some(limit) if (1..=PAGE_MAX).contains(&limit) => Ok(limit as usize),
            Some(_) => Err(Error::OutOfRange(format!(
                "limit must be a number from 1 to {PAGE_MAX}"
            ))),
        }
    }

    /// The cursor's numbers, or those of the first page.
    pub(crate) fn numbers<const N: usize>(&self, first: [i64; N]) -> Result<[i64; N]> {
        let Some(cursor) = &self.cursor else {
            return Ok(first);
        };
        let numbers: Option<Vec<i64>> = cursor.split('.').map(|part| part.parse().ok()).collect();
        numbers
            .and_then(|numbers| numbers.try_into().ok())
            .ok_or_else(|| Error::Invalid("cursor is not one that a page gave".to_owned()))
    }
}

impl<T> Items<T> {
    /// Makes a page of rows that were asked for with one more than `limit`.
    pub(crate) fn cut(mut items: Vec<T>, limit: usize, cursor: impl FnOnce(&T) -> String) -> Self {
        let has_more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = items.last().filter(|_| has_more).map(cursor);
        Self { items, next_cursor }
    }

    /// The same page of other things.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Items<U> {
        Items {
            items: self.items.into_iter().map(change).collect(),
            next_cursor: self.next_cursor,
        }
    }
}
