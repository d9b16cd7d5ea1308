//! What is in a file that may be a backup, once it is known to be whole.

use std::{fs::File, io::Read, path::Path, time::Duration};

use model::time::Millis;
use serde_json::{Value, json};
use store::{
    Location,
    health::{self, Counts},
    inspect::{Checked, Depth, Inspector},
    migrate,
};

use super::{
    super::{Failure, output},
    files::unreadable,
};

/// What every SQLite file begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// What a whole database of ours holds.
pub(in crate::cli) struct Content {
    schema: usize,
    counts: Counts,
    newest_message_at: Option<Millis>,
}

impl Content {
    /// The content as pairs for [`super::super::output::pairs`]; people read a time as a date.
    pub(in crate::cli) fn pairs(&self, is_json: bool) -> Vec<(&'static str, &'static str, Value)> {
        let newest = self.newest_message_at;
        let newest = if is_json {
            json!(newest)
        } else {
            json!(newest.map(output::date))
        };
        vec![
            ("schema", "Schema", json!(self.schema)),
            (
                "organizations",
                "Organizations",
                json!(self.counts.organizations),
            ),
            (
                "conversations",
                "Conversations",
                json!(self.counts.conversations),
            ),
            ("messages", "Messages", json!(self.counts.messages)),
            ("newestMessageAt", "Newest message", newest),
        ]
    }
}

/// Reads a file to its end and tells what is in it, or why it is not a whole database that this program knows.
pub(in crate::cli) fn require_whole(file: &Path) -> Result<Content, Failure> {
    let name = file.display();
    require_header(file)?;
    let failed = |error| match error {
        store::Error::Broken(fault) => format!("{name} is damaged: {fault}"),
        error => format!("{name} cannot be read: {error}"),
    };
    let mut inspector = Inspector::open(&Location::Sqlite(file.to_owned())).map_err(failed)?;
    let checked = inspector
        .check(Depth::Whole, Duration::MAX)
        .map_err(failed)?;
    if let Checked::Damaged(faults) = checked {
        let fault = faults.first().map(String::as_str).unwrap_or_default();
        return Err(format!("{name} is damaged: {}", fault.replace('\n', " ")));
    }
    match inspector.read(migrate::find_schema).map_err(failed)? {
        None => Err(format!("{name} is no database of Parlour")),
        Some(schema) if schema > migrate::version() => Err(format!(
            "{name} has schema {schema}, which is newer than this program's {}: use the newer version",
            migrate::version()
        )),
        Some(schema) => {
            let (counts, newest_message_at) = inspector
                .read(|tx| Ok((health::count(tx)?, health::find_newest_message_at(tx)?)))
                .map_err(failed)?;
            Ok(Content {
                schema,
                counts,
                newest_message_at,
            })
        }
    }
}

/// Refuses what is no SQLite file before SQLite sees it: an empty file would be an empty database to it.
fn require_header(file: &Path) -> Result<(), Failure> {
    let name = file.display();
    let mut header = Vec::new();
    File::open(file)
        .and_then(|opened| opened.take(MAGIC.len() as u64).read_to_end(&mut header))
        .map_err(|error| unreadable(file, &error))?;
    match header.as_slice() {
        [] => Err(format!("{name} is empty")),
        begin if begin == MAGIC => Ok(()),
        _ => Err(format!("{name} is no SQLite database")),
    }
}
