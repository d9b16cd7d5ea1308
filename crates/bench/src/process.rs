//! The processes that are measured: started on free ports, ended when they are dropped.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::{
    live,
    progress::{Progress, say},
    stopwatch,
    target::Target,
};

/// Longest wait for a process to say that it is ready; a debug build on a busy machine is slow.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// A free port of this machine.
const ANYWHERE: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

/// Settings under which nobody is refused for asking too much, and webhooks may reach this machine.
const SETTINGS: [(&str, &str); 7] = [
    ("PARLOUR_LOG_FORMAT", "json"),
    ("PARLOUR_LIMITS_API_KEY_PER_SECOND", "1000000"),
    ("PARLOUR_LIMITS_API_KEY_BURST", "1000000"),
    ("PARLOUR_LIMITS_API_KEY_PER_HOUR", "1000000000"),
    ("PARLOUR_LIMITS_PING_PER_AGENT_PER_MINUTE", "1000000000"),
    ("PARLOUR_LIMITS_PING_BURST", "1000000000"),
    ("PARLOUR_WEBHOOKS_ALLOW_NETWORKS", "127.0.0.0/8"),
];

/// What `parlour init` made.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    /// The owner, who sends.
    pub(crate) agent_id: String,
    /// The key of requests.
    pub(crate) api_key: String,
    /// Names the organization to the widget.
    pub(crate) widget_id: String,
}

/// A process that is measured.
pub(crate) struct Process {
    child: Child,
    /// What it was made with.
    pub(crate) account: Account,
    /// How it is asked.
    pub(crate) target: Target,
}

impl Process {
    /// Resident memory in MiB, as the kernel counts it; none where it does not tell.
    pub(crate) fn memory_mib(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        resident_mib(&status.ok()?)
    }
}

impl Process {
    /// Time of processors that it has used.
    pub(crate) fn processor_time(&self) -> Option<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        processor_time(&stat.ok()?)
    }

    /// Asks it to end, and waits until it did.
    pub(crate) fn stop(mut self, progress: &Progress) -> Result<(), String> {
        let id = i32::try_from(self.child.id()).ok();
        let id = id
            .and_then(Pid::from_raw)
            .ok_or("a process without an id")?;
        kill_process(id, Signal::TERM).map_err(|error| format!("a signal was refused: {error}"))?;
        let begun_at = stopwatch::now();
        while !matches!(self.child.try_wait(), Ok(Some(_))) {
            progress.show(0.0)?;
            if stopwatch::now() - begun_at > READY_WITHIN {
                return Err("a server did not end when it was asked to".to_owned());
            }
            stopwatch::pause();
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only where the process has ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The time of processors in a process's stat: its 14th and 15th field, in hundredths of a second. The second is its name,
/// in parentheses, and may hold anything.
fn processor_time(stat: &str) -> Option<Duration> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(Duration::from_millis((user + system) * 10))
}

/// The resident memory in a process's status.
fn resident_mib(status: &str) -> Option<f64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1_024.0)
}

/// The binary that is measured.
#[derive(Clone, Debug)]
pub(crate) struct Binary(pub(crate) PathBuf);

impl Binary {
    /// A command of the binary, with nothing of this environment in its configuration.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.0);
        let names = std::env::vars_os().map(|(name, _)| name);
        for name in names.filter(|name| name.as_encoded_bytes().starts_with(b"PARLOUR_")) {
            command.env_remove(name);
        }
        command.stdin(Stdio::null());
        command
    }

    /// Makes a data directory with one organization.
    pub(crate) fn init(&self, directory: &Path) -> Result<Account, String> {
        let mut command = self.command();
        command.args(["init", "--organization", "Bench", "--name", "Owner"]);
        command.args(["--email", "owner@example.com", "--json", "--data-dir"]);
        let made = command.arg(directory).output();
        let made = made.map_err(|error| format!("{} does not run: {error}", self.0.display()))?;
        if !made.status.success() {
            return Err(String::from_utf8_lossy(&made.stderr).trim().to_owned());
        }
        let account: Value = serde_json::from_slice(&made.stdout)
            .map_err(|error| format!("`parlour init` did not print JSON: {error}"))?;
        let text = |name: &str| {
            let text = account[name].as_str().map(str::to_owned);
            text.ok_or_else(|| format!("`parlour init` did not print {name}"))
        };
        Ok(Account {
            agent_id: text("agentId")?,
            api_key: text("apiKey")?,
            widget_id: text("widgetId")?,
        })
    }

    /// Starts the server on a data directory and waits until it is ready.
    pub(crate) fn serve(
        &self,
        directory: &Path,
        account: &Account,
        progress: &Progress,
    ) -> Result<Process, String> {
        self.serve_at(&ANYWHERE.into(), directory, account, progress)
    }

    /// The same at an address of one's choice.
    pub(crate) fn serve_at(
        &self,
        address: &SocketAddr,
        directory: &Path,
        account: &Account,
        progress: &Progress,
    ) -> Result<Process, String> {
        let mut command = self.command();
        command
            .args(["serve", "--listen", &address.to_string(), "--data-dir"])
            .arg(directory)
            .envs(SETTINGS)
            .envs(live::SETTINGS)
            .stderr(Stdio::piped());
        let mut child = self.spawn(&mut command)?;
        let stderr = child.stderr.take().expect("stderr is piped");
        wait_until_ready(child, stderr, account.clone(), progress, |line| {
            let line: Value = serde_json::from_str(line).ok()?;
            let address = line["address"]
                .as_str()
                .filter(|_| line["message"] == "ready");
            address.map(str::to_owned)
        })
    }

    /// Starts the floor on a directory and waits until it is ready.
    pub(crate) fn serve_floor(
        &self,
        directory: &Path,
        progress: &Progress,
    ) -> Result<Process, String> {
        let mut command = self.command();
        command
            .args(["bench", "floor", "--dir"])
            .arg(directory)
            .stdout(Stdio::piped());
        let mut child = self.spawn(&mut command)?;
        let stdout = child.stdout.take().expect("stdout is piped");
        let account = Account {
            agent_id: "floorfloorfloor22".to_owned(),
            api_key: "floor".to_owned(),
            widget_id: String::new(),
        };
        wait_until_ready(child, stdout, account, progress, |line| {
            line.strip_prefix("ready ").map(str::to_owned)
        })
    }

    fn spawn(&self, command: &mut Command) -> Result<Child, String> {
        let child = command.spawn();
        child.map_err(|error| format!("{} does not run: {error}", self.0.display()))
    }
}

/// Reads what a process says until that tells where it listens; then goes on reading, as a full pipe would stop it.
fn wait_until_ready(
    child: Child,
    output: impl Read + Send + 'static,
    account: Account,
    progress: &Progress,
    address: impl Fn(&str) -> Option<String> + Send + 'static,
) -> Result<Process, String> {
    let mut process = Process {
        child,
        account: account.clone(),
        target: Target {
            address: ANYWHERE.into(),
            host: String::new(),
            api_key: account.api_key,
            agent_id: account.agent_id,
        },
    };
    let (ready, is_ready) = mpsc::channel();
    thread::spawn(move || {
        let mut last = String::new();
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some(address) = address(&line) {
                ready.send(Ok(address)).unwrap_or_default();
            }
            if line.contains(r#""level":"ERROR""#) {
                say(&line);
            }
            last = line;
        }
        // Nobody waits any more where it was ready once.
        ready.send(Err(last)).unwrap_or_default();
    });
    let said = progress.wait_within(&is_ready, READY_WITHIN)?;
    let host = said.map_err(|last| format!("a server ended before it was ready: {last}"))?;
    process.target.address = host
        .parse()
        .map_err(|_| format!("a server listens on {host:?}, which is no address"))?;
    process.target.host = host;
    Ok(process)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_from_the_status() {
        let status = "Name:\tparlour\nVmPeak:\t  999 kB\nVmRSS:\t   20992 kB\nThreads:\t9\n";
        assert_eq!(resident_mib(status), Some(20.5));
        assert_eq!(resident_mib("Name:\tparlour\n"), None);
    }

    #[test]
    fn processor_time_is_read_from_the_stat() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4 9 0 0 0 123 45 0 0 20 0 3 0";
        assert_eq!(processor_time(stat), Some(Duration::from_millis(1_680)));
        assert_eq!(processor_time("7 (a"), None);
    }
}
