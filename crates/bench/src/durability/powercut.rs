//! The power is cut under load, again and again (trust 3.2).
//!
//! The data lie on an ext4 file system in a file. The server is stopped in the middle of its work and the file copied:
//! that is what a disk has when the power fails, without what the kernel still held in memory. The server then starts
//! on the copy, of which the next round makes another one. The cache inside of a disk is not modelled: a disk that lies
//! about flushes loses more than this shows.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, config::DbConfig};
use tempfile::TempDir;

use super::{
    Options, Report, Result,
    experiment::Experiment,
    mount::{self, Mount},
    process::{Installation, Process},
};
use crate::progress::Stop;

/// What the data of many rounds need; only what is written takes space, and time when it is copied.
const IMAGE_BYTES: u64 = 2 << 30;

pub(super) fn run(options: &Options, directory: &TempDir, stop: &Stop) -> Result<Report> {
    let mut disk = match Disk::make(directory.path()) {
        Ok(disk) => disk,
        Err(reason) => return Ok(Report::of_skipped("powercut", reason)),
    };
    let mut installation = disk.installation(options);
    let mut experiment = Experiment::begin("powercut", options, &installation, stop)?;
    let mut server = installation.start()?;
    for _ in 0..options.rounds {
        let running = experiment.load(&server)?;
        disk = disk.cut(server)?;
        installation = disk.installation(options);
        require_integrity(&disk.data().join("parlour.db"))?;
        server = installation.start()?;
        experiment.recover(running, &server)?;
    }
    experiment.end(&server)
}

/// A disk in a file, mounted.
struct Disk {
    /// Where all disks and their mounts are.
    directory: PathBuf,
    number: u64,
    mount: Mount,
}

impl Disk {
    /// An empty disk.
    fn make(directory: &Path) -> Result<Self> {
        mount::make_image(&image(directory, 0), IMAGE_BYTES)?;
        Self::mount(directory, 0)
    }

    fn mount(directory: &Path, number: u64) -> Result<Self> {
        let place = directory.join(format!("disk-{number}"));
        std::fs::create_dir(&place).map_err(|error| format!("{}: {error}", place.display()))?;
        Ok(Self {
            directory: directory.to_owned(),
            number,
            mount: Mount::image(&place, &image(directory, number))?,
        })
    }

    fn data(&self) -> PathBuf {
        self.mount.directory().join("data")
    }

    fn installation(&self, options: &Options) -> Installation {
        Experiment::set(Installation::new(&options.binary, &self.data()))
    }

    /// What would be left if the power failed now. The server, which has no power any more, is gone with this disk.
    fn cut(self, server: Process) -> Result<Disk> {
        server.freeze()?;
        let (old, new) = (self.number, self.number + 1);
        mount::copy_image(&image(&self.directory, old), &image(&self.directory, new))?;
        server.kill();
        drop(self.mount);
        let old = image(&self.directory, old);
        std::fs::remove_file(&old).map_err(|error| format!("{}: {error}", old.display()))?;
        Self::mount(&self.directory, new)
    }
}

fn image(directory: &Path, number: u64) -> PathBuf {
    directory.join(format!("disk-{number}.img"))
}

/// Nothing in the file is damaged, and it stays as it was found: the log is left for the server to recover from.
fn require_integrity(path: &Path) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let check = || -> rusqlite::Result<String> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.query_row("pragma integrity_check", [], |row| row.get(0))
    };
    match check() {
        Ok(said) if said == "ok" => Ok(()),
        Ok(said) => Err(format!("the database is damaged after a power cut: {said}")),
        Err(error) => Err(format!(
            "the database cannot be opened after a power cut: {error}"
        )),
    }
}
