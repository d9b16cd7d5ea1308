//! `parlour agent …`.

use app::{
    agents::{self, CreateAgent},
    page::Page,
};
use clap::{Args, Subcommand};
use model::{agent::Role, limit::PAGE_MAX};
use serde_json::json;

use super::{
    DataArgs, Failure, OrganizationArgs,
    open::{actor, block_on, configure, open, organization, password_from_stdin},
    output,
};

#[derive(Subcommand)]
pub(super) enum AgentCommand {
    /// Make an agent
    Create(CreateArgs),
    /// List the agents
    List(ListArgs),
    /// Set an agent's password, read from stdin
    SetPassword(SetPasswordArgs),
}

#[derive(Args)]
pub(super) struct CreateArgs {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    organization: OrganizationArgs,
    /// The agent's e-mail
    #[arg(long)]
    email: String,
    /// The name visitors see
    #[arg(long)]
    name: String,
    /// owner, administrator or agent
    #[arg(long, default_value = "agent", value_parser = ["owner", "administrator", "agent"])]
    role: String,
    /// Read a password from stdin
    #[arg(long)]
    password_stdin: bool,
    /// Print one JSON value
    #[arg(long)]
    json: bool,
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
pub(super) struct SetPasswordArgs {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    organization: OrganizationArgs,
    /// The agent's e-mail
    #[arg(long)]
    email: String,
}

pub(super) fn run(command: &AgentCommand) -> Result<(), Failure> {
    match command {
        AgentCommand::Create(args) => create(args),
        AgentCommand::List(args) => list(args),
        AgentCommand::SetPassword(args) => set_password(args),
    }
}

fn create(args: &CreateArgs) -> Result<(), Failure> {
    let app = open(&configure(&args.data)?)?;
    let actor = actor(&organization(&app, &args.organization)?);
    let role = Role::parse(&args.role).unwrap_or(Role::Agent);
    let command = CreateAgent {
        email: args.email.clone(),
        name: args.name.clone(),
        userpic: None,
        role,
    };
    let hash = password_from_stdin(args.password_stdin)?;
    let agent = block_on(app.write(move |write| {
        let agent = agents::create(write, &actor, None, &command)?;
        match &hash {
            Some(hash) => agents::set_password(write, &actor, &agent.email, hash),
            None => Ok(agent),
        }
    }))?;
    output::pairs(args.json, &[("agentId", "Agent", json!(agent.id.as_str()))])
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
        let items = block_on(app.read(move |tx| agents::list(tx, &actor, &page)))?;
        rows.extend(items.items.into_iter().map(|agent| {
            vec![
                json!(agent.id.as_str()),
                json!(agent.email),
                json!(agent.name),
                json!(agent.role.as_str()),
                json!(agent.is_dummy),
            ]
        }));
        cursor = items.next_cursor;
        if cursor.is_none() {
            return output::table(
                args.json,
                &["id", "email", "name", "role", "isDummy"],
                &rows,
            );
        }
    }
}

fn set_password(args: &SetPasswordArgs) -> Result<(), Failure> {
    let app = open(&configure(&args.data)?)?;
    let actor = actor(&organization(&app, &args.organization)?);
    let hash = password_from_stdin(true)?.unwrap_or_default();
    let email = args.email.clone();
    let agent =
        block_on(app.write(move |write| agents::set_password(write, &actor, &email, &hash)))?;
    output::say(&format!("the password of {} is set", agent.email));
    Ok(())
}
