//! `parlour bench`.

use std::{path::PathBuf, time::Duration};

use bench::{Arguments, Effort, Form, Remote, Scenario, durability};
use clap::{Args, Subcommand, value_parser};

use super::{Failure, output};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct BenchArgs {
    #[command(subcommand)]
    command: Option<BenchCommand>,
    /// send, ping, read, mixed, webhooks, growth, fanout, broadcast, slow, sockets; all of them where none is named
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
    /// Kill the server under load, again and again, and see that nothing is lost
    Crash(FaultArgs),
    /// Kill it under people at sockets that break too, and see that everybody has everything
    LiveCrash(FaultArgs),
    /// Cut its power under load, again and again, and see that nothing is lost; as root
    Powercut(FaultArgs),
    /// Break what joins three nodes, and the nodes, and see that everybody has everything; needs PostgreSQL and NATS
    Cluster(ClusterArgs),
    /// Serve what the server is compared with
    #[command(hide = true)]
    Floor(FloorArgs),
}

#[derive(Args)]
struct FaultArgs {
    /// How often the fault comes; where nothing is said 60 crashes, 50 with people at sockets, 40 power cuts, 12 faults of a
    /// cluster
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..))]
    rounds: Option<u64>,
    /// Print one JSON value
    #[arg(long)]
    json: bool,
    /// Chooses the moments of the faults
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Where the server keeps its data meanwhile
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

#[derive(Args)]
struct ClusterArgs {
    #[command(flatten)]
    fault: FaultArgs,
    /// How long NATS is gone, or a node frozen
    #[arg(long, value_name = "S", default_value_t = durability::ClusterOptions::OUTAGE.as_secs())]
    outage_seconds: u64,
    /// The program nats-server, where the system does not find it by its name
    #[arg(long, value_name = "FILE")]
    nats_server: Option<PathBuf>,
}

#[derive(Args)]
struct FloorArgs {
    /// Where it keeps its data
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
}

/// Measures this very binary, in processes of its own.
pub(super) fn run(args: &BenchArgs) -> Result<(), Failure> {
    match &args.command {
        Some(BenchCommand::Crash(fault)) => {
            prove(fault, durability::crash, durability::Options::CRASH_ROUNDS)
        }
        Some(BenchCommand::LiveCrash(fault)) => prove(
            fault,
            durability::live_crash,
            durability::Options::LIVE_CRASH_ROUNDS,
        ),
        Some(BenchCommand::Powercut(fault)) => prove(
            fault,
            durability::powercut,
            durability::Options::POWERCUT_ROUNDS,
        ),
        Some(BenchCommand::Cluster(args)) => {
            let cluster = durability::ClusterOptions {
                outage: Duration::from_secs(args.outage_seconds),
                nats_server: args.nats_server.clone(),
            };
            prove(
                &args.fault,
                |options| durability::cluster(options, &cluster),
                durability::Options::CLUSTER_ROUNDS,
            )
        }
        Some(BenchCommand::Floor(floor)) => bench::serve_floor(&floor.dir),
        None => bench::run(&arguments(args), binary()?),
    }
}

/// Runs an experiment on this very binary; fails where it found something, and where it proved nothing.
fn prove(
    args: &FaultArgs,
    experiment: impl FnOnce(&durability::Options) -> durability::Result<durability::Report>,
    rounds: u64,
) -> Result<(), Failure> {
    let report = experiment(&durability::Options {
        binary: binary()?,
        rounds: args.rounds.unwrap_or(rounds),
        directory: args.dir.clone().unwrap_or_else(std::env::temp_dir),
        seed: args.seed,
    })?;
    output::line(&if args.json {
        report.json()
    } else {
        report.to_string()
    })?;
    match report.skipped {
        Some(_) => Err(format!("{} was skipped: nothing is proved", report.name)),
        None if report.is_clean() => Ok(()),
        None => Err("what was acknowledged is not there exactly once and in order".to_owned()),
    }
}

fn binary() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(|error| format!("this program is not found: {error}"))
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
