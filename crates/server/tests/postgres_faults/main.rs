//! PostgreSQL goes away under load, and connections break in the worst moment: exactly once all the same (trust 3.4).

mod outage;
mod proxy;
mod unknown;

use bench::durability::process::{Account, Installation};
use tempfile::TempDir;

/// The real binary over a database of PostgreSQL.
struct Deployment {
    installation: Installation,
    account: Account,
    _directory: TempDir,
}

/// Makes an organization in a database; the server is not started.
fn deploy(database_url: &str) -> Deployment {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let binary = env!("CARGO_BIN_EXE_parlour").as_ref();
    let installation = Installation::new(binary, directory.path())
        .set("PARLOUR_DATABASE_URL", database_url)
        .set("PARLOUR_DATABASE_WRITERS", "4");
    let account = installation.init().expect("an organization is made");
    Deployment {
        installation,
        account,
        _directory: directory,
    }
}
