//! PostgreSQL is stopped and started while messages come in: refused at once meanwhile, and nothing is lost (trust 3.4).

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    time::Duration,
};

use bench::durability::{
    self,
    ledger::{Entry, Outcome, Refusal, Writer},
    load,
};
use testing::postgres_server::{PostgresServer, Stop};

use crate::{Deployment, deploy};

/// How often PostgreSQL goes away.
const OUTAGES: usize = 6;

/// Writers at the same time.
const WRITERS: usize = 8;

/// No answer takes longer, outage or not.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// How soon messages are acknowledged again, once PostgreSQL accepts connections.
const RECOVERY_MAX: Duration = Duration::from_secs(5);

/// How long a writer waits before it sends a message again.
const RETRY: Duration = Duration::from_millis(20);

/// Answers in a row that are waited for, in each state.
const ANSWERS: usize = 100;

#[test]
fn an_outage_of_postgresql_refuses_at_once_and_loses_nothing() {
    let mut database = PostgresServer::start();
    let deployment = deploy(&database.url());
    let server = deployment.installation.start().expect("the server starts");
    let load = Load::start(&deployment, &server.address());
    let probe = Writer::new(&deployment.account, "probe".to_owned());
    let ready = format!("{}/readyz", server.address());
    for outage in 0..OUTAGES {
        load.wait_for(ANSWERS, |outcome| {
            matches!(outcome, Outcome::Acknowledged(_))
        });
        database.stop([Stop::Immediate, Stop::Fast][outage % 2]);
        load.wait_for(ANSWERS, |outcome| {
            let Outcome::Failed(refusal) = outcome else {
                return false;
            };
            require_honest(refusal);
            true
        });
        assert!(probe.get(&ready).is_err(), "ready without a database");
        database.start_again();
        load.forget();
        durability::until(RECOVERY_MAX, "an acknowledgement", || {
            load.answers
                .try_iter()
                .find(|outcome| matches!(outcome, Outcome::Acknowledged(_)))
        })
        .unwrap();
    }
    let writers = load.end();
    let findings = load::check(&writers, &server.address()).expect("the server answers");
    assert!(findings.are_none(), "{findings}\n{:#?}", findings.examples);
    let slowest = writers.iter().map(Writer::slowest).max().unwrap();
    let acknowledged: usize = writers.iter().map(|writer| writer.entries().len()).sum();
    println!(
        "{OUTAGES} outages, {acknowledged} messages acknowledged, {findings}, slowest answer {slowest:?}"
    );
    assert!(slowest < ANSWER_MAX, "an answer took {slowest:?}");
}

/// The sender is told to come again, and soon.
fn require_honest(refusal: &Refusal) {
    assert_eq!(refusal.status, 503, "{refusal:?}");
    let seconds = refusal
        .retry_after
        .as_deref()
        .and_then(|text| text.parse::<u64>().ok());
    assert!(
        seconds.is_some_and(|seconds| (1..=5).contains(&seconds)),
        "{refusal:?}"
    );
}

/// Writers that send every message until it is acknowledged.
struct Load {
    threads: Vec<std::thread::JoinHandle<Writer>>,
    answers: Receiver<Outcome>,
    is_over: Arc<AtomicBool>,
}

impl Load {
    fn start(deployment: &Deployment, address: &str) -> Self {
        let (told, answers) = mpsc::channel();
        let is_over = Arc::new(AtomicBool::new(false));
        let threads = (0..WRITERS).map(|number| {
            let writer = Writer::new(&deployment.account, format!("visitor-{number}"));
            let (address, told, is_over) = (address.to_owned(), told.clone(), Arc::clone(&is_over));
            std::thread::spawn(move || write(writer, &address, &told, &is_over))
        });
        Self {
            threads: threads.collect(),
            answers,
            is_over,
        }
    }

    /// Waits for so many answers in a row of a kind; those of requests that were under way before come first.
    fn wait_for(&self, count: usize, is_wanted: impl Fn(&Outcome) -> bool) {
        let mut row = 0;
        while row < count {
            let outcome = self.answers.recv_timeout(ANSWER_MAX);
            row = if is_wanted(&outcome.expect("an answer in time")) {
                row + 1
            } else {
                0
            };
        }
    }

    /// Leaves out what was answered so far.
    fn forget(&self) {
        self.answers.try_iter().for_each(drop);
    }

    fn end(self) -> Vec<Writer> {
        self.is_over.store(true, Ordering::Relaxed);
        let threads = self.threads.into_iter();
        threads
            .map(|thread| thread.join().expect("a writer does not panic"))
            .collect()
    }
}

fn write(
    mut writer: Writer,
    address: &str,
    told: &Sender<Outcome>,
    is_over: &AtomicBool,
) -> Writer {
    while !is_over.load(Ordering::Relaxed) {
        let mut entry: Entry = writer.send_next(address).expect("no other refusal");
        while entry.id().is_none() {
            told.send(entry.outcome).expect("somebody listens");
            std::thread::park_timeout(RETRY);
            let index = writer.entries().len() - 1;
            entry = writer.repeat(address, index).expect("no other refusal");
        }
        told.send(entry.outcome).expect("somebody listens");
    }
    writer
}
