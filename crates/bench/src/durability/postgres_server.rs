//! A PostgreSQL server of one's own, on a free port, that can be stopped in any way and is gone when dropped.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use super::Result;

/// Ports that are tried, as another process may take one between our look and the server's start.
const PORTS_TRIED: usize = 5;

/// Starts a server, says its port, and stops and starts it as it is told until its standard input is closed: that
/// happens when the process that holds the other end is gone, however it ended. `pg_ctl` puts the server into a session
/// of its own.
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
while read -r command; do
    case $command in
        stop-*) $as_owner "$bin/pg_ctl" stop -D "$home/data" -m "${command#stop-}" -w -s -t 60 ;;
        start) $as_owner "$bin/pg_ctl" start -D "$home/data" -l "$home/data/server.log" -w -s -t 60 -o "$options" ;;
        *) false ;;
    esac </dev/null >/dev/null 2>&1 && echo "$command" || echo "$command failed"
done
"#;

/// How a server is stopped.
#[derive(Clone, Copy, Debug)]
pub enum Stop {
    /// Transactions are undone and connections are told.
    Fast,
    /// Every process ends at once, as in a crash; the next start recovers.
    Immediate,
}

/// A server that runs until it is dropped, or until this process is gone.
pub struct PostgresServer {
    port: u16,
    /// None while it is dropped.
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    shell: Child,
}

impl PostgresServer {
    /// Makes an empty cluster and starts it.
    pub fn start() -> Result<Self> {
        let mut shell = Command::new("sh")
            .args(["-c", PRIVATE_SERVER, "parlour-test-postgres"])
            .args(free_ports()?)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("there is no shell to start PostgreSQL with: {error}"))?;
        let stdout = shell.stdout.take().expect("standard output is piped");
        let mut server = Self {
            port: 0,
            commands: shell.stdin.take(),
            answers: BufReader::new(stdout),
            shell,
        };
        let port = server.answer()?.parse();
        server.port =
            port.map_err(|_| "PostgreSQL did not start; the shell said why".to_owned())?;
        Ok(server)
    }

    /// The address of the database that is there from the beginning.
    pub fn url(&self) -> String {
        self.url_through(self.port)
    }

    /// The same through a proxy of this machine that listens on another port.
    pub fn url_through(&self, port: u16) -> String {
        format!("postgres://postgres@127.0.0.1:{port}/postgres")
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Stops it; nothing listens any more when this returns.
    pub fn stop(&mut self, how: Stop) -> Result<()> {
        self.command(match how {
            Stop::Fast => "stop-fast",
            Stop::Immediate => "stop-immediate",
        })
    }

    /// Starts it again; it accepts connections when this returns.
    pub fn start_again(&mut self) -> Result<()> {
        self.command("start")
    }

    fn command(&mut self, command: &str) -> Result<()> {
        let commands = self.commands.as_mut().expect("it is not dropped");
        let told = writeln!(commands, "{command}");
        told.map_err(|error| format!("PostgreSQL's shell is gone: {error}"))?;
        match self.answer()? {
            answer if answer == command => Ok(()),
            answer => Err(format!("PostgreSQL did not obey {command}: {answer}")),
        }
    }

    fn answer(&mut self) -> Result<String> {
        let mut line = String::new();
        let read = self.answers.read_line(&mut line);
        read.map_err(|error| format!("PostgreSQL's shell is gone: {error}"))?;
        Ok(line.trim().to_owned())
    }
}

/// Ports that are free now, as text.
fn free_ports() -> Result<Vec<String>> {
    let listeners: std::io::Result<Vec<TcpListener>> = (0..PORTS_TRIED)
        .map(|_| TcpListener::bind("127.0.0.1:0"))
        .collect();
    let listeners = listeners.map_err(|error| format!("there is no free port: {error}"))?;
    let ports = listeners.iter().map(|listener| {
        let address = listener.local_addr();
        Ok(address
            .map_err(|error| error.to_string())?
            .port()
            .to_string())
    });
    ports.collect()
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.commands.take());
        self.shell.wait().map(drop).unwrap_or_default();
    }
}
