//! The database: whether it opens, is ours, is whole and keeps what it acknowledges.

use std::{fs, path::Path, time::Duration};

use store::{
    Location,
    inspect::{Checked, Depth, Inspector},
    migrate,
};

use super::{
    super::{backup::beside, open::require_data, output},
    report::{Check, Report},
};
use crate::config::Config;

/// How long the pages of a file are looked at.
const CHECK_TIME_MAX: Duration = Duration::from_secs(30);

/// The log from which on something keeps it from starting over.
const LOG_BYTES_MAX: u64 = 64 << 20;

/// What to do about a damaged file.
const DAMAGED: &str =
    "stop the server, keep the file, and bring a backup back with `parlour restore --force`";

/// Opens the database for the checks of what is in it; none where they would make no sense.
pub(super) fn open(config: &Config, report: &mut Report) -> Option<Inspector> {
    let location = config.database_options().location;
    if let Err(missing) = require_data(config) {
        report.problem(Check::Database, missing, "or name another --data-dir");
        return None;
    }
    let mut inspector = match Inspector::open(&location) {
        Ok(inspector) => inspector,
        Err(error) => {
            unread(&error, &location, report);
            return None;
        }
    };
    let is_ours = check_schema(&mut inspector, &location, report);
    if let Location::Sqlite(path) = &location {
        check_pages(&mut inspector, report);
        check_size(path, report);
    }
    check_settings(&mut inspector, report);
    is_ours.then_some(inspector)
}

/// Tells why it cannot be read, by where it is.
fn unread(error: &store::Error, location: &Location, report: &mut Report) {
    let text = format!("it cannot be read: {error}");
    match (error, location) {
        (store::Error::Broken(fault), _) => {
            report.problem(Check::Database, format!("it is damaged: {fault}"), DAMAGED);
        }
        (_, Location::Sqlite(_)) => report.problem(
            Check::Database,
            text,
            "see that the file is readable and no other program has locked it",
        ),
        (_, Location::Postgres(_)) => report.problem(
            Check::Database,
            text,
            "see that PostgreSQL runs and database_url is right",
        ),
    }
}

/// Looks at the schema; true where what is in it can be looked at too.
fn check_schema(inspector: &mut Inspector, location: &Location, report: &mut Report) -> bool {
    let known = migrate::version();
    let found = inspector
        .version()
        .and_then(|version| Ok((version, inspector.read(migrate::find_schema)?)));
    match found {
        Err(error) => unread(&error, location, report),
        Ok((_, None)) => report.problem(
            Check::Database,
            "it is no database of Parlour",
            "name another, or move it away",
        ),
        Ok((version, Some(schema))) if schema == known => {
            report.fine(Check::Database, format!("{version}, schema {schema}"));
            return true;
        }
        Ok((_, Some(schema))) if schema > known => report.problem(
            Check::Database,
            format!("schema {schema} is newer than this program's {known}"),
            "run the newer version",
        ),
        Ok((_, Some(schema))) => report.warning(
            Check::Database,
            format!("schema {schema} is older than this program's {known}"),
            "`parlour migrate`, or start the server; the rest was not looked at",
        ),
    }
    false
}

fn check_pages(inspector: &mut Inspector, report: &mut Report) {
    match inspector.check(Depth::Quick, CHECK_TIME_MAX) {
        Ok(Checked::Sound) => report.fine(Check::Database, "every page is sound"),
        Ok(Checked::Unfinished) => report.fine(
            Check::Database,
            format!(
                "no fault in {} s; the rest was not looked at",
                CHECK_TIME_MAX.as_secs()
            ),
        ),
        Ok(Checked::Damaged(faults)) => {
            report.problem(
                Check::Database,
                format!("it is damaged: {}", faults.join("; ")),
                DAMAGED,
            );
        }
        Err(error) => report.problem(
            Check::Database,
            format!("its pages cannot be read: {error}"),
            DAMAGED,
        ),
    }
}

fn check_size(path: &Path, report: &mut Report) {
    let bytes = |path: &Path| fs::metadata(path).map_or(0, |metadata| metadata.len());
    let log = bytes(&beside(path, "-wal"));
    let text = format!(
        "{}, and {} of log",
        output::size(bytes(path)),
        output::size(log)
    );
    if log > LOG_BYTES_MAX {
        report.warning(
            Check::Database,
            text,
            "something reads for long, such as a backup; a stop of the server empties the log",
        );
    } else {
        report.fine(Check::Database, text);
    }
}

fn check_settings(inspector: &mut Inspector, report: &mut Report) {
    let settings = match inspector.settings() {
        Ok(settings) => settings,
        Err(error) => {
            let text = format!("its settings cannot be read: {error}");
            return report.problem(Check::Database, text, DAMAGED);
        }
    };
    for (name, value, is_safe) in settings {
        let text = format!("{name} is {value}");
        match (is_safe, name) {
            (true, _) => report.fine(Check::Database, text),
            (false, "journal_mode") => {
                report.warning(Check::Database, text, "the server sets it when it starts");
            }
            (false, "synchronous_commit") => report.warning(
                Check::Database,
                text,
                "turn it on: a crash of PostgreSQL's machine loses what was acknowledged",
            ),
            (false, _) => report.problem(
                Check::Database,
                text,
                "turn it on: the server refuses to start, as a crash would lose what was acknowledged",
            ),
        }
    }
}
