//! The binary `parlour` as people run it. On SQLite always: what the databases differ in is tested elsewhere.

mod attachments;
mod backup;
mod data;
mod doctor;
mod jobs;
mod killed;
mod restore;
mod secrecy;
mod serve;
mod settings;
mod webhooks;

use std::{
    collections::BTreeMap,
    fs::DirEntry,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use serde_json::Value;
use store::{Db, Location, Options, Verdict};
use tempfile::TempDir;
use testing::{client::Client, server::eventually};

/// How long a server or a command may be silent before a test gives up.
const SILENCE_MAX: Duration = Duration::from_secs(20);

/// What a command said.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    /// The JSON of a command that must have succeeded.
    fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The complaint of a command that must have failed and made no result.
    fn complaint(&self) -> &str {
        assert_eq!((self.code, self.out.as_str()), (Some(1), ""), "{self:?}");
        let complaint = self.err.strip_prefix("parlour: ");
        complaint
            .unwrap_or_else(|| panic!("no complaint: {self:?}"))
            .trim_end()
    }
}

/// A place for data, and the binary.
struct Parlour {
    place: TempDir,
}

impl Parlour {
    fn new() -> Self {
        let place = tempfile::tempdir().expect("a temporary directory");
        Self { place }
    }

    /// A data directory that is not there yet.
    fn data_dir(&self) -> PathBuf {
        self.place.path().join("data")
    }

    /// The binary with arguments and without any of the test's own variables.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_parlour"));
        command
            .args(arguments)
            .env_clear()
            .current_dir(self.place.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        said(self.command(arguments))
    }

    /// A command about the data, with what follows `--data-dir`.
    fn on_data(&self, arguments: &[&str]) -> Said {
        said(self.command_on_data(arguments))
    }

    fn command_on_data(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(arguments);
        command.arg("--data-dir").arg(self.data_dir());
        command
    }

    /// Makes the first organization and tells what was said.
    fn init(&self) -> Value {
        self.on_data(&[&["init"], &ORGANIZATION[..], &["--json"]].concat())
            .json()
    }

    /// Runs statements past the server, which must not run.
    fn run_sql(&self, statements: &'static [&'static str]) {
        let file = self.data_dir().join("parlour.db");
        let db = Db::open(&Options::new(Location::Sqlite(file)), drop).expect("a database");
        let ran = db.write_blocking(move |tx| {
            for sql in statements {
                tx.run(sql, &[])?;
            }
            Ok(Verdict::<(), ()>::Keep((), Vec::new()))
        });
        ran.expect("a commit").expect("nothing refuses");
    }

    /// Everything in the data directory: each name with what the file holds.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = std::fs::read_dir(self.data_dir()).expect("a directory");
        let file = |entry: std::io::Result<DirEntry>| {
            let entry = entry.expect("readable");
            let name = entry.file_name().into_string().expect("a text");
            (name, std::fs::read(entry.path()).expect("a file"))
        };
        entries.map(file).collect()
    }

    /// Starts a server on a free port.
    fn serve(&self) -> Serving {
        Serving::start(self.command_on_data(&["serve", "--listen", "127.0.0.1:0"]))
    }
}

/// An organization as it is named on the command line.
const ORGANIZATION: [&str; 6] = [
    "--organization",
    "Getwear",
    "--email",
    "olivia@getwear.com",
    "--name",
    "Olivia",
];

fn said(command: Command) -> Said {
    said_with_stdin(command, "")
}

fn said_with_stdin(mut command: Command, stdin: &str) -> Said {
    let mut child = command
        .stdin(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut pipe = child.stdin.take().expect("a pipe");
    // One that refuses may have ended before it read.
    drop(pipe.write_all(stdin.as_bytes()));
    drop(pipe);
    let pid = child.id();
    let (sender, ended) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait_with_output()));
    let Ok(output) = ended.recv_timeout(SILENCE_MAX) else {
        send_signal("-KILL", pid);
        panic!("it does not end: {command:?}");
    };
    let output = output.expect("it runs to its end");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Said {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

fn send_signal(signal: &str, pid: u32) {
    let sent = Command::new("kill")
        .args([signal, &pid.to_string()])
        .status();
    assert!(sent.expect("the tool kill").success());
}

/// A server that runs, and what it writes to stderr.
struct Serving {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Serving {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .spawn()
            .expect("the binary runs");
        let stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            stderr
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        let mut serving = Self {
            child,
            lines,
            seen: Vec::new(),
        };
        serving.wait_for("\"ready\"");
        serving
    }

    /// Waits for a line that holds a text.
    fn wait_for(&mut self, text: &str) -> String {
        loop {
            match self.lines.recv_timeout(SILENCE_MAX) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(error) => panic!("no line with {text:?}: {error}: {:#?}", self.seen),
            }
        }
    }

    /// Everything that a server said that has ended.
    fn rest(&mut self) -> String {
        self.seen.extend(self.lines.iter());
        self.seen.join("\n")
    }

    /// What the line said that told the server was ready.
    fn ready(&self) -> Value {
        let line = self.seen.iter().find(|line| line.contains("\"ready\""));
        serde_json::from_str(line.expect("it was waited for")).expect("a log line in JSON")
    }

    fn stranger(&self) -> Client {
        let address = self.ready()["address"].as_str().map(str::parse);
        Client::new(address.expect("an address").expect("an address and a port"))
    }

    fn client(&self, api_key: &Value) -> Client {
        self.stranger().with_key(api_key.as_str().expect("a key"))
    }

    /// Sends a signal and waits for the end.
    fn end(&mut self, signal: &str) -> ExitStatus {
        send_signal(signal, self.child.id());
        eventually("the end of the server", || {
            self.child.try_wait().expect("a child")
        })
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(path).expect("it is there");
    metadata.permissions().mode() & 0o077 == 0
}
