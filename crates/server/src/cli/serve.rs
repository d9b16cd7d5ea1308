//! `parlour serve`.

use std::sync::Arc;

use app::clock::Clock;
use clap::Args;

use super::{DataArgs, Failure, lock, open, output};
use crate::{
    config::{self, Config, Flags},
    lifecycle, logging,
    wire::Server,
};

#[derive(Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    data: DataArgs,
    /// The address and port to listen on
    #[arg(long, value_name = "ADDR:PORT", env = "PARLOUR_LISTEN")]
    listen: Option<String>,
    /// How others reach this server
    #[arg(long, value_name = "URL", env = "PARLOUR_PUBLIC_URL")]
    public_url: Option<String>,
    /// A NATS server, for several nodes on one PostgreSQL
    #[arg(
        long,
        value_name = "nats://…",
        env = "PARLOUR_NATS_URL",
        hide_env_values = true
    )]
    nats_url: Option<String>,
}

/// Runs the server until it is told to stop.
pub(super) fn run(args: &ServeArgs) -> Result<(), Failure> {
    let flags = Flags {
        listen: args.listen.clone(),
        public_url: args.public_url.clone(),
        nats_url: args.nats_url.clone(),
        ..args.data.flags()
    };
    let (config, _) = config::read(&flags, |name| std::env::var(name).ok())?;
    logging::start(&config.log)?;
    open::prepare_directory(&config)?;
    let lock = if config.database_url.is_empty() {
        lock::take(&config.data_dir)
    } else {
        lock::share(&config.data_dir)
    };
    let _lock =
        lock?.ok_or_else(|| format!("another server runs on {}", config.data_dir.display()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| format!("the runtime cannot start: {error}"))?;
    runtime.block_on(serve(config))
}

async fn serve(config: Config) -> Result<(), Failure> {
    let data_dir = config.data_dir.display().to_string();
    let server = Server::start(config, Arc::new(Clock::system()))
        .await
        .map_err(|error| error.to_string())?;
    let organizations = server
        .app()
        .read(|tx| Ok(store::organizations::list(tx, 1)?))
        .await
        .map_err(|error| error.to_string())?;
    tracing::info!(address = %server.address(), url = server.public_url(), version = env!("CARGO_PKG_VERSION"), "ready");
    if organizations.is_empty() {
        output::say(&format!(
            "There is no organization yet. Begin with:\n  parlour organization create --data-dir {data_dir} --organization NAME --email EMAIL --name NAME"
        ));
    }
    let broken = tokio::select! {
        signal = lifecycle::signal() => { signal.map_err(|error| format!("signals cannot be waited for: {error}"))?; None }
        reason = server.app().db().wait_until_broken() => Some(reason),
    };
    if let Some(reason) = broken {
        server.abandon();
        return Err(format!(
            "the database failed and can no longer be trusted: {reason}"
        ));
    }
    tracing::info!("stopping");
    let drain = server.leave();
    if !drain.is_zero()
        && tokio::time::timeout(drain, lifecycle::signal())
            .await
            .is_ok()
    {
        tracing::warn!("stopped at once, by a second signal");
        return Ok(());
    }
    tokio::select! {
        is_clean = server.stop() => tracing::info!(is_clean, "stopped"),
        _ = lifecycle::signal() => tracing::warn!("stopped at once, by a second signal"),
    }
    Ok(())
}
