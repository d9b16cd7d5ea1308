//! Databases of one's own: a SQLite file or a fresh PostgreSQL database, gone when dropped.

use std::{path::Path, sync::OnceLock};

use postgres::{Client, NoTls};
use store::{Db, Location, Options};
use tempfile::TempDir;

use crate::postgres_server::PostgresServer;

/// Names a server to make databases in; `scripts/with-postgres.sh` sets it.
const URL_VARIABLE: &str = "PARLOUR_DATABASE_URL";

/// A database for one test.
pub struct TestDatabase {
    location: Location,
    /// The directory of the SQLite file, and of whatever else a server keeps.
    directory: TempDir,
}

impl TestDatabase {
    /// An empty SQLite file in a directory of its own.
    pub fn sqlite() -> Self {
        let directory = make_directory();
        Self {
            location: Location::Sqlite(directory.path().join("parlour.db")),
            directory,
        }
    }

    /// A migrated PostgreSQL database in the server that the environment names, or in one of this process.
    pub fn postgres() -> Self {
        Self {
            location: Location::Postgres(apart(|| server().create_database())),
            directory: make_directory(),
        }
    }

    /// PostgreSQL where the environment names a server, otherwise SQLite.
    pub fn from_environment() -> Self {
        match std::env::var_os(URL_VARIABLE) {
            Some(_) => Self::postgres(),
            None => Self::sqlite(),
        }
    }

    /// Where it is.
    pub fn location(&self) -> Location {
        self.location.clone()
    }

    /// A directory of its own.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// How tests use it: with few threads, as every one of them is a process of PostgreSQL.
    pub fn options(&self) -> Options {
        Options {
            location: self.location(),
            readers: 2,
            writers: 4,
        }
    }

    /// Opens it, migrated; nobody hears its events.
    pub fn open(&self) -> Db {
        apart(|| Db::open(&self.options(), drop)).expect("a fresh database opens")
    }
}

fn make_directory() -> TempDir {
    tempfile::tempdir().expect("a directory for temporary files")
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Location::Postgres(url) = &self.location {
            let (_, name) = split_url(url);
            if let Err(error) = apart(|| server().drop_database(name)) {
                eprintln!("{name} could not be dropped: {error}");
            }
        }
    }
}

/// Runs what blocks on a thread of its own: `postgres` may not be used on a thread that runs async code.
pub fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| match scope.spawn(work).join() {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

/// The PostgreSQL server of this process.
struct Server {
    /// Address of the database from which others are made and dropped.
    url: String,
    /// A migrated database that others are copied from.
    template: String,
    /// The server, unless the environment named one.
    _own: Option<PostgresServer>,
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let (url, own) = match std::env::var(URL_VARIABLE) {
            Ok(url) => (url, None),
            Err(_) => {
                let own = PostgresServer::start();
                (own.url(), Some(own))
            }
        };
        let mut server = Server {
            url,
            template: "template0".to_owned(),
            _own: own,
        };
        let template = server.create_database();
        let options = Options::new(Location::Postgres(template.clone()));
        drop(Db::open(&options, drop).expect("the template is migrated"));
        split_url(&template).1.clone_into(&mut server.template);
        server
    })
}

impl Server {
    /// Makes a copy of the template under a name that nobody has, and tells its address.
    fn create_database(&self) -> String {
        let mut client = Client::connect(&self.url, NoTls).expect("the server accepts connections");
        let name: String = client
            .query_one(
                "select 'test_' || replace(gen_random_uuid()::text, '-', '')",
                &[],
            )
            .expect("a random name")
            .get(0);
        client
            .batch_execute(&format!(
                "create database {name} template {}",
                self.template
            ))
            .expect("a copy of the template");
        let (before, _) = split_url(&self.url);
        let after = self.url.split_once('?').map_or("", |(_, after)| after);
        format!("{before}/{name}?{after}")
            .trim_end_matches('?')
            .to_owned()
    }

    fn drop_database(&self, name: &str) -> Result<(), postgres::Error> {
        Client::connect(&self.url, NoTls)?
            .batch_execute(&format!("drop database if exists {name} with (force)"))
    }
}

/// What stands before the name of the database in its address, and the name.
fn split_url(url: &str) -> (&str, &str) {
    let without_options = url.split_once('?').map_or(url, |(before, _)| before);
    without_options
        .rsplit_once('/')
        .expect("an address of the form postgres://…/database")
}

/// Makes of each named `async fn name(database: TestDatabase)` two tests that run the same body: `name::sqlite` and
/// `name::postgres`. The functions stand beside it, where rustfmt sees them; one that is not listed is unused.
#[macro_export]
macro_rules! both_databases {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test]
            async fn sqlite() {
                super::$name($crate::database::TestDatabase::sqlite()).await;
            }

            #[tokio::test]
            async fn postgres() {
                super::$name($crate::database::TestDatabase::postgres()).await;
            }
        }
    )+};
}
