//! Kill -9 under load, again and again: what was acknowledged is there exactly once and in order (trust 3.1).

mod ledger;
mod process;

use std::sync::mpsc;

use ledger::{Entry, Outcome, Writer};
use process::Process;

/// How often the server is killed.
const ROUNDS: u64 = 30;

/// Threads that send at the same time, each to a visitor of its own in each round.
const WRITERS: u64 = 8;

#[test]
fn every_acknowledged_message_survives_exactly_once_and_in_order() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let account = process::init(directory.path());
    let mut written: Vec<Writer> = Vec::new();
    let mut unknown = 0;
    for round in 0..ROUNDS {
        let server = Process::start(directory.path());
        let mut writers = kill_under_load(server, &account, round);
        let server = Process::start(directory.path());
        for writer in &mut writers {
            unknown += writer
                .entries
                .iter()
                .filter(|entry| entry.outcome == Outcome::Unknown)
                .count();
            // A sender that got no answer sends again, with the same key: then it is there once, whatever happened.
            writer.send_again(&server);
            writer.check(&server);
        }
        written.extend(writers);
        server.kill();
    }
    let server = Process::start(directory.path());
    for writer in &written {
        writer.check(&server);
    }
    server.kill();
    let acknowledged: usize = written.iter().map(|writer| writer.entries.len()).sum();
    println!(
        "{ROUNDS} rounds, {acknowledged} messages acknowledged, {unknown} of them only when sent again, 0 lost, 0 doubled"
    );
    assert!(
        acknowledged > (ROUNDS * WRITERS) as usize,
        "the load was too small to tell anything"
    );
}

/// Lets writers send until a number of messages that differs from round to round is acknowledged, and kills the server
/// while they go on.
fn kill_under_load(server: Process, account: &process::Account, round: u64) -> Vec<Writer> {
    let kill_after = 20 + round * 37 % 211;
    let (acknowledged, count) = mpsc::channel();
    let threads: Vec<_> = (0..WRITERS)
        .map(|number| {
            let mut writer = Writer::new(account, format!("visitor-{round}-{number}"));
            let (address, acknowledged) = (server.address(), acknowledged.clone());
            std::thread::spawn(move || {
                while let Entry {
                    outcome: Outcome::Acknowledged(_),
                    ..
                } = writer.send_next(&address)
                {
                    // Nobody counts any more once the server is killed.
                    acknowledged.send(()).unwrap_or_default();
                }
                writer
            })
        })
        .collect();
    for _ in 0..kill_after {
        count.recv().expect("writers send until the server is gone");
    }
    server.kill();
    threads
        .into_iter()
        .map(|thread| thread.join().expect("a writer does not panic"))
        .collect()
}
