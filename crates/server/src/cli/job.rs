//! `parlour job …`.

use app::{jobs, page::Page};
use clap::{Args, Subcommand};
use model::limit::PAGE_MAX;
use serde_json::json;

use super::{
    DataArgs, Failure, OrganizationArgs,
    open::{actor, block_on, configure, open, organization},
    output,
};

#[derive(Subcommand)]
pub(super) enum JobCommand {
    /// List the jobs that failed for the last time, the last first
    List(ListArgs),
    /// Run failed jobs again
    Retry(RetryArgs),
}

#[derive(Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    organization: OrganizationArgs,
    /// Print one JSON value
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct RetryArgs {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    organization: OrganizationArgs,
    /// The job's id
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    id: Option<String>,
    /// All that failed
    #[arg(long)]
    all: bool,
}

pub(super) fn run(command: &JobCommand) -> Result<(), Failure> {
    match command {
        JobCommand::List(args) => list(args),
        JobCommand::Retry(args) => retry(args),
    }
}

fn list(args: &ListArgs) -> Result<(), Failure> {
    let app = open(&configure(&args.data)?)?;
    let actor = actor(&organization(&app, &args.organization)?);
    let mut rows = Vec::new();
    let mut cursor = None;
    loop {
        let page = Page {
            limit: Some(PAGE_MAX),
            cursor,
        };
        let items = block_on(app.read(move |tx| jobs::list_dead(tx, &actor, &page)))?;
        rows.extend(items.items.into_iter().map(|job| {
            vec![
                json!(job.number.0.to_string()),
                json!(job.kind),
                json!(job.conversation_id.map(|id| id.to_string())),
                json!(job.attempts),
                json!(job.dead_at),
                json!(job.error),
            ]
        }));
        cursor = items.next_cursor;
        if cursor.is_none() {
            return output::table(
                args.json,
                &[
                    "id",
                    "kind",
                    "conversationId",
                    "attempts",
                    "failedAt",
                    "error",
                ],
                &rows,
            );
        }
    }
}

fn retry(args: &RetryArgs) -> Result<(), Failure> {
    let app = open(&configure(&args.data)?)?;
    let actor = actor(&organization(&app, &args.organization)?);
    if let Some(id) = args.id.clone() {
        block_on(app.write(move |write| jobs::retry(write, &actor, &id)))?;
        output::say("the job is due now");
        return Ok(());
    }
    let mut retried = 0;
    loop {
        match block_on(app.write(move |write| jobs::retry_all(write, &actor)))? {
            0 => break,
            count => retried += count,
        }
    }
    output::say(&format!("{retried} jobs are due now"));
    Ok(())
}
