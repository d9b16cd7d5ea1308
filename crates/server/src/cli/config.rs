//! `parlour config …`.

use clap::{Args, Subcommand};
use serde_json::json;
use toml::Value;

use super::{DataArgs, Failure, output};
use crate::config::{self, NatsAddress};

#[derive(Subcommand)]
pub(super) enum ConfigCommand {
    /// Show every setting, its value and where that comes from
    Show(ConfigArgs),
    /// Check the configuration and say nothing when it is good
    Check(ConfigArgs),
}

#[derive(Args)]
pub(super) struct ConfigArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Print one JSON value
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &ConfigCommand) -> Result<(), Failure> {
    let (ConfigCommand::Show(args) | ConfigCommand::Check(args)) = command;
    let (_, settings) = config::read(&args.data.flags(), |name| std::env::var(name).ok())?;
    if matches!(command, ConfigCommand::Check(_)) {
        return Ok(());
    }
    let rows: Vec<_> = settings
        .into_iter()
        .map(|(name, (value, source))| {
            let shown = match name.as_str() {
                "database_url" => masked(&value),
                "nats_url" => without_proof(&value),
                "secret_key" | "files.s3_secret_key" if value.as_str() != Some("") => {
                    Value::String("••••".to_owned())
                }
                _ => value,
            };
            let shown = match shown {
                Value::String(text) => json!(text),
                Value::Integer(number) => json!(number),
                other => json!(other.to_string()),
            };
            vec![json!(name), shown, json!(source.to_string())]
        })
        .collect();
    output::table(args.json, &["setting", "value", "source"], &rows)
}

/// Addresses of NATS without password or token.
fn without_proof(urls: &Value) -> Value {
    let address = NatsAddress::parse(urls.as_str().unwrap_or_default());
    Value::String(address.map_or_else(|_| String::new(), |address| address.to_string()))
}

/// An address without its password.
fn masked(url: &Value) -> Value {
    let text = url.as_str().unwrap_or_default();
    let masked = text.split_once("://").and_then(|(scheme, rest)| {
        let (credentials, host) = rest.rsplit_once('@')?;
        let user = credentials.split(':').next().unwrap_or_default();
        Some(format!("{scheme}://{user}:••••@{host}"))
    });
    Value::String(masked.unwrap_or_else(|| text.to_owned()))
}
