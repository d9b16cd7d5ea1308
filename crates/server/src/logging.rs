//! The log: to stderr, for people on a terminal and as JSON elsewhere.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::LogConfig;

/// Starts the log.
pub(crate) fn start(config: &LogConfig) -> Result<(), String> {
    let filter = filter(&config.level)?;
    let is_terminal = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(is_terminal);
    let started = match config.format.as_str() {
        "text" => builder.try_init(),
        "auto" if is_terminal => builder.try_init(),
        _ => builder.json().flatten_event(true).try_init(),
    };
    // A second start in the same process, as in tests, keeps the first log.
    drop(started);
    Ok(())
}

/// What is logged. The library of NATS says the same at every attempt to connect; `nodes` says it once.
fn filter(level: &str) -> Result<EnvFilter, String> {
    let quiet = if level.contains("async_nats") {
        ""
    } else {
        ",async_nats=off"
    };
    EnvFilter::try_new(format!("{level}{quiet}")).map_err(|error| format!("log.level: {error}"))
}
