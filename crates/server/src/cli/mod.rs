//! The command line. Results go to stdout, everything else to stderr; exit 0, 1 when failed, 2 for wrong usage.

mod agent;
mod backup;
mod bench;
mod config;
mod doctor;
mod init;
mod job;
mod key;
mod lock;
mod migrate;
mod open;
mod organization;
mod output;
mod restore;
mod sealed;
mod serve;
mod webhook;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::config::Flags;

/// A conversation server: live chat, e-mail and API messages in one inbox.
#[derive(Parser)]
#[command(name = "parlour", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a data directory with one organization, its owner and one API key
    Init(init::InitArgs),
    /// Run the server
    Serve(serve::ServeArgs),
    /// Organizations
    #[command(subcommand)]
    Organization(organization::OrganizationCommand),
    /// Agents of an organization
    #[command(subcommand)]
    Agent(agent::AgentCommand),
    /// Keys of programs
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Work in the background that failed
    #[command(subcommand)]
    Job(job::JobCommand),
    /// Webhook endpoints and their deliveries
    #[command(subcommand)]
    Webhook(webhook::WebhookCommand),
    /// Copy the database into a file, also while the server runs
    Backup(backup::BackupArgs),
    /// Bring a backup back, while no server runs
    Restore(restore::RestoreArgs),
    /// Look for what is wrong, and change nothing
    Doctor(doctor::DoctorArgs),
    /// Bring the database's schema up to date
    Migrate(migrate::MigrateArgs),
    /// The configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Measure how fast this binary is on this machine, and that it loses nothing meanwhile
    Bench(bench::BenchArgs),
    /// Print the OpenAPI document
    Openapi,
}

/// Where the data is.
#[derive(Args, Clone)]
struct DataArgs {
    /// The data directory
    #[arg(long, value_name = "DIR", env = "PARLOUR_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// A PostgreSQL server instead of the SQLite file in the data directory
    #[arg(
        long,
        value_name = "postgres://…",
        env = "PARLOUR_DATABASE_URL",
        hide_env_values = true
    )]
    database_url: Option<String>,
    /// A configuration file
    #[arg(long, value_name = "FILE", env = "PARLOUR_CONFIG")]
    config: Option<PathBuf>,
}

impl DataArgs {
    fn flags(&self) -> Flags {
        let given = |name: &str, value: &Option<String>| {
            value
                .clone()
                .filter(|value| std::env::var(name).ok().as_ref() != Some(value))
        };
        let data_dir = self.data_dir.clone().filter(|path| {
            std::env::var_os("PARLOUR_DATA_DIR").as_deref() != Some(path.as_os_str())
        });
        Flags {
            data_dir,
            database_url: given("PARLOUR_DATABASE_URL", &self.database_url),
            config: self.config.clone(),
            ..Flags::default()
        }
    }
}

/// Which organization a command is about.
#[derive(Args, Clone)]
struct OrganizationArgs {
    /// The organization's id; not needed where there is only one
    #[arg(long, value_name = "ID")]
    organization: Option<String>,
}

/// Why a command failed, in one line, and perhaps what to do.
type Failure = String;

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    // Whatever is written here is for its owner only.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let done = match Cli::parse().command {
        Command::Init(args) => init::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Organization(command) => organization::run(&command),
        Command::Agent(command) => agent::run(&command),
        Command::Key(command) => key::run(&command),
        Command::Job(command) => job::run(&command),
        Command::Webhook(command) => webhook::run(&command),
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Doctor(args) => match doctor::run(&args) {
            Ok(code) => return code,
            Err(failure) => Err(failure),
        },
        Command::Migrate(args) => migrate::run(&args),
        Command::Config(command) => config::run(&command),
        Command::Bench(args) => bench::run(&args),
        Command::Openapi => output::line(crate::openapi::text().trim_end()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::complain(&failure);
            ExitCode::FAILURE
        }
    }
}
