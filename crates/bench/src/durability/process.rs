//! The real binary on a data directory: made, started, watched, stopped dead.

use std::{
    collections::VecDeque,
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::Value;
use ureq::Agent;

use super::{Result, wait};
use crate::stopwatch;

/// Lines of a server's log that are kept for telling why it ended.
const LINES_KEPT: usize = 20;

/// How long a signal may take to stop every thread: those that wait for the disk finish first.
const FREEZE_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a server may take to stop gently.
const STOP_TIMEOUT: Duration = Duration::from_secs(40);

/// How long an answer is waited for: longer than a server may need for anything it does not hang at.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Connections that are kept: one for each writer of an experiment.
const CONNECTIONS_MAX: usize = 16;

/// What `init` printed.
#[derive(Clone, Debug)]
pub struct Account {
    /// The owner.
    pub agent_id: String,
    /// A key that may do everything.
    pub api_key: String,
    /// Names the organization to the widget.
    pub widget_id: String,
    /// What asks for it. All share its connections: those to servers that are gone would add up.
    pub(super) agent: Agent,
}

fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(ANSWER_TIMEOUT))
        .max_idle_connections(CONNECTIONS_MAX)
        .max_idle_connections_per_host(CONNECTIONS_MAX)
        .build();
    config.into()
}

/// A binary, its data directory and its settings.
#[derive(Clone, Debug)]
pub struct Installation {
    binary: PathBuf,
    directory: PathBuf,
    settings: Vec<(String, String)>,
}

impl Installation {
    /// Nothing of this machine's environment is in its settings, and no load that an experiment makes meets a limit.
    pub fn new(binary: &Path, directory: &Path) -> Self {
        Self {
            binary: binary.to_owned(),
            directory: directory.to_owned(),
            settings: Vec::new(),
        }
        .set("PARLOUR_LOG_FORMAT", "json")
        .set("PARLOUR_LIMITS_API_KEY_PER_SECOND", "1000000")
        .set("PARLOUR_LIMITS_API_KEY_PER_HOUR", "1000000000")
    }

    /// With one more variable.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PARLOUR_")) {
            command.env_remove(name);
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.env("PARLOUR_DATA_DIR", &self.directory);
        command
    }

    /// Makes the data directory with one organization.
    pub fn init(&self) -> Result<Account> {
        let made = self
            .command()
            .args(["init", "--organization", "Durability", "--json"])
            .args(["--email", "owner@example.com", "--name", "Owner"])
            .output()
            .map_err(|error| format!("{} does not run: {error}", self.binary.display()))?;
        let json: Value = serde_json::from_slice(&made.stdout).map_err(|_| {
            let said = String::from_utf8_lossy(&made.stderr);
            format!("init failed: {}", said.trim())
        })?;
        let text = |name: &str| {
            let text = json[name].as_str().map(str::to_owned);
            text.ok_or_else(|| format!("init told no {name}"))
        };
        Ok(Account {
            agent_id: text("agentId")?,
            api_key: text("apiKey")?,
            widget_id: text("widgetId")?,
            agent: agent(),
        })
    }

    /// Starts a server on a free port and waits for its word that it is ready.
    pub fn start(&self) -> Result<Process> {
        let begun = stopwatch::now();
        let mut child = self
            .command()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{} does not run: {error}", self.binary.display()))?;
        let stderr = child.stderr.take().expect("standard error is piped");
        let mut process = Process {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            ready_after: Duration::ZERO,
            log: Log::default(),
        };
        process.address = process.log.follow(stderr)?;
        process.ready_after = begun.elapsed();
        Ok(process)
    }
}

/// The last lines of a server's log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<VecDeque<String>>>);

impl Log {
    fn keep(&self, line: String) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LINES_KEPT {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    fn text(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().cloned().collect::<Vec<_>>().join("\n")
    }

    /// Reads until the server says where it listens, and goes on reading beside: a full pipe would stop the server.
    fn follow(&self, stderr: ChildStderr) -> Result<SocketAddr> {
        let mut lines = BufReader::new(stderr).lines().map_while(|line| line.ok());
        let address = lines.by_ref().find_map(|line| {
            let said: Option<Value> = serde_json::from_str(&line).ok();
            let said = said.filter(|said| said["message"] == "ready");
            self.keep(line);
            said.and_then(|said| said["address"].as_str()?.parse().ok())
        });
        let log = self.clone();
        std::thread::spawn(move || lines.for_each(|line| log.keep(line)));
        address.ok_or_else(|| {
            format!(
                "the server ended before it was ready; it said last:\n{}",
                self.text()
            )
        })
    }
}

/// A server that runs until it is killed or dropped.
pub struct Process {
    child: Child,
    address: SocketAddr,
    ready_after: Duration,
    log: Log,
}

impl Process {
    /// Where it listens, as `http://…`.
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    pub fn socket_address(&self) -> SocketAddr {
        self.address
    }

    /// How long it took from its start until it was ready.
    pub fn ready_after(&self) -> Duration {
        self.ready_after
    }

    /// The last lines of its log.
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// Memory that it holds, in KiB.
    pub fn memory_kib(&self) -> Result<u64> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        kib.ok_or_else(|| format!("{path} tells no VmRSS"))
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends the process without giving it a chance to do anything.
    pub fn kill(self) {
        drop(self);
    }

    /// Stops every thread where it is: nothing is written any more when this returns.
    pub fn freeze(&self) -> Result<()> {
        self.signal("-STOP")?;
        let tasks = format!("/proc/{}/task", self.child.id());
        wait::until(FREEZE_TIMEOUT, "the stop of every thread", || {
            let mut threads = fs::read_dir(&tasks).ok()?.flatten();
            threads
                .all(|thread| is_stopped(&thread.path()))
                .then_some(())
        })
    }

    /// Lets every thread go on.
    pub fn thaw(&self) -> Result<()> {
        self.signal("-CONT")
    }

    /// Asks it to stop gently, and waits until it did.
    pub fn stop(mut self) -> Result<()> {
        self.signal("-TERM")?;
        wait::until(STOP_TIMEOUT, "the gentle stop", || {
            (!self.is_running()).then_some(())
        })
    }

    fn signal(&self, name: &str) -> Result<()> {
        let sent = Command::new("kill")
            .args([name, &self.child.id().to_string()])
            .status();
        match sent {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("kill {name} ended with {status}")),
            Err(error) => Err(format!("kill does not run: {error}")),
        }
    }
}

/// The state of a thread stands behind its name, which is in parentheses and may hold anything.
fn is_stopped(thread: &Path) -> bool {
    fs::read_to_string(thread.join("stat")).is_ok_and(|stat| {
        stat.rsplit_once(") ")
            .is_some_and(|(_, rest)| rest.starts_with(['T', 't']))
    })
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself, which is no matter here.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}
