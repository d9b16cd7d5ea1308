//! The stack of `/live` before Autobahn's fuzzing client, where there is a Python 2.7 to run it.

use std::process::Command;

use tokio::{net::TcpListener, runtime::Runtime};

/// The exit code of the script where there is nothing to run the suite with.
const SKIPPED: i32 = 77;

#[test]
fn autobahn_finds_no_fault() {
    let runtime = Runtime::new().expect("a runtime");
    let listener = runtime
        .block_on(TcpListener::bind("127.0.0.1:0"))
        .expect("a free port");
    let address = listener.local_addr().expect("an address");
    let serving = runtime.spawn(server::serve_echo(listener));
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let cache = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("autobahn");
    let judged = Command::new("python3")
        .current_dir(root)
        .args([
            "scripts/autobahn.py",
            &format!("ws://{address}/"),
            "--cache",
        ])
        .arg(cache)
        .output()
        .expect("python3 runs");
    serving.abort();
    let said = String::from_utf8_lossy(&judged.stdout).into_owned()
        + &String::from_utf8_lossy(&judged.stderr);
    match judged.status.code() {
        Some(0) => {}
        Some(SKIPPED) => eprintln!("AUTOBAHN WAS NOT RUN: {said}"),
        _ => panic!("{said}"),
    }
}
