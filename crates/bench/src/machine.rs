//! What a figure was measured on: without it no figure means anything.

use std::{fs, path::Path, thread};

use serde::Serialize;

/// The machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Machine {
    /// Cores that the bench and the servers share.
    pub(crate) cores: usize,
    /// The name of the processor.
    pub(crate) processor: String,
    /// Main memory.
    pub(crate) memory_mib: u64,
    /// The kernel's version.
    pub(crate) kernel: String,
    /// What the data lie on.
    pub(crate) filesystem: String,
}

impl Machine {
    /// This machine, with data in a directory. What the kernel does not tell is empty.
    pub(crate) fn here(directory: &Path) -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let directory = directory
            .canonicalize()
            .unwrap_or_else(|_| directory.to_owned());
        Self {
            cores: thread::available_parallelism().map_or(0, usize::from),
            processor: field(&read("/proc/cpuinfo"), "model name"),
            memory_mib: memory_mib(&read("/proc/meminfo")),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            filesystem: filesystem(&read("/proc/mounts"), &directory),
        }
    }
}

/// The first value of a name in lines of `name: value`.
fn field(text: &str, name: &str) -> String {
    let mut pairs = text.lines().filter_map(|line| line.split_once(':'));
    let found = pairs.find(|(key, _)| key.trim() == name);
    found.map_or(String::new(), |(_, value)| value.trim().to_owned())
}

fn memory_mib(meminfo: &str) -> u64 {
    let total = field(meminfo, "MemTotal");
    let kib = total.trim_end_matches("kB").trim().parse().unwrap_or(0_u64);
    kib / 1_024
}

/// The kind of the file system on which a directory lies: that of the longest mount point above it, the last of equals.
fn filesystem(mounts: &str, directory: &Path) -> String {
    let mounted = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((Path::new(words.next()?), words.next()?))
    });
    let above = mounted.filter(|(point, _)| directory.starts_with(point));
    let longest = above.max_by_key(|(point, _)| point.as_os_str().len());
    longest.map_or(String::new(), |(_, kind)| kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_lies_on_the_nearest_mount() {
        let mounts =
            "/dev/vda / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/vdb /tmp/disk xfs rw 0 0\n";
        for (directory, expected) in [
            ("/home/a", "ext4"),
            ("/tmp/x", "tmpfs"),
            ("/tmp/disk/x", "xfs"),
            ("/tmpx", "ext4"),
        ] {
            assert_eq!(filesystem(mounts, Path::new(directory)), expected);
        }
    }

    #[test]
    fn memory_and_processor_are_read() {
        assert_eq!(
            memory_mib("MemTotal:       16384000 kB\nMemFree: 1 kB\n"),
            16_000
        );
        assert_eq!(
            field("model name\t: Some CPU @ 3 GHz\n", "model name"),
            "Some CPU @ 3 GHz"
        );
        assert_eq!(field("", "model name"), "");
    }
}
