//! The real binary on a data directory.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

/// What `init` printed.
pub(crate) struct Account {
    pub(crate) agent_id: String,
    pub(crate) api_key: String,
}

/// The binary, with nothing of this machine's environment in its configuration.
fn parlour() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlour"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PARLOUR_")) {
        command.env_remove(name);
    }
    command
}

pub(crate) fn init(directory: &Path) -> Account {
    let made = parlour()
        .args([
            "init",
            "--organization",
            "Crash",
            "--email",
            "owner@example.com",
            "--name",
            "Owner",
            "--json",
        ])
        .arg("--data-dir")
        .arg(directory)
        .output()
        .expect("the binary runs");
    let json: Value = serde_json::from_slice(&made.stdout).expect("init prints JSON");
    let text = |name: &str| json[name].as_str().expect("a text").to_owned();
    Account {
        agent_id: text("agentId"),
        api_key: text("apiKey"),
    }
}

/// A server that runs until it is killed.
pub(crate) struct Process {
    child: Child,
    address: String,
}

impl Process {
    /// Starts a server on a free port and waits for its word that it is ready.
    pub(crate) fn start(directory: &Path) -> Self {
        let mut child = parlour()
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(directory)
            .env("PARLOUR_LOG_FORMAT", "json")
            .env("PARLOUR_LIMITS_API_KEY_PER_SECOND", "1000000")
            .env("PARLOUR_LIMITS_API_KEY_PER_HOUR", "1000000000")
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut lines = BufReader::new(child.stderr.take().expect("stderr is piped")).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .filter_map(|line| serde_json::from_str::<Value>(&line).ok())
            .find(|line| line["message"] == "ready")
            .and_then(|line| line["address"].as_str().map(str::to_owned))
            .expect("the server says that it is ready");
        // A full pipe would stop the server.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self {
            child,
            address: format!("http://{address}"),
        }
    }

    pub(crate) fn address(&self) -> String {
        self.address.clone()
    }

    /// Ends the process without giving it a chance to do anything.
    pub(crate) fn kill(self) {
        drop(self);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().expect("the server can be killed");
        self.child.wait().expect("the server ends");
    }
}
