//! The data directory: the disk under it, and who may read what is in it.

use std::{
    fs::{self, Metadata},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
};

use app::sealing::KEY_FILE;

use super::{
    super::{backup::beside, output},
    report::{Check, Report},
};
use crate::{config::Config, disk};

/// Below this nothing much can be written any more.
const FREE_BYTES_MIN: u64 = 64 << 20;

/// Below this, or below a twentieth of the disk, it is time to make room.
const FREE_BYTES_LOW: u64 = 1 << 30;

/// Bits that let others than the owner in.
const OTHERS: u32 = 0o077;

/// Bits that let others into a directory, to files whose names they know.
const OTHERS_MAY_ENTER: u32 = 0o011;

pub(super) fn check_disk(config: &Config, report: &mut Report) {
    let directory = &config.data_dir;
    let name = directory.display();
    match disk::space(directory) {
        Err(error) => report.problem(
            Check::Disk,
            format!("{name} cannot be looked at: {error}"),
            "see that the directory is there",
        ),
        Ok(space) => {
            let text = format!(
                "{} of {} are free",
                output::size(space.free_bytes),
                output::size(space.total_bytes)
            );
            if space.free_bytes < FREE_BYTES_MIN {
                report.problem(Check::Disk, text, "make room: writes are about to fail");
            } else if space.free_bytes < FREE_BYTES_LOW || space.free_bytes < space.total_bytes / 20
            {
                report.warning(Check::Disk, text, "make room");
            } else {
                report.fine(Check::Disk, text);
            }
        }
    }
    let is_sqlite = config.database_url.is_empty();
    if let (true, Ok(Some(remote))) = (is_sqlite, disk::find_remote(directory)) {
        report.problem(
            Check::Disk,
            format!("{name} is on {remote}, where a SQLite database can be damaged"),
            "use a local disk or PostgreSQL",
        );
    }
}

pub(super) fn check_permissions(config: &Config, report: &mut Report) {
    let directory = &config.data_dir;
    let Ok(home) = fs::metadata(directory) else {
        // The check of the disk has said why.
        return;
    };
    if bits(&home) & OTHERS != 0 {
        report.warning(
            Check::Permissions,
            format!("{} is open to others", directory.display()),
            &format!("chmod 700 {}", directory.display()),
        );
    }
    let database = directory.join("parlour.db");
    for (path, is_secret) in [
        (directory.join(KEY_FILE), true),
        (beside(&database, "-wal"), false),
        (beside(&database, "-shm"), false),
        (database, false),
    ] {
        if let Ok(metadata) = fs::metadata(&path) {
            check_file(&path, &metadata, &home, is_secret, report);
        }
    }
    if report.is_fine(Check::Permissions) {
        report.fine(Check::Permissions, "what is kept is for its owner only");
    }
}

fn check_file(
    path: &Path,
    metadata: &Metadata,
    home: &Metadata,
    is_secret: bool,
    report: &mut Report,
) {
    let name = path.display();
    if metadata.uid() != home.uid() {
        report.problem(
            Check::Permissions,
            format!("{name} belongs to another account than its directory"),
            &format!(
                "chown --reference={} {name}",
                path.with_file_name("").display()
            ),
        );
    }
    if bits(metadata) & OTHERS == 0 {
        return;
    }
    let text = format!("{name} can be read by others");
    let remedy = format!("chmod 600 {name}");
    if is_secret || bits(home) & OTHERS_MAY_ENTER != 0 {
        report.problem(Check::Permissions, text, &remedy);
    } else {
        report.warning(
            Check::Permissions,
            format!("{text} if its directory ever can"),
            &remedy,
        );
    }
}

fn bits(metadata: &Metadata) -> u32 {
    metadata.permissions().mode()
}
