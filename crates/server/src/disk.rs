//! What lies under a directory: how much room there is, and whether SQLite can work there.

use std::{io, path::Path};

/// File systems over which several machines may reach one file, by the numbers that Linux gives them. SQLite's log needs
/// memory that is shared by everybody who has the file open, and locks that hold; neither is certain there (trust 1.1).
const REMOTE: [(i64, &str); 10] = [
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB2"),
    (0x0102_1997, "9P"),
    (0x6573_5546, "FUSE"),
    (0x00c3_6400, "Ceph"),
    (0x5346_414f, "AFS"),
    (0x0bd0_0bd0, "Lustre"),
    (0x7461_636f, "OCFS2"),
];

/// The room on a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Space {
    /// Bytes that may still be written.
    pub(crate) free_bytes: u64,
    /// Bytes in all.
    pub(crate) total_bytes: u64,
}

/// The room under a directory, for whoever is not its administrator.
pub(crate) fn space(directory: &Path) -> io::Result<Space> {
    let found = rustix::fs::statvfs(directory)?;
    Ok(Space {
        free_bytes: found.f_bavail.saturating_mul(found.f_frsize),
        total_bytes: found.f_blocks.saturating_mul(found.f_frsize),
    })
}

/// The name of the file system under a directory where it is one that SQLite cannot rely on.
pub(crate) fn find_remote(directory: &Path) -> io::Result<Option<&'static str>> {
    Ok(name_of(rustix::fs::statfs(directory)?.f_type as i64))
}

fn name_of(number: i64) -> Option<&'static str> {
    // Some platforms extend the sign of 32 bits.
    let number = number & 0xffff_ffff;
    REMOTE
        .iter()
        .find(|(remote, _)| *remote == number)
        .map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remote_file_systems_are_known_by_their_numbers() {
        assert_eq!(name_of(0x6969), Some("NFS"));
        assert_eq!(name_of(-0x00ac_b2be), Some("CIFS"));
        let (ext, btrfs, tmpfs) = (0xef53, 0x9123_683e, 0x0102_1994);
        assert!(
            [ext, btrfs, tmpfs]
                .into_iter()
                .all(|local| name_of(local).is_none())
        );
    }

    #[test]
    fn a_directory_has_room() {
        let directory = tempfile::tempdir().unwrap();
        let space = space(directory.path()).unwrap();
        assert!(space.free_bytes > 0 && space.free_bytes <= space.total_bytes);
        assert!(super::space(&directory.path().join("missing")).is_err());
    }
}
