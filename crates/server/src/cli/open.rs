//! What commands that touch the data share: configuration, directory, application, organization.

use std::{future::Future, os::unix::fs::DirBuilderExt, path::Path, sync::Arc};

use app::{Actor, App, clock::Clock};
use model::{id::OrganizationId, organization::Organization};
use store::Location;

use super::{DataArgs, Failure, OrganizationArgs};
use crate::{
    config::{self, Config},
    disk,
};

/// Organizations looked at to find the only one.
const ORGANIZATIONS_MAX: i64 = 100;

/// The configuration of a command.
pub(super) fn configure(args: &DataArgs) -> Result<Config, Failure> {
    let (config, _) = config::read(&args.flags(), |name| std::env::var(name).ok())?;
    Ok(config)
}

/// Opens the application over data that exist.
pub(super) fn open(config: &Config) -> Result<App, Failure> {
    require_data(config)?;
    open_new(config)
}

/// Refuses a data directory without a database: nothing is made in the place of what is missing.
pub(super) fn require_data(config: &Config) -> Result<(), Failure> {
    if let Location::Sqlite(path) = config.database_options().location
        && !path.exists()
    {
        let directory = config.data_dir.display();
        return Err(format!(
            "there is no Parlour in {directory}; begin with `parlour init --data-dir {directory} …`"
        ));
    }
    Ok(())
}

/// Opens the application, and makes the data directory and the database where they are not there.
pub(super) fn open_new(config: &Config) -> Result<App, Failure> {
    prepare_directory(config)?;
    let sealer = config.sealer()?;
    App::open(
        &config.database_options(),
        Arc::new(Clock::system()),
        config.app_settings(),
        sealer,
    )
    .map_err(|error| error.to_string())
}

/// Makes the data directory, and refuses it for SQLite on a disk that SQLite cannot rely on.
pub(super) fn prepare_directory(config: &Config) -> Result<(), Failure> {
    make_directory(&config.data_dir)?;
    let is_local = !config.database_url.is_empty() || config.database.allow_network_filesystem;
    match disk::find_remote(&config.data_dir) {
        Ok(Some(name)) if !is_local => Err(format!(
            "{} is on {name}, where a SQLite database can be damaged: use a local disk or PostgreSQL, or set database.allow_network_filesystem",
            config.data_dir.display()
        )),
        _ => Ok(()),
    }
}

/// Makes the data directory, for its owner only.
pub(super) fn make_directory(directory: &Path) -> Result<(), Failure> {
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory);
    made.map_err(|error| {
        format!(
            "the data directory {} cannot be made: {error}",
            directory.display()
        )
    })
}

/// Runs the asynchronous part of a short command.
pub(super) fn block_on<T>(future: impl Future<Output = app::Result<T>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| format!("the runtime cannot start: {error}"))?;
    runtime.block_on(future).map_err(|error| error.to_string())
}

/// The organizations there are, oldest first.
pub(super) fn organizations(app: &App) -> Result<Vec<Organization>, Failure> {
    block_on(app.read(|tx| Ok(store::organizations::list(tx, ORGANIZATIONS_MAX)?)))
}

/// The organization a command names, or the only one.
pub(super) fn organization(app: &App, args: &OrganizationArgs) -> Result<Organization, Failure> {
    if let Some(id) = &args.organization {
        let wanted = OrganizationId::new(id.clone());
        let found = block_on(app.read(move |tx| Ok(store::organizations::find(tx, &wanted)?)))?;
        return found.ok_or_else(|| format!("there is no organization {id}"));
    }
    let mut found = organizations(app)?;
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(
            "there is no organization yet; make one with `parlour organization create`".to_owned(),
        ),
        (Some(_), false) => {
            Err("there are several organizations; name one with --organization ID".to_owned())
        }
    }
}

/// Who the command line acts as.
pub(super) fn actor(organization: &Organization) -> Actor {
    Actor::System {
        organization: organization.number,
    }
}

/// A password's hash, where a command was told to read one from stdin.
pub(super) fn password_from_stdin(is_wanted: bool) -> Result<Option<String>, Failure> {
    if !is_wanted {
        return Ok(None);
    }
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .map_err(|error| format!("the password cannot be read: {error}"))?;
    let password = line.trim_end_matches(['\n', '\r']);
    app::password::hash(password)
        .map(Some)
        .map_err(|error| error.to_string())
}
