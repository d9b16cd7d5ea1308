//! Speed and durability of the real server, measured and proved.
//!
//! [`run`] measures: named scenarios against a server that it starts, beside the floor, with a ledger of everything that
//! was acknowledged. [`durability`] proves: it kills the server and cuts its power. Both know the server from outside, as
//! a process with an API; only the rows that `growth` begins with are written by hand.

mod arguments;
mod bench;
pub mod durability;
mod floor;
mod ledger;
pub mod live;
mod load;
mod machine;
mod process;
mod progress;
mod readback;
mod receiver;
mod report;
mod scenarios;
mod side;
mod stopwatch;
mod target;

use std::{io::Write, path::PathBuf};

pub use arguments::{
    Arguments, Effort, Form, MESSAGES_MAX, ROUNDS_MAX, Remote, SECONDS_MAX, Scenario,
};
pub use floor::serve as serve_floor;

use bench::Bench;
use machine::Machine;
use process::Binary;
use progress::{Stop, say};
use report::Report;

/// Runs scenarios against a `parlour` binary and writes the result to stdout. Fails where anything that was acknowledged
/// is not there exactly once.
pub fn run(arguments: &Arguments, parlour_binary: PathBuf) -> Result<(), String> {
    let bench = Bench::new(arguments, Binary(parlour_binary), Stop::on_signals()?)?;
    let machine = Machine::here(bench.directory.path());
    if machine.filesystem == "tmpfs" {
        say("the data lie in memory, where nothing waits for a disk; name a real one with --dir");
    }
    let mut lines = Vec::new();
    for scenario in &bench.plan.scenarios {
        lines.extend(scenarios::run(*scenario, &bench)?);
    }
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        date: stopwatch::date(stopwatch::unix_ms()),
        command: command(std::env::args()),
        machine,
        rounds: bench.plan.rounds,
        seconds: bench.plan.measured.as_secs(),
        lines,
    };
    let text = match arguments.form {
        Form::Table => report.table(),
        Form::Json => report.json() + "\n",
    };
    let written = std::io::stdout().write_all(text.as_bytes());
    written.map_err(|error| format!("the result could not be written: {error}"))?;
    report.failure().map_or(Ok(()), Err)
}

/// The command line as it may be shown to others: without the place of the binary and without the key.
fn command(mut arguments: impl Iterator<Item = String>) -> String {
    arguments.next();
    let mut shown = vec!["parlour".to_owned()];
    while let Some(argument) = arguments.next() {
        let is_secret = argument == "--api-key";
        let argument = match argument.split_once('=') {
            Some(("--api-key", _)) => "--api-key=…".to_owned(),
            _ => argument,
        };
        shown.push(argument);
        if is_secret && arguments.next().is_some() {
            shown.push("…".to_owned());
        }
    }
    shown.join(" ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_command_is_shown_without_its_key() {
        let shown = |words: &str| super::command(words.split(' ').map(str::to_owned));
        assert_eq!(
            shown("/opt/parlour bench send --url http://a:1 --api-key secret --json"),
            "parlour bench send --url http://a:1 --api-key … --json"
        );
        assert_eq!(
            shown("target/release/parlour bench --api-key=secret"),
            "parlour bench --api-key=…"
        );
    }
}
