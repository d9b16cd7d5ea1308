//! `parlour organization …`.

use app::{
    App,
    organizations::{CreateOrganization, CreatedOrganization, create},
};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    DataArgs, Failure,
    open::{block_on, configure, open_new, organizations, password_from_stdin},
    output,
};

#[derive(Subcommand)]
pub(super) enum OrganizationCommand {
    /// Make an organization, its owner and one API key; also while the server runs
    Create(CreateArgs),
    /// List the organizations
    List(ListArgs),
}

/// What an organization is made of.
#[derive(Args)]
pub(super) struct NewOrganizationArgs {
    /// The organization's name
    #[arg(long, value_name = "NAME")]
    organization: String,
    /// The owner's e-mail
    #[arg(long)]
    email: String,
    /// The owner's name
    #[arg(long)]
    name: String,
    /// Read the owner's password from stdin
    #[arg(long)]
    password_stdin: bool,
    /// Print one JSON value
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct CreateArgs {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    new: NewOrganizationArgs,
}

#[derive(Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Print one JSON value
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &OrganizationCommand) -> Result<(), Failure> {
    match command {
        OrganizationCommand::Create(args) => {
            let app = open_new(&configure(&args.data)?)?;
            let created = make(&app, &args.new)?;
            show(&args.new, &created)
        }
        OrganizationCommand::List(args) => {
            let app = open_new(&configure(&args.data)?)?;
            let rows: Vec<_> = organizations(&app)?
                .into_iter()
                .map(|found| {
                    vec![
                        json!(found.id.as_str()),
                        json!(found.name),
                        json!(found.widget_id),
                    ]
                })
                .collect();
            output::table(args.json, &["id", "name", "widgetId"], &rows)
        }
    }
}

/// Makes the organization.
pub(super) fn make(app: &App, args: &NewOrganizationArgs) -> Result<CreatedOrganization, Failure> {
    let command = CreateOrganization {
        name: args.organization.clone(),
        owner_email: args.email.clone(),
        owner_name: args.name.clone(),
        password_hash: password_from_stdin(args.password_stdin)?,
    };
    block_on(app.write(move |write| create(write, &command)))
}

/// Shows what was made, with the key's secret, this once.
pub(super) fn show(
    args: &NewOrganizationArgs,
    created: &CreatedOrganization,
) -> Result<(), Failure> {
    output::pairs(
        args.json,
        &[
            (
                "organizationId",
                "Organization",
                json!(created.organization.id.as_str()),
            ),
            ("widgetId", "Widget", json!(created.organization.widget_id)),
            ("agentId", "Owner", json!(created.owner.id.as_str())),
            ("apiKey", "API key", json!(created.key.secret)),
        ],
    )?;
    if !args.json {
        output::say("Keep the API key: it is not shown again.");
    }
    Ok(())
}
