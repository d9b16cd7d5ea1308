//! How many files this process and those it starts may have open: each socket is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the bound on open files; tells why where that is not allowed.
pub(crate) fn raise_open_files(wanted: u64) -> Result<(), String> {
    let now = getrlimit(Resource::Nofile);
    if now.current.is_none_or(|current| current >= wanted) {
        return Ok(());
    }
    let raised = Rlimit {
        current: Some(wanted),
        maximum: now.maximum.map(|maximum| maximum.max(wanted)),
    };
    setrlimit(Resource::Nofile, raised).map_err(|error| {
        format!(
            "{wanted} open files are needed, and {:?} are allowed here: {error}",
            now.current
        )
    })
}
