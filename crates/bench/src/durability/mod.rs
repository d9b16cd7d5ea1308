//! The proof that nothing is lost: the real server is killed and cut off under load, and compared with a ledger.
//!
//! The ledger is kept by this process, which no fault touches: what was sent, and what was answered. Afterwards every
//! acknowledged message must be there exactly once, in order, and nothing that nobody sent (trust 3, L1–L6).

mod chance;
mod cluster;
mod crash;
mod experiment;
pub mod ledger;
mod live;
mod live_crash;
pub mod load;
pub mod mount;
mod nats_server;
pub mod postgres_server;
mod powercut;
pub mod process;
mod receiver;
mod report;
mod wait;
mod webhooks;

use std::path::PathBuf;

use tempfile::TempDir;

use process::Installation;

use crate::progress::Stop;

pub use cluster::ClusterOptions;
pub use live::LiveReport;
pub use report::{Findings, Report, WebhookReport};
pub use wait::until;

/// Why an experiment could not be made: something other than what it looks for went wrong.
pub type Result<T> = std::result::Result<T, String>;

/// How an experiment is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// The `parlour` that is put to the test.
    pub binary: PathBuf,
    /// How often the fault comes.
    pub rounds: u64,
    /// Where the data are made, in a directory of their own that is removed afterwards.
    pub directory: PathBuf,
    /// Chooses the moments.
    pub seed: u64,
}

impl Options {
    /// Rounds of [`crash()`] where nobody says how many (trust 3.1).
    pub const CRASH_ROUNDS: u64 = 60;

    /// Rounds of [`live_crash()`] where nobody says how many.
    pub const LIVE_CRASH_ROUNDS: u64 = 50;

    /// Faults of [`cluster()`] where nobody says how many.
    pub const CLUSTER_ROUNDS: u64 = 12;

    /// Rounds of [`powercut()`] where nobody says how many (trust 3.2).
    pub const POWERCUT_ROUNDS: u64 = 40;
}

/// Kills the server at random moments while writers send, starts it again, has them repeat what had no answer, and
/// compares (trust 3.1). Directory, ports and the receiver of webhooks are its own.
pub fn crash(options: &Options) -> Result<Report> {
    experiment(options, crash::run)
}

/// Kills the server at random moments while visitors and agents write and read over sockets that break, and compares what
/// everybody sees with what is stored (trust 3.1, delivery P1 to P5).
pub fn live_crash(options: &Options) -> Result<Report> {
    experiment(options, live_crash::run)
}

/// Breaks what joins three nodes, and the nodes, while people write and read at the sockets of all of them, and compares
/// what everybody sees with what is stored (trust 3.5, 3.6). Needs PostgreSQL and NATS.
pub fn cluster(options: &Options, cluster: &ClusterOptions) -> Result<Report> {
    experiment(options, |options, directory, stop| {
        cluster::run(options, cluster, directory, stop)
    })
}

/// Cuts the power at random moments while writers send, starts the server on what the disk has then, has them repeat
/// what had no answer, and compares (trust 3.2). Needs root and loop devices; without them the report says that it was
/// skipped.
pub fn powercut(options: &Options) -> Result<Report> {
    experiment(options, powercut::run)
}

/// Whoever interrupts an experiment leaves nothing behind: it ends by an error, and everything is put away.
fn experiment(
    options: &Options,
    run: impl FnOnce(&Options, &TempDir, &Stop) -> Result<Report>,
) -> Result<Report> {
    let directory = tempfile::tempdir_in(&options.directory)
        .map_err(|error| format!("{}: {error}", options.directory.display()))?;
    let stop = Stop::on_signals()?;
    run(options, &directory, &stop).map_err(|error| stop.check().err().unwrap_or(error))
}

/// No load that people at sockets make here meets a limit.
fn unlimited(installation: Installation) -> Installation {
    crate::live::SETTINGS
        .iter()
        .fold(installation, |installation, (name, value)| {
            installation.set(name, value)
        })
}
