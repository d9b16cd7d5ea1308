//! File systems of one's own: a disk in a file whose power can be cut, and a small disk that gets full.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use super::Result;

/// Mounts, says so, and waits until its standard input is closed: that happens when the process that holds the other
/// end is gone, however it ended. A loop device goes with its mount.
const GUARD: &str = r#"
directory=$1
shift
trap '' INT TERM HUP
mount "$@" "$directory" || exit 1
echo mounted
read -r _ || true
umount "$directory" 2>/dev/null || umount -l "$directory"
"#;

/// A mounted file system. It is unmounted when this is dropped, and when this process ends in whatever way.
pub struct Mount {
    directory: PathBuf,
    guard: Child,
}

impl Mount {
    /// A file system in memory, `size` as in `32m`, mounted on a directory that exists.
    pub fn memory(directory: &Path, size: &str) -> Result<Self> {
        Self::start(
            directory,
            &["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"],
        )
    }

    /// The ext4 file system of an image, mounted on a directory that exists. What is not synced stays in memory for
    /// long: the journal is not written by itself in ten minutes.
    pub fn image(directory: &Path, image: &Path) -> Result<Self> {
        let image = image.to_str().ok_or("the path of the image is not text")?;
        Self::start(directory, &["-t", "ext4", "-o", "loop,commit=600", image])
    }

    fn start(directory: &Path, how: &[&str]) -> Result<Self> {
        let mut guard = Command::new("sh")
            .args(["-c", GUARD, "mount-guard"])
            .arg(directory)
            .args(how)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("no shell to mount with: {error}"))?;
        let mut said = String::new();
        let stdout = guard.stdout.take().expect("standard output is piped");
        BufReader::new(stdout)
            .read_line(&mut said)
            .map_err(|error| error.to_string())?;
        if said.trim() == "mounted" {
            return Ok(Self {
                directory: directory.to_owned(),
                guard,
            });
        }
        let ended = guard
            .wait_with_output()
            .map_err(|error| error.to_string())?;
        let why = String::from_utf8_lossy(&ended.stderr);
        Err(format!("cannot mount: {}", why.trim()))
    }

    /// Where it is mounted.
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        self.guard.wait().map(drop).unwrap_or_default();
    }
}

/// Makes an empty ext4 file system in a sparse file.
pub(super) fn make_image(image: &Path, size_bytes: u64) -> Result<()> {
    let file = fs::File::create(image).map_err(|error| format!("{}: {error}", image.display()))?;
    file.set_len(size_bytes)
        .map_err(|error| format!("{}: {error}", image.display()))?;
    // Blocks as large as those of a real disk's file system.
    run(Command::new("mkfs.ext4")
        .args(["-q", "-F", "-b", "4096"])
        .arg(image))
}

/// Copies what the disk has at this moment: everything that was handed to it, and nothing that waits in memory.
pub(super) fn copy_image(from: &Path, to: &Path) -> Result<()> {
    run(Command::new("cp").arg("--sparse=always").args([from, to]))
}

fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("{name} does not run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr);
    Err(format!("{name} failed: {}", why.trim()))
}
