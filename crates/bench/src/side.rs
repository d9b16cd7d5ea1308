//! One side of a comparison: a server that is measured, and what it has acknowledged.

use std::sync::Arc;

use tempfile::TempDir;

use crate::{
    bench::Bench,
    ledger::{Difference, Ledger, MessageId},
    load::{Crowd, in_one_thread},
    process::Process,
    readback::{self, Which},
    target::Target,
};

/// A server that is measured, and what it has acknowledged.
pub(crate) struct Side {
    pub(crate) target: Target,
    pub(crate) crowd: Arc<Crowd>,
    pub(crate) ledger: Ledger,
    pub(crate) running: Option<Running>,
    kind: Kind,
}

/// What a side is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A server that the bench started, and may change at will.
    Own,
    /// A server that somebody else started.
    Elsewhere,
    /// What servers are compared with.
    Floor,
}

/// A process and its files; it ends before they are removed, which the order of the fields sees to.
pub(crate) struct Running {
    pub(crate) process: Process,
    pub(crate) directory: TempDir,
}

impl Side {
    /// A side whose visitors' ids begin with a prefix of its own.
    pub(crate) fn new(
        kind: Kind,
        target: Target,
        prefix: String,
        visitors: u64,
        running: Option<Running>,
    ) -> Self {
        let crowd = Crowd {
            prefix,
            first: 0,
            visitors,
            conversations: Vec::new(),
        };
        Self {
            target,
            crowd: Arc::new(crowd),
            ledger: Ledger::default(),
            running,
            kind,
        }
    }

    /// Turns to other visitors: so many, from a number on.
    pub(crate) fn turn_to(&mut self, first: u64, visitors: u64) {
        let crowd = Crowd::clone(&self.crowd);
        self.crowd = Arc::new(Crowd {
            first,
            visitors,
            ..crowd
        });
    }

    /// Finds out the ids of the conversations there are; they are the ones that are read.
    pub(crate) fn read_all(&mut self) -> Result<(), String> {
        let conversations = match self.kind {
            Kind::Floor => (0..self.crowd.visitors)
                .filter_map(|number| format!("{number:017}").as_bytes().try_into().ok())
                .collect(),
            Kind::Own | Kind::Elsewhere => {
                let found = in_one_thread(readback::conversations(&self.target, &self.which()))?;
                let ids = found.iter().map(|found| found.id.as_bytes().try_into());
                ids.collect::<Result<Vec<MessageId>, _>>()
                    .map_err(|_| "a conversation's id is not of 17 characters".to_owned())?
            }
        };
        self.read(conversations);
        Ok(())
    }

    /// Says which conversations are read.
    pub(crate) fn read(&mut self, conversations: Vec<MessageId>) {
        let crowd = Crowd::clone(&self.crowd);
        self.crowd = Arc::new(Crowd {
            conversations,
            ..crowd
        });
    }

    /// Resident memory, where this machine knows it.
    pub(crate) fn memory_mib(&self) -> Option<f64> {
        self.running
            .as_ref()
            .and_then(|running| running.process.memory_mib())
    }

    /// Reads everything back and compares it with what was acknowledged.
    pub(crate) fn check(&mut self, bench: &Bench) -> Result<Difference, String> {
        let progress = bench.progress(format!("{} messages are read back", self.ledger.len()));
        let stored = readback::stored(&self.target, &self.which(), &progress)?;
        Ok(self.ledger.compare(stored))
    }

    /// Whether the bench started it and may change it at will.
    pub(crate) fn is_own(&self) -> bool {
        self.kind == Kind::Own
    }

    /// The conversations of its visitors.
    fn which(&self) -> Which {
        match self.kind {
            Kind::Elsewhere => Which::Of(self.crowd.prefix.clone()),
            Kind::Own | Kind::Floor => Which::All,
        }
    }
}
