//! `parlour key …`.

use app::{
    keys::{self, CreateKey},
    page::Page,
};
use clap::{Args, Subcommand};
use model::{
    id::KeyId,
    key::{KeyKind, Privilege, Privileges},
    limit::PAGE_MAX,
};
use serde_json::{Value, json};

use super::{
    DataArgs, Failure, OrganizationArgs,
    open::{actor, block_on, configure, open, organization},
    output,
};

#[derive(Subcommand)]
pub(super) enum KeyCommand {
    /// Make a key; its secret is shown this once
    Create(CreateArgs),
    /// List the keys, without their secrets
    List(ListArgs),
    /// Revoke a key; it stops working within two seconds
    Revoke(RevokeArgs),
}

#[derive(Args)]
pub(super) struct CreateArgs {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    organization: OrganizationArgs,
    /// What people call it
    #[arg(long)]
    name: String,
    /// key for the api-key header, oauth for a client id and secret
    #[arg(long, default_value = "key", value_parser = ["key", "oauth"])]
    kind: String,
    /// What it may do; everything when not given
    #[arg(long, value_delimiter = ',', value_parser = ["access", "assign", "configure"])]
    scopes: Vec<String>,
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
pub(super) struct RevokeArgs {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    organization: OrganizationArgs,
    /// The key's id
    id: String,
}

pub(super) fn run(command: &KeyCommand) -> Result<(), Failure> {
    match command {
        KeyCommand::Create(args) => create(args),
        KeyCommand::List(args) => list(args),
        KeyCommand::Revoke(args) => revoke(args),
    }
}

fn create(args: &CreateArgs) -> Result<(), Failure> {
    let app = open(&configure(&args.data)?)?;
    let actor = actor(&organization(&app, &args.organization)?);
    let privileges = match args.scopes.as_slice() {
        [] => Privileges::ALL,
        names => Privileges::of(names.iter().filter_map(|name| Privilege::parse(name))),
    };
    let kind = KeyKind::parse(&args.kind).unwrap_or(KeyKind::ApiKey);
    let command = CreateKey {
        name: args.name.clone(),
        kind,
        privileges,
    };
    let created = block_on(app.write(move |write| keys::create(write, &actor, None, &command)))?;
    let mut pairs: Vec<(&str, &str, Value)> = vec![("id", "Key", json!(created.key.id.as_str()))];
    match created.key.client_id {
        None => pairs.push(("apiKey", "API key", json!(created.secret))),
        Some(client_id) => {
            pairs.push(("clientId", "Client id", json!(client_id)));
            pairs.push(("clientSecret", "Client secret", json!(created.secret)));
        }
    }
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
        let items = block_on(app.read(move |tx| keys::list(tx, &actor, &page)))?;
        rows.extend(items.items.into_iter().map(|key| {
            let state = if key.revoked_at.is_some() {
                "revoked"
            } else {
                "good"
            };
            let hint = format!("…{}", key.hint);
            vec![
                json!(key.id.as_str()),
                json!(key.name),
                json!(key.kind.as_str()),
                json!(hint),
                json!(key.privileges.to_text()),
                json!(state),
            ]
        }));
        cursor = items.next_cursor;
        if cursor.is_none() {
            return output::table(
                args.json,
                &["id", "name", "kind", "hint", "scopes", "state"],
                &rows,
            );
        }
    }
}

fn revoke(args: &RevokeArgs) -> Result<(), Failure> {
    let app = open(&configure(&args.data)?)?;
    let actor = actor(&organization(&app, &args.organization)?);
    let id = KeyId::new(args.id.clone());
    block_on(app.write(move |write| keys::revoke(write, &actor, &id)))?;
    output::say(&format!("the key {} is revoked", args.id));
    Ok(())
}
