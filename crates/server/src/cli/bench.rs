//! `parlour bench`.

use std::path::PathBuf;

use bench::{Arguments, Effort, Form, Remote, Scenario};
use clap::{Args, Subcommand, value_parser};

use super::Failure;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct BenchArgs {
    #[command(subcommand)]
    command: Option<BenchCommand>,
    /// send, ping, read, mixed, webhooks, growth; all of them where none is named
    #[arg(value_name = "SCENARIO")]
    scenarios: Vec<Scenario>,
    /// A server that runs already, `http://HOST:PORT`, with its limits raised; it is written to
    #[arg(long, requires = "api_key")]
    url: Option<String>,
    /// A key of that server
    #[arg(long, value_name = "KEY", requires = "url")]
    api_key: Option<String>,
    /// Print one JSON value
    #[arg(long)]
    json: bool,
    /// Only see that nothing is lost; the figures mean nothing
    #[arg(long)]
    quick: bool,
    /// Runs of each side, of which the median counts
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=bench::ROUNDS_MAX as i64))]
    rounds: Option<u32>,
    /// Seconds that count of each run
    #[arg(long, value_name = "S", value_parser = value_parser!(u32).range(1..=bench::SECONDS_MAX as i64))]
    seconds: Option<u32>,
    /// Messages that are there before `growth` begins
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1_000..=bench::MESSAGES_MAX))]
    messages: Option<u64>,
    /// Where the servers keep their data meanwhile, on the disk that is to be measured
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

#[derive(Subcommand)]
enum BenchCommand {
    /// Serve what the server is compared with
    #[command(hide = true)]
    Floor(FloorArgs),
}

#[derive(Args)]
struct FloorArgs {
    /// Where it keeps its data
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
}

/// Measures this very binary, in processes of its own.
pub(super) fn run(args: &BenchArgs) -> Result<(), Failure> {
    let binary =
        || std::env::current_exe().map_err(|error| format!("this program is not found: {error}"));
    match &args.command {
        Some(BenchCommand::Floor(floor)) => bench::serve_floor(&floor.dir),
        None => bench::run(&arguments(args), binary()?),
    }
}

fn arguments(args: &BenchArgs) -> Arguments {
    let remote = args.url.clone().zip(args.api_key.clone());
    Arguments {
        scenarios: args.scenarios.clone(),
        remote: remote.map(|(url, api_key)| Remote { url, api_key }),
        form: if args.json { Form::Json } else { Form::Table },
        effort: if args.quick {
            Effort::Quick
        } else {
            Effort::Full
        },
        rounds: args.rounds,
        seconds: args.seconds,
        messages: args.messages,
        directory: args.dir.clone(),
    }
}
