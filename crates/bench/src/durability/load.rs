//! Writers that send at the same time, each to a visitor of its own, until one of them gets no answer.

use std::{
    sync::mpsc::{self, Receiver},
    thread::JoinHandle,
    time::Duration,
};

use super::{Findings, Result, ledger::Writer, process::Account};

/// How long the next acknowledgement may take: a server that is slower is stuck.
const PATIENCE: Duration = Duration::from_secs(30);

/// Writers at work.
pub struct Load {
    threads: Vec<JoinHandle<Result<Writer>>>,
    acknowledged: Receiver<()>,
}

impl Load {
    /// Starts the writers; `name` begins the ids of their visitors and must be new.
    pub fn start(account: &Account, address: &str, name: &str, writers: usize) -> Self {
        let (sender, acknowledged) = mpsc::channel();
        let threads = (0..writers).map(|number| {
            let mut writer = Writer::new(account, format!("{name}-{number}"));
            let (address, sender) = (address.to_owned(), sender.clone());
            std::thread::spawn(move || {
                while writer.send_next(&address)?.id().is_some() {
                    // Nobody counts any more once the fault has come.
                    sender.send(()).unwrap_or_default();
                }
                Ok(writer)
            })
        });
        Self {
            threads: threads.collect(),
            acknowledged,
        }
    }

    /// Waits until so many messages were acknowledged.
    pub fn wait_for(&self, count: u64) -> Result<()> {
        for _ in 0..count {
            let heard = self.acknowledged.recv_timeout(PATIENCE);
            heard.map_err(|_| "the writers stopped before the fault came".to_owned())?;
        }
        Ok(())
    }

    /// What the writers did, once the fault has ended them all.
    pub fn end(self) -> Result<Vec<Writer>> {
        let threads = self.threads.into_iter();
        let ended = threads.map(|thread| {
            let written = thread.join();
            written.map_err(|_| "a writer panicked".to_owned())?
        });
        ended.collect()
    }
}

/// Compares everything that was written with the server.
pub fn check(written: &[Writer], address: &str) -> Result<Findings> {
    let mut findings = Findings::default();
    for writer in written {
        findings.add(writer.check(address)?);
    }
    Ok(findings)
}
