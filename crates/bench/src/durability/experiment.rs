//! What a crash and a power cut have in common: load before the fault, repetition and comparison after it.

use std::{
    collections::HashSet,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    Findings, Options, Report, Result,
    chance::Chance,
    ledger::Writer,
    load::{self, Load},
    process::{Account, Installation, Process},
    wait,
    webhooks::{self, Webhooks},
};
use crate::{
    progress::{Progress, Stop},
    stopwatch,
};

/// Writers at the same time.
const WRITERS: usize = 8;

/// The fault comes after some acknowledgements and then some time, so that it hits every part of an operation.
const ACKNOWLEDGED_BEFORE: std::ops::Range<u64> = 1..40;
const MILLISECONDS_BEFORE: std::ops::Range<u64> = 1..400;

/// What is known so far.
pub(super) struct Experiment {
    account: Account,
    webhooks: Webhooks,
    chance: Chance,
    written: Vec<Writer>,
    /// Conversations of the last round that are to be closed in the next.
    to_close: Vec<(String, String)>,
    /// Visitors whose conversations were closed.
    closed: HashSet<String>,
    report: Report,
    rounds: u64,
    progress: Progress,
    stop: Stop,
    begun: Instant,
}

impl Experiment {
    /// Makes an organization in the installation's directory, and an endpoint for webhooks.
    pub(super) fn begin(
        name: &str,
        options: &Options,
        installation: &Installation,
        stop: &Stop,
    ) -> Result<Self> {
        let begun = stopwatch::now();
        let account = installation.init()?;
        let server = installation.start()?;
        let webhooks = Webhooks::start(&account, &server.address())?;
        server.stop()?;
        Ok(Self {
            account,
            webhooks,
            chance: Chance::new(options.seed),
            written: Vec::new(),
            to_close: Vec::new(),
            closed: HashSet::new(),
            report: Report {
                name: name.to_owned(),
                ..Report::default()
            },
            rounds: options.rounds,
            progress: Progress::start(name.to_owned(), stop),
            stop: stop.clone(),
            begun,
        })
    }

    /// How every server of the experiment is set.
    pub(super) fn set(installation: Installation) -> Installation {
        webhooks::allow(installation)
    }

    /// Has writers send until the moment for the fault has come. They go on until it does.
    pub(super) fn load(&mut self, server: &Process) -> Result<Running> {
        let done = self.report.rounds;
        self.progress.show(done as f64 / self.rounds as f64)?;
        let name = format!("visitor-{done}");
        let load = Load::start(&self.account, &server.address(), &name, WRITERS);
        let running = Running {
            load,
            closing: self.close_beside(server.address()),
        };
        running
            .load
            .wait_for(self.chance.choose(ACKNOWLEDGED_BEFORE))?;
        wait::pause(Duration::from_millis(
            self.chance.choose(MILLISECONDS_BEFORE),
        ));
        Ok(running)
    }

    /// Closes conversations of the round before while others are written to; the fault may come in between.
    fn close_beside(&self, address: String) -> JoinHandle<()> {
        let (owner, conversations) = (self.owner(), self.to_close.clone());
        std::thread::spawn(move || {
            for (_, conversation) in conversations {
                if close(&owner, &address, &conversation).is_err() {
                    return;
                }
            }
        })
    }

    /// After the fault, on a server that was started again: repeats what had no answer, and compares this round.
    pub(super) fn recover(&mut self, running: Running, server: &Process) -> Result<()> {
        let mut writers = running.load.end()?;
        running
            .closing
            .join()
            .map_err(|_| "a closer panicked".to_owned())?;
        let address = server.address();
        let mut findings = Findings::default();
        for writer in &mut writers {
            self.report.unknown += writer.unsettled() as u64;
            writer.settle(&address)?;
            findings.add(writer.check(&address)?);
        }
        let owner = self.owner();
        for (visitor, conversation) in std::mem::take(&mut self.to_close) {
            let url = format!("{address}/api/v1/conversations/{conversation}");
            if owner.get(&url).is_ok() {
                close(&owner, &address, &conversation)?;
                self.closed.insert(visitor);
            } else {
                findings.lose(&format!("{visitor}, who was there a round ago"));
            }
        }
        for writer in writers.iter().step_by(2) {
            if let Some(conversation) = writer.conversation_id(&address)? {
                self.to_close
                    .push((writer.visitor_id().to_owned(), conversation));
            }
        }
        let ready_ms = server.ready_after().as_millis() as u64;
        self.report.slowest_start_ms = self.report.slowest_start_ms.max(ready_ms);
        self.report.rounds += 1;
        self.report.rounds_with_findings += u64::from(!findings.are_none());
        self.written.extend(writers);
        Ok(())
    }

    /// Compares everything at the end, and waits for the last webhooks.
    pub(super) fn end(mut self, server: &Process) -> Result<Report> {
        self.report.findings = load::check(&self.written, &server.address())?;
        let entries = self.written.iter().map(|writer| writer.entries().len());
        self.report.acknowledged = entries.sum::<usize>() as u64;
        let webhooks = self
            .webhooks
            .check(&self.written, &self.closed, &self.stop)?;
        self.report.webhooks = Some(webhooks);
        self.report.seconds = self.begun.elapsed().as_secs_f64();
        Ok(self.report)
    }

    fn owner(&self) -> Writer {
        Writer::new(&self.account, "nobody".to_owned())
    }
}

/// Load that waits for its fault.
pub(super) struct Running {
    load: Load,
    closing: JoinHandle<()>,
}

fn close(owner: &Writer, address: &str, conversation: &str) -> Result<()> {
    let url = format!("{address}/api/v1/conversations/{conversation}/close");
    owner.post(&url, &json!({})).map(drop)
}
