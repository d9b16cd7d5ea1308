//! What the database tells about the server's duties: time, secrets, jobs and webhooks.

use app::clock::Clock;
use model::time::{MINUTE_MS, Millis, SECOND_MS};
use store::{clock, health, inspect::Inspector};

use super::{
    super::{
        output,
        sealed::{find_sealer, find_unreadable},
    },
    report::{Check, Report},
};
use crate::config::Config;

/// How far clocks may be apart: more is no delay.
const APART_MS_MAX: i64 = MINUTE_MS;

/// Endpoints that are named.
const ENDPOINTS_MAX: i64 = 20;

pub(super) fn check_clock(inspector: &mut Inspector, report: &mut Report) {
    let here = Clock::system().now();
    let read = inspector.read(|tx| Ok((clock::now(tx)?, health::find_newest_message_at(tx)?)));
    let (shared, newest) = match read {
        Ok(read) => read,
        Err(error) => return unread(Check::Clock, &error, report),
    };
    if let Some(shared) = shared
        && (shared - here).abs() > APART_MS_MAX
    {
        report.warning(
            Check::Clock,
            format!(
                "this machine and the database are {} s apart",
                (shared - here).abs() / SECOND_MS
            ),
            "keep both with a time server",
        );
    }
    let now: Millis = shared.unwrap_or(here);
    match newest {
        Some(newest) if newest - now > APART_MS_MAX => report.problem(
            Check::Clock,
            format!(
                "it is {} here, but the newest message is of {}",
                output::date(now),
                output::date(newest)
            ),
            "set the clock, and keep it with a time server",
        ),
        _ => report.fine(Check::Clock, output::date(now)),
    }
}

pub(super) fn check_secrets(config: &Config, inspector: &mut Inspector, report: &mut Report) {
    let sealer = match find_sealer(config) {
        Ok(sealer) => sealer,
        Err(error) => {
            return report.problem(Check::Secrets, error, "bring the key back from a backup");
        }
    };
    match find_unreadable(inspector, sealer.as_ref()) {
        Err(error) => report.problem(Check::Secrets, error, "see what was said of the database"),
        Ok(unreadable) if !unreadable.is_empty() => report.problem(
            Check::Secrets,
            format!("{}, which is not here", unreadable.describe()),
            "bring that key back from a backup, or give these new secrets",
        ),
        Ok(_) => match sealer {
            Some(sealer) => {
                let text = format!(
                    "the key {} is here, and nothing needs another",
                    sealer.key_id()
                );
                report.fine(Check::Secrets, text);
            }
            None => report.fine(Check::Secrets, "no key yet, and nothing is sealed"),
        },
    }
}

pub(super) fn check_jobs(inspector: &mut Inspector, report: &mut Report) {
    match inspector.read(health::count_dead_jobs) {
        Err(error) => unread(Check::Jobs, &error, report),
        Ok(dead) => match dead.oldest {
            None => report.fine(Check::Jobs, "none has failed for good"),
            Some((number, error)) => report.problem(
                Check::Jobs,
                format!(
                    "{} have failed for good; the oldest is {}, because of: {}",
                    dead.count,
                    number.0,
                    error.as_deref().unwrap_or("no reason was kept")
                ),
                "`parlour job list` shows them, `parlour job retry` runs them again",
            ),
        },
    }
}

pub(super) fn check_webhooks(inspector: &mut Inspector, report: &mut Report) {
    let troubled = match inspector.read(|tx| health::list_troubled_endpoints(tx, ENDPOINTS_MAX)) {
        Ok(troubled) => troubled,
        Err(error) => return unread(Check::Webhooks, &error, report),
    };
    for endpoint in &troubled {
        let who = format!(
            "{} of organization {} with {} deliveries waiting",
            endpoint.id, endpoint.organization, endpoint.pending
        );
        let since = endpoint.failing_since.map(output::date).unwrap_or_default();
        match &endpoint.disabled_reason {
            Some(reason) => report.problem(
                Check::Webhooks,
                format!("endpoint {who} was disabled, as it was {reason}"),
                "see that its receiver answers, and enable it again",
            ),
            None => report.warning(
                Check::Webhooks,
                format!("endpoint {who} fails since {since}"),
                "see that its receiver answers",
            ),
        }
    }
    if troubled.is_empty() {
        report.fine(Check::Webhooks, "no endpoint fails");
    }
}

fn unread(check: Check, error: &store::Error, report: &mut Report) {
    let text = format!("it cannot be read: {error}");
    report.problem(check, text, "see what was said of the database");
}
