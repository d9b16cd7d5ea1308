//! `parlour backup`: a whole copy of the database, also while a server writes.

mod attachments;
mod content;
mod files;
mod progress;

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use app::sealing::{KEY_FILE, Sealer};
use clap::Args;
use serde_json::{Value, json};
use store::Location;
use tokio::sync::oneshot;

use super::{
    DataArgs, Failure,
    open::{configure, require_data},
    output,
};
use crate::{
    config::{Config, FileStorage},
    disk, lifecycle,
};

pub(super) use attachments::{Copied, copy_files, directory_beside};
pub(super) use content::{Content, require_whole};
pub(super) use files::{
    BackupFiles, beside, digest, directory_of, is_same, sync_directory, unreadable, unwritable,
    write_whole,
};
pub(super) use progress::Progress;

/// Bytes that a backup leaves free: the disk may be the one that the server writes to.
const RESERVE_BYTES: u64 = 64 << 20;

/// What to do on PostgreSQL, which has tools of its own for this.
const ON_POSTGRES: &str = "PostgreSQL is backed up with its own tools: `pg_dump --format=custom`; after pg_restore run \
    `parlour restore --renew-epoch`, and keep secret.key or secret_key with the dump";

#[derive(Args)]
pub(super) struct BackupArgs {
    #[command(flatten)]
    data: DataArgs,
    /// The file to write; FILE.sha256, FILE.key and the directory FILE.files are put beside it
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Write over a backup that is there
    #[arg(long)]
    force: bool,
    /// Print one JSON value
    #[arg(long)]
    json: bool,
}

/// A copy that was made and found whole, and not yet given its name.
struct Copy {
    content: Content,
    size_bytes: u64,
    digest: String,
}

/// The file under its temporary name; removed unless it is published.
struct Draft {
    path: PathBuf,
    /// Keeps a second backup to the same name away.
    _lock: File,
    is_published: bool,
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_published
            && let Err(error) = fs::remove_file(&self.path)
        {
            output::say(&unwritable(&self.path, &error));
        }
    }
}

pub(super) fn run(args: &BackupArgs) -> Result<(), Failure> {
    let config = configure(&args.data)?;
    let Location::Sqlite(database) = config.database_options().location else {
        return Err(ON_POSTGRES.to_owned());
    };
    require_data(&config)?;
    let files = BackupFiles::of(&args.to);
    require_free(args, &files, &database)?;
    require_room(&files, &database)?;
    let mut draft = begin(&files)?;
    let copy = copy_until_interrupted(database, draft.path.clone())?;
    let attachments = copy_attachments(&config, &draft.path, &files)?;
    let key = write_key(&config, &files)?;
    publish(&mut draft, &files, &copy)?;
    show(args, &files, &copy, &attachments, key.as_deref(), &config)
}

/// Refuses to write over anything that was not named for it.
fn require_free(args: &BackupArgs, files: &BackupFiles, database: &Path) -> Result<(), Failure> {
    let name = files.database.display();
    if is_same(&files.database, database) {
        return Err(format!("{name} is the database itself"));
    }
    if files.database.is_dir() {
        return Err(format!("{name} is a directory: name a file in it"));
    }
    let taken = [&files.database, &files.checksum, &files.key]
        .into_iter()
        .find(|path| path.exists());
    match taken {
        Some(path) if !args.force => Err(format!(
            "{} is there already; write over it with --force",
            path.display()
        )),
        _ => Ok(()),
    }
}

fn require_room(files: &BackupFiles, database: &Path) -> Result<(), Failure> {
    let directory = directory_of(&files.database);
    let space = disk::space(directory).map_err(|error| unwritable(&files.database, &error))?;
    let metadata = fs::metadata(database).map_err(|error| unreadable(database, &error))?;
    if space.free_bytes < metadata.len() + RESERVE_BYTES {
        return Err(format!(
            "{} has {} free, and the backup needs {}",
            directory.display(),
            output::size(space.free_bytes),
            output::size(metadata.len() + RESERVE_BYTES)
        ));
    }
    Ok(())
}

/// Takes the temporary name. What a killed backup left there is written over.
fn begin(files: &BackupFiles) -> Result<Draft, Failure> {
    let path = beside(&files.database, ".part");
    let lock = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|error| unwritable(&path, &error))?;
    match lock.try_lock() {
        Err(TryLockError::WouldBlock) => Err(format!(
            "another backup writes {} now",
            files.database.display()
        )),
        // A disk without locks is trusted not to be written by two at once.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(Draft {
            path,
            _lock: lock,
            is_published: false,
        }),
    }
}

/// Copies on a thread of its own, which a signal leaves behind: then nothing gets its name.
fn copy_until_interrupted(database: PathBuf, to: PathBuf) -> Result<Copy, Failure> {
    let (sender, copied) = oneshot::channel();
    let copy_apart = async {
        std::thread::spawn(move || {
            // Where nobody listens any more, the process is about to end.
            drop(sender.send(copy(&database, &to)));
        });
        copied.await.map_err(|_| "the copy failed".to_owned())?
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the runtime cannot start: {error}"))?;
    runtime.block_on(async {
        tokio::select! {
            // Signals are listened for before there is anything to interrupt.
            biased;
            signal = lifecycle::signal() => {
                signal.map_err(|error| format!("signals cannot be waited for: {error}"))?;
                Err("interrupted: no backup was written".to_owned())
            }
            copied = copy_apart => copied,
        }
    })
}

fn copy(database: &Path, to: &Path) -> Result<Copy, Failure> {
    let mut progress = Progress::start("copying");
    store::backup::copy(database, to, |copied| progress.show_and_pause(copied))
        .map_err(|error| format!("the copy failed: {error}"))?;
    drop(progress);
    Ok(Copy {
        content: require_whole(to)?,
        size_bytes: fs::metadata(to)
            .map_err(|error| unreadable(to, &error))?
            .len(),
        digest: digest(to)?,
    })
}

/// Puts the bytes of attachments beside the backup, after its database: what was uploaded since is not in it.
fn copy_attachments(
    config: &Config,
    database: &Path,
    files: &BackupFiles,
) -> Result<Copied, Failure> {
    match config.file_storage()? {
        FileStorage::Disk(from) => {
            let to = directory_beside(&files.database);
            let copied = copy_files(database, &from, &to)?;
            attachments::prune(database, &to)?;
            Ok(copied)
        }
        FileStorage::S3(place) => {
            output::say(&format!(
                "Attachments are in the bucket {}: keep its versions, or copy it after this.",
                place.bucket
            ));
            Ok(Copied::default())
        }
    }
}

/// Puts the data directory's key beside the backup, and tells its name; none where the key is not there.
fn write_key(config: &Config, files: &BackupFiles) -> Result<Option<PathBuf>, Failure> {
    let source = config.data_dir.join(KEY_FILE);
    let is_there = Sealer::find(&source).map_err(|error| error.to_string())?;
    if is_there.is_none() || !config.secret_key.is_empty() {
        return Ok(None);
    }
    let text = fs::read(&source).map_err(|error| unreadable(&source, &error))?;
    write_whole(&files.key, &text).map_err(|error| unwritable(&files.key, &error))?;
    Ok(Some(files.key.clone()))
}

/// Gives the copy its name. An older checksum goes first: a backup without one is checked less, one with a wrong one is
/// refused.
fn publish(draft: &mut Draft, files: &BackupFiles, copy: &Copy) -> Result<(), Failure> {
    let mut published = || {
        if files.checksum.exists() {
            fs::remove_file(&files.checksum)?;
        }
        fs::rename(&draft.path, &files.database)?;
        draft.is_published = true;
        files.write_checksum(&copy.digest)?;
        sync_directory(directory_of(&files.database))
    };
    published().map_err(|error| unwritable(&files.database, &error))
}

fn show(
    args: &BackupArgs,
    files: &BackupFiles,
    copy: &Copy,
    attachments: &Copied,
    key: Option<&Path>,
    config: &Config,
) -> Result<(), Failure> {
    let text = |path: &Path| json!(path.display().to_string());
    let size = if args.json {
        json!(copy.size_bytes)
    } else {
        json!(output::size(copy.size_bytes))
    };
    let mut pairs = vec![
        ("file", "Backup", text(&files.database)),
        ("sizeBytes", "Size", size),
        ("sha256", "SHA-256", json!(copy.digest)),
        ("keyFile", "Key", key.map_or(Value::Null, text)),
        ("attachments", "Attachments", json!(attachments.count)),
    ];
    pairs.extend(copy.content.pairs(args.json));
    output::pairs(args.json, &pairs)?;
    if attachments.missing > 0 {
        output::say(&format!(
            "{} attachments are missing here and in the backup.",
            attachments.missing
        ));
    }
    if key.is_some() {
        output::say(
            "The key opens the secrets in the backup: keep it elsewhere, or whoever has the backup has them too.",
        );
    } else if !config.secret_key.is_empty() {
        output::say(
            "The secrets in the backup open with secret_key of the configuration only: keep it too.",
        );
    }
    Ok(())
}
