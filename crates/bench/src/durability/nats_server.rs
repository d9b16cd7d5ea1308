//! A NATS server of one's own, on a free port, that can be stopped and started again, and is gone when dropped.

use std::{
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::{Result, wait};

/// How long it may take to listen.
const READY_WITHIN: Duration = Duration::from_secs(20);

/// The name under which systems have it.
const PROGRAM: &str = "nats-server";

/// A server that runs until it is dropped.
pub(super) struct NatsServer {
    program: PathBuf,
    port: u16,
    running: Option<Child>,
}

impl NatsServer {
    /// Starts one that takes anybody; the system's where no program is named.
    pub(super) fn start(program: Option<&Path>) -> Result<Self> {
        let failed = |error: std::io::Error| format!("there is no free port: {error}");
        let free = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
        let port = free.local_addr().map_err(failed)?.port();
        drop(free);
        let mut server = Self {
            program: program.unwrap_or(Path::new(PROGRAM)).to_owned(),
            port,
            running: None,
        };
        server.start_again()?;
        Ok(server)
    }

    /// Its address.
    pub(super) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Ends it at once.
    pub(super) fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            // Both fail only where it has ended by itself.
            drop(running.kill());
            drop(running.wait());
        }
    }

    /// Starts it again on the same port; it listens when this returns.
    pub(super) fn start_again(&mut self) -> Result<()> {
        self.stop();
        let started = Command::new(&self.program)
            .args(["--addr", "127.0.0.1", "--port", &self.port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let program = self.program.display();
        self.running = Some(started.map_err(|error| {
            format!("{program} does not run ({error}): name one with --nats-server")
        })?);
        wait::until(READY_WITHIN, "the start of NATS", || {
            TcpStream::connect(("127.0.0.1", self.port)).ok()
        })
        .map(drop)
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.stop();
    }
}
