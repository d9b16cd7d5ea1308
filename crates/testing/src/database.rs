//! Databases of one's own: a SQLite file or a fresh PostgreSQL database, gone when dropped.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use postgres::{Client, NoTls};
use store::{Db, Location, Options};
use tempfile::TempDir;

/// Names a server to make databases in; `scripts/with-postgres.sh` sets it.
const URL_VARIABLE: &str = "PARLOUR_DATABASE_URL";

/// Ports that are tried, as another process may take one between our look and the server's start.
const PORTS_TRIED: usize = 5;

/// Starts a server, says its port, and waits until its standard input is closed: that happens when the process
/// that holds the other end is gone, however it ended. `pg_ctl` puts the server into a session of its own.
const PRIVATE_SERVER: &str = r#"
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -x "$bin/initdb" ] || bin=$(dirname "$(command -v initdb || echo missing/initdb)")
[ -x "$bin/initdb" ] || { echo "PostgreSQL is missing: install Debian's package postgresql" >&2; exit 1; }

# A memory file system makes fsync cheap without turning it off; below 1 GiB it might fill up.
parent=${TMPDIR:-/tmp}
free_kib=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
[ ! -w /dev/shm ] || [ "${free_kib:-0}" -lt 1048576 ] || parent=/dev/shm

home=$(mktemp -d "$parent/parlour-test-postgres.XXXXXX")
as_owner=
clean_up() {
    [ ! -f "$home/data/postmaster.pid" ] ||
        $as_owner "$bin/pg_ctl" stop -D "$home/data" -m immediate -w -s </dev/null >/dev/null 2>&1 || true
    rm -rf "$home"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP PIPE
cd "$home"

# PostgreSQL refuses to run as root.
if [ "$(id -u)" -eq 0 ]; then
    chown postgres: "$home"
    as_owner='setpriv --reuid=postgres --regid=postgres --init-groups'
    command -v setpriv >/dev/null || as_owner='runuser -u postgres --'
fi
$as_owner "$bin/initdb" -D "$home/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
    --no-sync --no-instructions </dev/null >"$home/log" 2>&1 || { cat "$home/log" >&2; exit 1; }

running=
for port in "$@"; do
    options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$home -c max_connections=300"
    $as_owner "$bin/pg_ctl" start -D "$home/data" -l "$home/data/server.log" -w -s -t 60 -o "$options" \
        </dev/null >/dev/null 2>&1 && running=$port && break
done
[ -n "$running" ] || { cat "$home/data/server.log" >&2; exit 1; }
echo "$running"
read -r _ || true
"#;

/// A database for one test.
pub struct TestDatabase {
    location: Location,
    /// The directory of the SQLite file.
    _directory: Option<TempDir>,
}

impl TestDatabase {
    /// An empty SQLite file in a directory of its own.
    pub fn sqlite() -> Self {
        let directory = tempfile::tempdir().expect("a directory for temporary files");
        Self {
            location: Location::Sqlite(directory.path().join("parlour.db")),
            _directory: Some(directory),
        }
    }

    /// A migrated PostgreSQL database in the server that the environment names, or in one of this process.
    pub fn postgres() -> Self {
        Self {
            location: Location::Postgres(apart(|| server().create_database())),
            _directory: None,
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
    /// The shell that ends the server when this process, and with it the shell's standard input, is gone.
    _guard: Option<Child>,
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let (url, guard) = match std::env::var(URL_VARIABLE) {
            Ok(url) => (url, None),
            Err(_) => {
                let (url, guard) = start_private_server();
                (url, Some(guard))
            }
        };
        let mut server = Server {
            url,
            template: "template0".to_owned(),
            _guard: guard,
        };
        let template = server.create_database();
        let options = Options::new(Location::Postgres(template.clone()));
        drop(Db::open(&options, drop).expect("the template is migrated"));
        split_url(&template).1.clone_into(&mut server.template);
        server
    })
}

fn start_private_server() -> (String, Child) {
    let listeners: Vec<TcpListener> = (0..PORTS_TRIED)
        .map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"))
        .collect();
    let ports: Vec<String> = listeners
        .iter()
        .map(|listener| listener.local_addr().expect("a bound listener has a port"))
        .map(|address| address.port().to_string())
        .collect();
    drop(listeners);
    let mut guard = Command::new("sh")
        .args(["-c", PRIVATE_SERVER, "parlour-test-postgres"])
        .args(ports)
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell to start PostgreSQL with");
    let mut port = String::new();
    let said = guard.stdout.take().expect("standard output is piped");
    BufReader::new(said)
        .read_line(&mut port)
        .expect("the shell says a port or ends");
    let port = port.trim();
    assert!(
        !port.is_empty(),
        "PostgreSQL did not start; the shell said why"
    );
    (
        format!("postgres://postgres@127.0.0.1:{port}/postgres"),
        guard,
    )
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
