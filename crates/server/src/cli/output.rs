//! What commands write: results to stdout, complaints to stderr.

use std::{
    io::Write,
    time::{Duration, UNIX_EPOCH},
};

use model::time::Millis;
use serde_json::Value;

use super::Failure;

/// Writes one line of a result.
pub(super) fn line(text: &str) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{text}")
        .map_err(|error| format!("the result could not be written: {error}"))
}

/// Writes a result as one JSON value, or as a line for each pair for people.
pub(super) fn pairs(is_json: bool, pairs: &[(&str, &str, Value)]) -> Result<(), Failure> {
    if is_json {
        let object: serde_json::Map<_, _> = pairs
            .iter()
            .map(|(name, _, value)| ((*name).to_owned(), value.clone()))
            .collect();
        return line(&Value::Object(object).to_string());
    }
    let width = pairs
        .iter()
        .map(|(_, label, _)| label.chars().count())
        .max()
        .unwrap_or(0);
    for (_, label, value) in pairs {
        line(&format!("{label:<width$}  {}", plain(value)))?;
    }
    Ok(())
}

/// Writes a list as a JSON array, or as columns for people.
pub(super) fn table(is_json: bool, columns: &[&str], rows: &[Vec<Value>]) -> Result<(), Failure> {
    if is_json {
        let objects = rows.iter().map(|row| {
            Value::Object(
                columns
                    .iter()
                    .zip(row)
                    .map(|(name, value)| ((*name).to_owned(), value.clone()))
                    .collect(),
            )
        });
        return line(&Value::Array(objects.collect()).to_string());
    }
    let texts: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(plain).collect())
        .collect();
    let width = |index: usize| {
        let cells = texts.iter().map(|row| row[index].chars().count());
        cells.chain([columns[index].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let joined = |cells: Vec<&str>| {
        let padded = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    line(&joined(columns.to_vec()))?;
    texts
        .iter()
        .try_for_each(|row| line(&joined(row.iter().map(String::as_str).collect())))
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    }
}

/// A number of bytes as people read it.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut scaled = bytes as f64;
    let mut unit = "B";
    for larger in UNITS {
        if scaled < 1_024.0 {
            break;
        }
        scaled /= 1_024.0;
        unit = larger;
    }
    if unit == "B" {
        format!("{bytes} B")
    } else {
        format!("{scaled:.1} {unit}")
    }
}

/// A moment as people read it.
pub(super) fn date(at: Millis) -> String {
    let since_1970 = Duration::from_millis(at.max(0).unsigned_abs());
    httpdate::fmt_http_date(UNIX_EPOCH + since_1970)
}

/// Says something that is no result.
pub(super) fn say(text: &str) {
    // Where stderr is closed there is nobody to tell.
    drop(writeln!(std::io::stderr(), "{text}"));
}

/// Says why a command failed.
pub(super) fn complain(failure: &Failure) {
    say(&format!("parlour: {failure}"));
}
