//! The processes that are measured: started on free ports, ended when they are dropped.

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::{
    progress::{Progress, say},
    target::Target,
};

/// Longest wait for a process to say that it is ready; a debug build on a busy machine is slow.
const READY_WITHIN: Duration = Duration::from_secs(60);

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
}

/// A process that is measured.
pub(crate) struct Process {
    child: Child,
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

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only where the process has ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
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
        })
    }

    /// Starts the server on a data directory and waits until it is ready.
    pub(crate) fn serve(
        &self,
        directory: &Path,
        account: &Account,
        progress: &Progress,
    ) -> Result<Process, String> {
        let mut command = self.command();
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(directory)
            .envs(SETTINGS)
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
        target: Target {
            address: ([127, 0, 0, 1], 0).into(),
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
    use super::resident_mib;

    #[test]
    fn resident_memory_is_read_from_the_status() {
        let status = "Name:\tparlour\nVmPeak:\t  999 kB\nVmRSS:\t   20992 kB\nThreads:\t9\n";
        assert_eq!(resident_mib(status), Some(20.5));
        assert_eq!(resident_mib("Name:\tparlour\n"), None);
    }
}
