//! Three nodes on one PostgreSQL, joined by NATS, with people at the sockets of all of them: NATS goes away, a node is
//! killed, a node is frozen past every lease and goes on, PostgreSQL crashes (trust 3.5, 3.6).

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use tempfile::TempDir;

use super::{
    Options, Report, Result,
    chance::Chance,
    live::Crowd,
    nats_server::NatsServer,
    postgres_server::{PostgresServer, Stop as Halt},
    process::{Installation, Process},
    unlimited, wait,
};
use crate::{
    progress::{Progress, Stop},
    stopwatch,
};

/// Nodes.
const NODES: usize = 3;

/// Acknowledgements before a fault, while it lasts, and after it.
const ACKNOWLEDGED: std::ops::Range<u64> = 20..60;

/// Messages that are watched in the end: with NATS, and without.
const WATCHED: usize = 90;
const WATCHED_ALONE: usize = 12;

/// How long NATS is gone before those are sent: every node has noticed by then.
const ALONE: Duration = Duration::from_secs(3);

/// What only this experiment is told.
#[derive(Clone, Debug)]
pub struct ClusterOptions {
    /// How long NATS is gone and a node is frozen.
    pub outage: Duration,
    /// The program of NATS; the system's where it is not named.
    pub nats_server: Option<PathBuf>,
}

impl ClusterOptions {
    /// How long NATS is gone and a node is frozen where nobody says: past every lease of work.
    pub const OUTAGE: Duration = Duration::from_secs(35);
}

/// What goes wrong.
#[derive(Clone, Copy, Debug)]
enum Fault {
    NatsGone,
    NodeKilled,
    NodeFrozen,
    PostgresCrashed,
}

const FAULTS: [Fault; 4] = [
    Fault::NatsGone,
    Fault::NodeKilled,
    Fault::NodeFrozen,
    Fault::PostgresCrashed,
];

/// Everything that runs. Nodes end before what they need.
struct Cluster {
    nodes: Vec<Process>,
    installations: Vec<Installation>,
    crowd: Crowd,
    chance: Chance,
    outage: Duration,
    nats: NatsServer,
    postgres: PostgresServer,
}

pub(super) fn run(
    options: &Options,
    cluster: &ClusterOptions,
    directory: &TempDir,
    stop: &Stop,
) -> Result<Report> {
    let begun = stopwatch::now();
    let progress = Progress::start("cluster".to_owned(), stop);
    let mut report = Report {
        name: "cluster".to_owned(),
        ..Report::default()
    };
    let mut cluster = Cluster::start(options, cluster, directory, stop)?;
    for round in 0..options.rounds {
        progress.show(round as f64 / options.rounds as f64)?;
        cluster.crowd.storm(true);
        cluster.crowd.welcome()?;
        cluster.wait_for_some()?;
        let fault = FAULTS[round as usize % FAULTS.len()];
        cluster
            .suffer(fault, round)
            .map_err(|error| format!("{fault:?}, round {round}: {error}"))?;
        let after = cluster.wait_for_some();
        after.map_err(|error| format!("after {fault:?}, round {round}: {error}"))?;
        report.rounds += 1;
    }
    cluster.crowd.calm()?;
    let together = cluster.crowd.watch(WATCHED, "in the calm")?;
    cluster.nats.stop();
    wait::pause(ALONE);
    let alone = cluster.crowd.watch(WATCHED_ALONE, "without NATS")?;
    cluster.nats.start_again()?;
    let (live, findings, by_rest) = cluster.crowd.end()?;
    report.acknowledged = live.acknowledged + by_rest;
    report.unknown = live.repeated;
    report.findings = findings;
    report.live = Some(live.with(&together).with_alone(&alone));
    report.seconds = begun.elapsed().as_secs_f64();
    Ok(report)
}

impl Cluster {
    fn start(
        options: &Options,
        cluster: &ClusterOptions,
        directory: &TempDir,
        stop: &Stop,
    ) -> Result<Self> {
        let postgres = PostgresServer::start()?;
        let nats = NatsServer::start(cluster.nats_server.as_deref())?;
        let installations: Vec<Installation> = (0..NODES)
            .map(|number| {
                let data = directory.path().join(format!("node-{number}"));
                unlimited(Installation::new(&options.binary, &data))
                    .set("PARLOUR_DATABASE_URL", &postgres.url())
                    .set("PARLOUR_DATABASE_WRITERS", "4")
                    .set("PARLOUR_NATS_URL", &nats.url())
                    .set("PARLOUR_SECRET_KEY", &"5e".repeat(32))
            })
            .collect();
        let account = installations[0].init()?;
        let nodes = installations.iter().map(Installation::start);
        let nodes = nodes.collect::<Result<Vec<Process>>>()?;
        let addresses: Vec<SocketAddr> = nodes.iter().map(Process::socket_address).collect();
        Ok(Self {
            crowd: Crowd::gather(&account, &addresses, options.seed, stop)?,
            nodes,
            installations,
            chance: Chance::new(options.seed),
            outage: cluster.outage,
            nats,
            postgres,
        })
    }

    fn wait_for_some(&mut self) -> Result<()> {
        self.crowd.wait_for(self.chance.choose(ACKNOWLEDGED))
    }

    /// One fault, from its beginning to its end.
    fn suffer(&mut self, fault: Fault, round: u64) -> Result<()> {
        let node = (round as usize / FAULTS.len()) % NODES;
        match fault {
            Fault::NatsGone => {
                self.nats.stop();
                wait::pause(self.outage);
                self.wait_for_some()?;
                self.nats.start_again()
            }
            Fault::NodeKilled => {
                let dead = self.nodes.remove(node);
                dead.kill();
                self.turn_away(node, node);
                self.wait_for_some()?;
                let back = self.installations[node].start()?;
                self.nodes.insert(node, back);
                self.turn_back(node);
                Ok(())
            }
            Fault::NodeFrozen => {
                self.nodes[node].freeze()?;
                self.turn_away(node, (node + 1) % NODES);
                wait::pause(self.outage);
                self.wait_for_some()?;
                self.nodes[node].thaw()?;
                self.turn_back(node);
                Ok(())
            }
            Fault::PostgresCrashed => {
                self.postgres.stop(Halt::Immediate)?;
                wait::pause(Duration::from_millis(self.chance.choose(200..1_500)));
                self.postgres.start_again()
            }
        }
    }

    /// People at a node that does not answer are brought to another, `other` in the list of those that are there.
    fn turn_away(&self, node: usize, other: usize) {
        let address = self.nodes[other % self.nodes.len()].socket_address();
        self.crowd.proxy(node).turn_to(address);
        self.crowd.proxy(node).end_all();
        let ill = self.nodes.len() == NODES;
        let others = self.nodes.iter().enumerate();
        let others = others.filter(|(place, _)| !ill || *place != node);
        self.crowd
            .serve_by(others.map(|(_, other)| other.socket_address()).collect());
        self.crowd.hurry();
    }

    /// The node answers again: whoever comes is brought to it.
    fn turn_back(&self, node: usize) {
        let proxy = self.crowd.proxy(node);
        proxy.turn_to(self.nodes[node].socket_address());
        proxy.end_all();
        let all = self.nodes.iter().map(Process::socket_address);
        self.crowd.serve_by(all.collect());
        self.crowd.hurry();
    }
}
