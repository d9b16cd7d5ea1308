//! What every scenario works with: the plan, and the servers that are measured side by side.

use std::{cell::Cell, path::Path, sync::Arc};

use tempfile::TempDir;

use crate::{
    arguments::{Arguments, Effort, Plan},
    load::{Extent, Load, Mix, Operation, in_one_thread},
    process::Binary,
    progress::{Progress, Stop},
    report::{Beside, Run},
    side::{Kind, Running, Side},
    stopwatch,
    target::Target,
};

/// Conversations that the load is spread over.
const CONVERSATIONS: u64 = 1_000;

/// The same where only correctness is looked at.
const CONVERSATIONS_QUICK: u64 = 100;

/// Connections by which conversations are filled before anything is measured.
const FILLING: usize = 32;

/// A bench that runs.
pub(crate) struct Bench {
    pub(crate) plan: Plan,
    pub(crate) binary: Binary,
    pub(crate) stop: Stop,
    pub(crate) directory: TempDir,
    remote: Option<Target>,
    begun_at: i64,
    sides: Cell<u32>,
    runs: Cell<u64>,
}

impl Bench {
    pub(crate) fn new(arguments: &Arguments, binary: Binary, stop: Stop) -> Result<Self, String> {
        let plan = arguments.plan()?;
        let place = arguments.directory.clone();
        let place = place.unwrap_or_else(std::env::temp_dir);
        let directory = new_directory(&place)?;
        let remote = match &arguments.remote {
            Some(remote) => Some(in_one_thread(Target::at(&remote.url, &remote.api_key))?),
            None => None,
        };
        Ok(Self {
            plan,
            binary,
            stop,
            directory,
            remote,
            begun_at: stopwatch::unix_ms(),
            sides: Cell::new(0),
            runs: Cell::new(0),
        })
    }

    /// Begins a piece of work that is shown.
    pub(crate) fn progress(&self, title: impl Into<String>) -> Progress {
        Progress::start(title.into(), &self.stop)
    }

    /// What is full where the effort is, and what is enough to see that nothing is lost.
    pub(crate) fn choose<T>(&self, full: T, quick: T) -> T {
        match self.plan.effort {
            Effort::Full => full,
            Effort::Quick => quick,
        }
    }

    /// How many conversations the load is spread over.
    pub(crate) fn conversations(&self) -> u64 {
        self.choose(CONVERSATIONS, CONVERSATIONS_QUICK)
    }

    /// What the ids of a side's visitors begin with: no other side has it, nor an earlier bench on a server elsewhere.
    fn new_prefix(&self) -> String {
        self.sides.set(self.sides.get() + 1);
        format!(
            "bench-{:08x}-",
            (self.begun_at as u32).wrapping_add(self.sides.get())
        )
    }

    /// A server on a fresh directory, or the one elsewhere.
    pub(crate) fn server(&self) -> Result<Side, String> {
        match &self.remote {
            Some(target) => {
                let (target, prefix) = (target.clone(), self.new_prefix());
                let visitors = self.conversations();
                Ok(Side::new(Kind::Elsewhere, target, prefix, visitors, None))
            }
            None => self.server_with(|_, _| Ok(())),
        }
    }

    /// A server on a fresh directory, which is changed before the server runs: `change` gets the directory and what the ids
    /// of visitors begin with.
    pub(crate) fn server_with(
        &self,
        change: impl FnOnce(&Path, &str) -> Result<(), String>,
    ) -> Result<Side, String> {
        let directory = new_directory(self.directory.path())?;
        let progress = self.progress("a server starts");
        let account = self.binary.init(directory.path())?;
        let prefix = self.new_prefix();
        change(directory.path(), &prefix)?;
        let process = self.binary.serve(directory.path(), &account, &progress)?;
        let running = Running { process, directory };
        Ok(self.side(Kind::Own, prefix, running))
    }

    /// The floor on a fresh directory; none beside a server elsewhere, which may be another machine.
    pub(crate) fn floor(&self) -> Result<Option<Side>, String> {
        if self.remote.is_some() {
            return Ok(None);
        }
        let directory = new_directory(self.directory.path())?;
        let progress = self.progress("a floor starts");
        let process = self.binary.serve_floor(directory.path(), &progress)?;
        let running = Running { process, directory };
        Ok(Some(self.side(Kind::Floor, self.new_prefix(), running)))
    }

    fn side(&self, kind: Kind, prefix: String, running: Running) -> Side {
        let target = running.process.target.clone();
        Side::new(kind, target, prefix, self.conversations(), Some(running))
    }

    /// Runs load on a side, and remembers what was acknowledged.
    pub(crate) fn load(
        &self,
        side: &mut Side,
        mix: Mix,
        connections: usize,
        extent: Extent,
        progress: &Progress,
    ) -> Result<Run, String> {
        self.runs.set(self.runs.get() + 1);
        let load = Load {
            target: side.target.clone(),
            mix,
            crowd: Arc::clone(&side.crowd),
            connections,
            extent,
            seed: self.runs.get(),
        };
        let outcome = load.run(progress)?;
        let run = Run::from(&outcome);
        side.ledger.extend(outcome.acknowledged);
        Ok(run)
    }

    /// Writes so many messages to every visitor of a side's crowd.
    pub(crate) fn write(&self, side: &mut Side, messages: u64) -> Result<(), String> {
        let progress = self.progress("conversations are filled");
        let requests = Extent::Requests(messages * side.crowd.visitors);
        let mix = &[(Operation::Send, 100)];
        self.load(side, mix, FILLING, requests, &progress).map(drop)
    }

    /// Writes so many messages to every visitor, and finds out the ids of their conversations.
    pub(crate) fn fill(&self, side: &mut Side, messages: u64) -> Result<(), String> {
        self.write(side, messages)?;
        side.read_all()
    }

    /// Measures a server and what it stands beside in turn, round by round: whatever else the machine does meets both.
    pub(crate) fn measure(
        &self,
        title: &str,
        mix: Mix,
        connections: usize,
        server: &mut Side,
        mut beside: Option<(&'static str, &mut Side)>,
    ) -> Result<(Vec<Run>, Option<Beside>), String> {
        let extent = Extent::Time {
            warm_up: self.plan.warm_up,
            measured: self.plan.measured,
        };
        let (mut runs, mut beside_runs) = (Vec::new(), Vec::new());
        for round in 1..=self.plan.rounds {
            let title = |who: &str| {
                format!(
                    "{title}, {connections} at once: {who}, {round} of {}",
                    self.plan.rounds
                )
            };
            if let Some((name, side)) = &mut beside {
                let progress = self.progress(title(name));
                beside_runs.push(self.load(side, mix, connections, extent, &progress)?);
            }
            let progress = self.progress(title("parlour"));
            runs.push(self.load(server, mix, connections, extent, &progress)?);
        }
        let beside = beside.map(|(name, _)| Beside {
            name,
            runs: beside_runs,
        });
        Ok((runs, beside))
    }
}

fn new_directory(place: &Path) -> Result<TempDir, String> {
    let made = tempfile::Builder::new()
        .prefix("parlour-bench-")
        .tempdir_in(place);
    made.map_err(|error| format!("no directory can be made in {}: {error}", place.display()))
}
