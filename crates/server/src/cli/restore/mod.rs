//! `parlour restore`: brings a backup back as a new history, while no server runs.

mod place;

use std::{
    fs,
    path::{Path, PathBuf},
};

use app::{
    clock::Clock,
    ids,
    sealing::{KEY_FILE, Sealer},
};
use clap::Args;
use model::time;
use serde_json::{Value, json};
use store::{Location, inspect::Inspector};

use super::{
    DataArgs, Failure,
    backup::{
        BackupFiles, Content, Copied, copy_files, digest, directory_beside, is_same, require_whole,
        unreadable, unwritable, write_whole,
    },
    lock,
    open::{configure, make_directory, prepare_directory, require_data},
    output,
    sealed::{find_sealer, find_unreadable},
};
use crate::{
    config::{Config, FileStorage},
    disk,
};

/// What to do on PostgreSQL, which has tools of its own for this.
const ON_POSTGRES: &str =
    "PostgreSQL is restored with its own tools: `pg_restore`, then `parlour restore --renew-epoch`";

#[derive(Args)]
pub(super) struct RestoreArgs {
    #[command(flatten)]
    data: DataArgs,
    /// The backup
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "renew_epoch",
        conflicts_with = "renew_epoch"
    )]
    from: Option<PathBuf>,
    /// Only begin a new history of the database that is there, which pg_restore or a snapshot brought back
    #[arg(long)]
    renew_epoch: bool,
    /// Put the database that is there aside
    #[arg(long)]
    force: bool,
    /// Print one JSON value
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &RestoreArgs) -> Result<(), Failure> {
    let config = configure(&args.data)?;
    match (&args.from, config.database_options().location) {
        (None, location) => renew(args, &config, &location),
        (Some(_), Location::Postgres(_)) => Err(ON_POSTGRES.to_owned()),
        (Some(from), Location::Sqlite(database)) => restore(args, &config, from, &database),
    }
}

fn restore(
    args: &RestoreArgs,
    config: &Config,
    from: &Path,
    database: &Path,
) -> Result<(), Failure> {
    let directory = &config.data_dir;
    let files = BackupFiles::of(from);
    if is_same(from, database) {
        return Err(format!("{} is the database itself", from.display()));
    }
    if lock::is_taken(directory)? {
        return Err(running(directory));
    }
    if database.exists() && !args.force {
        return Err(format!(
            "{} holds a database already; put it aside with --force",
            directory.display()
        ));
    }
    require_checksum(&files)?;
    let content = require_whole(from)?;

    prepare_directory(config)?;
    require_room(directory, from)?;
    let _lock = lock::take(directory)?.ok_or_else(|| running(directory))?;
    place::require_unused(database)?;
    bring_key(config, &files)?;
    let epoch = ids::epoch();
    let draft = place::prepare(from, database, &epoch)?;
    let attachments = bring_attachments(config, from)?;
    let stamp = time::stamp(Clock::system().now());
    let aside = place::swap(&draft, database, &stamp)?;
    show(args, config, &files, &content, &epoch, aside.as_deref())?;
    if attachments.missing > 0 {
        output::say(&format!(
            "{} attachments are not in the backup and not in {}: their messages show links that lead nowhere",
            attachments.missing,
            config.data_dir.display()
        ));
    }
    Ok(())
}

/// Refuses a backup that is not what was written; where there is no checksum, SQLite's own check must do.
fn require_checksum(files: &BackupFiles) -> Result<(), Failure> {
    match files.find_checksum()? {
        None => {
            output::say(&format!(
                "{} is not there: a flipped bit in a text would not be seen",
                files.checksum.display()
            ));
            Ok(())
        }
        Some(expected) if expected == digest(&files.database)? => Ok(()),
        Some(_) => Err(format!(
            "{} is not what was backed up: its SHA-256 is not the one in {}",
            files.database.display(),
            files.checksum.display()
        )),
    }
}

fn require_room(directory: &Path, from: &Path) -> Result<(), Failure> {
    let needed = fs::metadata(from)
        .map_err(|error| unreadable(from, &error))?
        .len();
    let space = disk::space(directory).map_err(|error| unwritable(directory, &error))?;
    if space.free_bytes < needed {
        return Err(format!(
            "{} has {} free, and the backup needs {}",
            directory.display(),
            output::size(space.free_bytes),
            output::size(needed)
        ));
    }
    Ok(())
}

/// Takes the attachments of the backup along that the data directory does not have.
fn bring_attachments(config: &Config, from: &Path) -> Result<Copied, Failure> {
    match config.file_storage()? {
        FileStorage::Disk(to) => copy_files(from, &directory_beside(from), &to),
        FileStorage::S3(_) => Ok(Copied::default()),
    }
}

/// Takes the key of the backup along where the data directory has none.
fn bring_key(config: &Config, files: &BackupFiles) -> Result<(), Failure> {
    let ours = config.data_dir.join(KEY_FILE);
    if !config.secret_key.is_empty() || ours.exists() {
        return Ok(());
    }
    let found = Sealer::find(&files.key).map_err(|error| error.to_string())?;
    if found.is_some() {
        let text = fs::read(&files.key).map_err(|error| unreadable(&files.key, &error))?;
        write_whole(&ours, &text).map_err(|error| unwritable(&ours, &error))?;
    }
    Ok(())
}

fn show(
    args: &RestoreArgs,
    config: &Config,
    files: &BackupFiles,
    content: &Content,
    epoch: &str,
    aside: Option<&Path>,
) -> Result<(), Failure> {
    let Location::Sqlite(database) = config.database_options().location else {
        return Err(ON_POSTGRES.to_owned());
    };
    let sealer = find_sealer(config)?;
    let mut inspector =
        Inspector::open(&Location::Sqlite(database)).map_err(|error| error.to_string())?;
    let unreadable = find_unreadable(&mut inspector, sealer.as_ref())?;
    drop(inspector);
    let text = |path: &Path| json!(path.display().to_string());
    let mut pairs = vec![
        ("file", "Backup", text(&files.database)),
        ("dataDir", "Restored to", text(&config.data_dir)),
        ("setAside", "Set aside", aside.map_or(Value::Null, text)),
        ("epoch", "New epoch", json!(epoch)),
        (
            "unreadableEndpoints",
            "Unreadable secrets",
            json!(unreadable.count),
        ),
    ];
    pairs.extend(content.pairs(args.json));
    output::pairs(args.json, &pairs)?;
    if !unreadable.is_empty() {
        output::say(&format!(
            "{}, which is not the key of {}: put that key there as {KEY_FILE}, or give these new secrets",
            unreadable.describe(),
            config.data_dir.display()
        ));
    }
    Ok(())
}

/// Begins a new history of a database that something else brought back.
fn renew(args: &RestoreArgs, config: &Config, location: &Location) -> Result<(), Failure> {
    require_data(config)?;
    make_directory(&config.data_dir)?;
    let _lock = match location {
        Location::Sqlite(_) => {
            Some(lock::take(&config.data_dir)?.ok_or_else(|| running(&config.data_dir))?)
        }
        Location::Postgres(_) => None,
    };
    let epoch = ids::epoch();
    store::backup::begin_history(location, &epoch).map_err(|error| error.to_string())?;
    output::pairs(args.json, &[("epoch", "New epoch", json!(epoch))])
}

fn running(directory: &Path) -> Failure {
    format!("a server runs on {}: stop it first", directory.display())
}
