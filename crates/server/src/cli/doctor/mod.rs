//! `parlour doctor`: looks for what is wrong and says what to do; it changes nothing.

mod attachments;
mod database;
mod directory;
mod duties;
mod report;

use std::process::ExitCode;

use clap::Args;

use super::{DataArgs, Failure, lock, open::configure};
use report::{Check, Report};

#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Print one JSON value
    #[arg(long)]
    json: bool,
}

/// What the exit codes mean.
const EXIT_CODES: &str = "Exit codes: 0 nothing worse than a warning; otherwise the lowest of the problems: 64 database, \
    65 disk, 66 permissions, 67 clock, 68 secrets, 69 jobs or webhooks, 70 attachments. 1 and 2 as everywhere.";

pub(super) fn run(args: &DoctorArgs) -> Result<ExitCode, Failure> {
    let config = configure(&args.data)?;
    let mut report = Report::default();
    let is_served = lock::is_taken(&config.data_dir)?;
    report.fine(
        Check::Server,
        if is_served {
            "a server runs here"
        } else {
            "no server runs here"
        },
    );
    // Before the database is open, and with it files of this very process.
    directory::check_disk(&config, &mut report);
    directory::check_permissions(&config, &mut report);
    let inspector = database::open(&config, &mut report);
    if let Some(mut inspector) = inspector {
        duties::check_clock(&mut inspector, &mut report);
        duties::check_secrets(&config, &mut inspector, &mut report);
        duties::check_jobs(&mut inspector, &mut report);
        duties::check_webhooks(&mut inspector, &mut report);
        attachments::check_files(&config, &mut inspector, &mut report);
    }
    report.write(args.json)?;
    Ok(report.exit_code())
}
