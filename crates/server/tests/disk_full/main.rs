//! The disk gets full: refused in clear words, read as before, and written again as soon as there is space (trust 3.3).

mod uploads;

use std::{io::Write, time::Duration};

use bench::durability::{
    self,
    ledger::{Outcome, Repetition, Writer},
    load,
    mount::Mount,
    process::{Account, Installation, Process},
};

/// The disk, and what lies on it that can be deleted.
const DISK: &str = "32m";
const BALLAST_BYTES: usize = 16 << 20;

/// Writers at the same time, so that commits are shared.
const WRITERS: usize = 4;

/// A message that fills a disk before one gets tired: about as long as one may be.
const TEXT_BYTES: usize = 4_900;

/// Messages of each writer after which the disk must be full.
const MESSAGES_MAX: usize = 4_000;

/// Messages that each writer tries while the disk is full.
const REFUSED: usize = 100;

/// How soon messages are stored again, once there is space.
const RECOVERY_MAX: Duration = Duration::from_secs(10);

/// How much more memory refusals may hold: nothing is kept for later.
const MEMORY_MAX_KIB: u64 = 4 * 1_024;

#[test]
fn a_full_disk_refuses_reads_on_and_recovers_by_itself() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let disk = match Mount::memory(directory.path(), DISK) {
        Ok(disk) => disk,
        Err(reason) => return say_skipped(&reason),
    };
    let ballast = disk.directory().join("ballast");
    std::fs::write(&ballast, vec![1; BALLAST_BYTES]).expect("the disk has space");
    let binary = env!("CARGO_BIN_EXE_parlour").as_ref();
    let installation = Installation::new(binary, &disk.directory().join("data"));
    let account = installation.init().expect("an organization is made");
    let mut server = installation.start().expect("the server starts");
    let address = server.address();

    let mut writers = fill(&account, &address);
    require_reading(&writers, &address);
    let memory_kib = server.memory_kib().expect("the server runs");
    let refused = require_refusals(&mut writers, &address);
    let more_kib = server
        .memory_kib()
        .expect("the server runs")
        .saturating_sub(memory_kib);
    assert!(
        more_kib <= MEMORY_MAX_KIB,
        "{more_kib} KiB more than before"
    );
    require_reading(&writers, &address);
    assert!(server.is_running(), "the server ended:\n{}", server.log());
    require_exact(&writers, &address);

    std::fs::remove_file(&ballast).expect("the ballast is there");
    durability::until(
        RECOVERY_MAX,
        "an acknowledgement after space was freed",
        || repeat(&mut writers[0], &address).is_ok().then_some(()),
    )
    .unwrap();
    for writer in &mut writers {
        writer
            .settle(&address)
            .expect("what was refused is accepted now");
    }
    require_whole(&writers, &address);
    let server = restart(server, &installation);
    require_whole(&writers, &server.address());
    println!("{refused} messages refused while the disk was full, {more_kib} KiB more memory");
}

/// Said past the test's captured output: nobody is to think that this was shown.
fn say_skipped(reason: &str) {
    let line = format!("DISK FULL SKIPPED, NOTHING WAS PROVED: {reason}\n");
    std::io::stderr()
        .write_all(line.as_bytes())
        .expect("standard error is there");
}

/// Writes until nothing more is accepted. The last message of every writer is one that was refused.
fn fill(account: &Account, address: &str) -> Vec<Writer> {
    let fill_one = |number: usize| {
        let mut writer = Writer::new(account, format!("visitor-{number}"));
        for message in 0..MESSAGES_MAX {
            let text = format!("visitor-{number} says {message} {}", "x".repeat(TEXT_BYTES));
            let entry = writer.send_text(address, text, Repetition::Safe);
            match entry.expect("accepted or refused").outcome {
                Outcome::Acknowledged(_) => {}
                outcome => {
                    require_clear(&outcome);
                    return writer;
                }
            }
        }
        panic!("the disk took more than it can hold");
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..WRITERS)
            .map(|number| scope.spawn(move || fill_one(number)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("a writer is done"))
            .collect()
    })
}

/// What is tried again is refused in the same words, however often; tells how often it was.
fn require_refusals(writers: &mut [Writer], address: &str) -> usize {
    std::thread::scope(|scope| {
        let threads: Vec<_> = writers
            .iter_mut()
            .map(|writer| {
                scope.spawn(move || {
                    let tries = (0..REFUSED).map(|_| repeat(writer, address));
                    tries
                        .filter(|tried| tried.as_ref().is_err_and(require_clear))
                        .count()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("a writer is done"))
            .sum()
    })
}

/// Sends the last message again where it was refused, else the next one.
fn repeat(writer: &mut Writer, address: &str) -> Result<(), Outcome> {
    let last = writer.entries().len() - 1;
    let entry = match writer.entries()[last].id() {
        Some(_) => writer.send_next(address),
        None => writer.repeat(address, last),
    };
    match entry.expect("accepted or refused").outcome {
        Outcome::Acknowledged(_) => Ok(()),
        outcome => Err(outcome),
    }
}

/// The sender learns what is the matter.
fn require_clear(outcome: &Outcome) -> bool {
    let Outcome::Failed(refusal) = outcome else {
        panic!("no answer at all: {outcome:?}");
    };
    assert_eq!(
        (refusal.status, refusal.code.as_str()),
        (507, "storage_full"),
        "{refusal:?}"
    );
    true
}

/// Everything that was written can be read, and the server says that it lives.
fn require_reading(writers: &[Writer], address: &str) {
    for writer in writers {
        let conversation = writer
            .conversation_id(address)
            .expect("the list can be read");
        let id = conversation.expect("a conversation");
        let url = format!("{address}/api/v1/conversations/{id}/messages?limit=1");
        let page = writer.get(&url).expect("messages can be read");
        assert_eq!(page["items"].as_array().map(Vec::len), Some(1), "{page}");
    }
    let agent = ureq::Agent::new_with_defaults();
    for path in ["/healthz", "/readyz"] {
        let answer = agent.get(format!("{address}{path}")).call();
        assert_eq!(answer.expect("the server lives").status(), 200, "{path}");
    }
}

/// What was acknowledged is there once, and what was refused is not.
fn require_exact(writers: &[Writer], address: &str) {
    let findings = load::check(writers, address).expect("the server answers");
    assert!(findings.are_none(), "{findings}\n{:#?}", findings.examples);
}

/// Nothing is left that was refused, and everything is there once.
fn require_whole(writers: &[Writer], address: &str) {
    assert!(writers.iter().all(|writer| writer.unsettled() == 0));
    require_exact(writers, address);
}

fn restart(server: Process, installation: &Installation) -> Process {
    server.stop().expect("the server stops gently");
    installation.start().expect("the server starts again")
}
