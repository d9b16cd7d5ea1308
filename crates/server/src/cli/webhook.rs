//! `parlour webhook …`.

use app::{
    page::Page,
    webhooks::{self, CreateEndpoint, Logged, Replay},
};
use clap::{ArgGroup, Args, Subcommand};
use model::{
    delivery::DeliveryStatus,
    id::{DeliveryId, EndpointId},
    limit::PAGE_MAX,
};
use serde_json::{Value, json};

use super::{
    DataArgs, Failure, OrganizationArgs,
    open::{actor, block_on, configure, open, organization},
    output,
};
use crate::json::DeliveryJson;

#[derive(Subcommand)]
pub(super) enum WebhookCommand {
    /// Add an endpoint; its signing secret is shown this once
    Add(AddArgs),
    /// List the endpoints, without their secrets
    List(ListArgs),
    /// List what was and is to be delivered to an endpoint, newest first
    Deliveries(DeliveriesArgs),
    /// Send deliveries again, under the ids they have
    Replay(ReplayArgs),
}

#[derive(Args)]
pub(super) struct AddArgs {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    organization: OrganizationArgs,
    /// Where deliveries go: a public https address
    #[arg(long)]
    url: String,
    /// What it is told, with commas between
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "conversationStarted,conversationFragment,conversationTranscript"
    )]
    events: Vec<String>,
    /// What people call it
    #[arg(long)]
    description: Option<String>,
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
pub(super) struct DeliveriesArgs {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    organization: OrganizationArgs,
    /// The endpoint's id
    id: String,
    /// Only these
    #[arg(long, value_parser = ["pending", "delivered", "failed", "cancelled"])]
    status: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Print one JSON value
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[command(group(ArgGroup::new("which").args(["delivery", "from", "to", "status"]).required(true).multiple(true)))]
pub(super) struct ReplayArgs {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    organization: OrganizationArgs,
    /// The endpoint's id
    id: String,
    /// Only this delivery
    #[arg(long, value_name = "ID", conflicts_with_all = ["from", "to", "status"])]
    delivery: Option<String>,
    /// Those of events from this time on, in Unix milliseconds
    #[arg(long, value_name = "TIME")]
    from: Option<i64>,
    /// And before this one
    #[arg(long, value_name = "TIME")]
    to: Option<i64>,
    /// Only these
    #[arg(long, value_parser = ["delivered", "failed", "cancelled"])]
    status: Option<String>,
    /// Print one JSON value
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &WebhookCommand) -> Result<(), Failure> {
    match command {
        WebhookCommand::Add(args) => add(args),
        WebhookCommand::List(args) => list(args),
        WebhookCommand::Deliveries(args) => deliveries(args),
        WebhookCommand::Replay(args) => replay(args),
    }
}

fn add(args: &AddArgs) -> Result<(), Failure> {
    let app = open(&configure(&args.data)?)?;
    let actor = actor(&organization(&app, &args.organization)?);
    let command = CreateEndpoint {
        url: Some(args.url.clone()),
        events: Some(args.events.clone()),
        description: args.description.clone(),
        ..CreateEndpoint::default()
    };
    let created =
        block_on(app.write(move |write| webhooks::create(write, &actor, None, &command)))?;
    let pairs: Vec<(&str, &str, Value)> = vec![
        ("id", "Webhook", json!(created.endpoint.id.as_str())),
        ("url", "Address", json!(created.endpoint.url)),
        ("secret", "Secret", json!(created.secret)),
    ];
    output::pairs(args.json, &pairs)?;
    if !args.json {
        output::say("Keep the secret: it is not shown again.");
    }
    Ok(())
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
        let found = block_on(app.read(move |tx| webhooks::list(tx, &actor, &page)))?;
        rows.extend(found.items.into_iter().map(|endpoint| {
            let state = match (endpoint.is_enabled, endpoint.disabled) {
                (true, _) if endpoint.failing_since.is_some() => "failing",
                (true, _) => "on",
                (false, Some((_, reason))) => reason.as_str(),
                (false, None) => "off",
            };
            let events: Vec<&str> = endpoint.events.kinds().map(|kind| kind.as_str()).collect();
            vec![
                json!(endpoint.id.as_str()),
                json!(endpoint.url),
                json!(events.join(",")),
                json!(state),
                json!(endpoint.description),
            ]
        }));
        cursor = found.next_cursor;
        if cursor.is_none() {
            let names = ["id", "url", "events", "state", "description"];
            return output::table(args.json, &names, &rows);
        }
    }
}

fn deliveries(args: &DeliveriesArgs) -> Result<(), Failure> {
    let app = open(&configure(&args.data)?)?;
    let actor = actor(&organization(&app, &args.organization)?);
    let status = args.status.as_deref().and_then(DeliveryStatus::parse);
    let mut found: Vec<Logged> = Vec::new();
    let mut cursor = None;
    while found.len() < args.limit {
        let left = (args.limit - found.len()).min(PAGE_MAX as usize);
        let page = Page {
            limit: u32::try_from(left).ok(),
            cursor,
        };
        let id = EndpointId::new(args.id.clone());
        let items = block_on(
            app.read(move |tx| webhooks::list_deliveries(tx, &actor, &id, status, &page)),
        )?;
        found.extend(items.items);
        cursor = items.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    if args.json {
        let found: Vec<DeliveryJson> = found.into_iter().map(DeliveryJson::from).collect();
        return output::line(&json!(found).to_string());
    }
    let rows: Vec<Vec<Value>> = found.iter().map(row).collect();
    let names = ["id", "event", "status", "attempts", "next", "last error"];
    output::table(false, &names, &rows)
}

fn row(logged: &Logged) -> Vec<Value> {
    let last = logged.attempts.last();
    let error = last.and_then(|attempt| attempt.error.clone());
    vec![
        json!(logged.delivery.id.as_str()),
        json!(logged.delivery.kind.as_str()),
        json!(logged.delivery.status.as_str()),
        json!(logged.attempts.len()),
        json!(logged.delivery.due_at),
        json!(error.unwrap_or_default()),
    ]
}

fn replay(args: &ReplayArgs) -> Result<(), Failure> {
    let app = open(&configure(&args.data)?)?;
    let actor = actor(&organization(&app, &args.organization)?);
    let id = EndpointId::new(args.id.clone());
    let count = match &args.delivery {
        Some(delivery) => {
            let delivery = DeliveryId::new(delivery.clone());
            block_on(app.write(move |write| webhooks::replay(write, &actor, &id, &delivery)))?;
            1
        }
        None => {
            let replay = Replay {
                from: args.from,
                until: args.to,
                status: args.status.as_deref().and_then(DeliveryStatus::parse),
            };
            block_on(app.write(move |write| webhooks::replay_range(write, &actor, &id, replay)))?
        }
    };
    if args.json {
        return output::line(&json!({ "count": count }).to_string());
    }
    output::say(&match count {
        1 => "1 delivery is sent again".to_owned(),
        count => format!("{count} deliveries are sent again"),
    });
    Ok(())
}
