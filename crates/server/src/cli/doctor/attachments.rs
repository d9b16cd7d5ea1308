//! Whether the bytes of every attachment are where they must be.

use std::{fs, path::Path};

use model::id::FileNumber;
use store::{files, inspect::Inspector};

use super::report::{Check, Report};
use crate::{
    config::{Config, FileStorage},
    files::{Disk, Part},
};

/// Attachments that are looked at in one transaction.
const AT_ONCE: i64 = 1_000;

/// What was found of the attachments on a disk.
#[derive(Default)]
struct Found {
    count: u64,
    missing: u64,
    /// The key of one that is missing.
    example: Option<String>,
}

pub(super) fn check_files(config: &Config, inspector: &mut Inspector, report: &mut Report) {
    let directory = match config.file_storage() {
        Ok(FileStorage::Disk(directory)) => directory,
        Ok(FileStorage::S3(place)) => {
            let text = format!(
                "they are in the bucket {}, not looked at here",
                place.bucket
            );
            return report.fine(Check::Files, text);
        }
        Err(error) => return report.problem(Check::Files, error, "see the settings"),
    };
    let found = match count_missing(&Disk::new(directory), inspector) {
        Ok(found) => found,
        Err(error) => {
            let text = format!("they cannot be read: {error}");
            return report.problem(Check::Files, text, "see what was said of the database");
        }
    };
    match found.example {
        None => report.fine(
            Check::Files,
            format!("{} attachments, all there", found.count),
        ),
        Some(example) => report.problem(
            Check::Files,
            format!(
                "of {} attachments {} are missing or cut off, as {example}",
                found.count, found.missing
            ),
            "bring the directory files back from a backup",
        ),
    }
}

fn count_missing(disk: &Disk, inspector: &mut Inspector) -> store::Result<Found> {
    let (mut found, mut after) = (Found::default(), FileNumber(0));
    loop {
        let page = inspector.read(|tx| files::list_stored(tx, after, AT_ONCE))?;
        for (number, key, size_bytes, has_preview) in &page {
            after = *number;
            found.count += 1;
            let whole = disk.path(&Part::Whole.name(key));
            let preview = disk.path(&Part::Preview.name(key));
            if !is_of_size(&whole, *size_bytes) || *has_preview && !preview.exists() {
                found.missing += 1;
                found.example.get_or_insert_with(|| key.clone());
            }
        }
        if page.len() < AT_ONCE as usize {
            return Ok(found);
        }
    }
}

fn is_of_size(file: &Path, size_bytes: u64) -> bool {
    fs::metadata(file).is_ok_and(|metadata| metadata.len() == size_bytes)
}
