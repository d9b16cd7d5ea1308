//! Kill -9 under people at sockets, again and again, with proxies that break their connections in between.

use std::time::Duration;

use tempfile::TempDir;

use super::{
    Options, Report, Result, chance::Chance, live::Crowd, process::Installation, unlimited, wait,
};
use crate::{
    progress::{Progress, Stop},
    stopwatch,
};

/// The fault comes after some acknowledgements and then some time, so that it hits every part of an operation.
const ACKNOWLEDGED_BEFORE: std::ops::Range<u64> = 1..30;
const MILLISECONDS_BEFORE: std::ops::Range<u64> = 1..300;

/// Messages that are watched in the end, on sound connections.
const WATCHED: usize = 60;

pub(super) fn run(options: &Options, directory: &TempDir, stop: &Stop) -> Result<Report> {
    let begun = stopwatch::now();
    let data = directory.path().join("data");
    let installation = unlimited(Installation::new(&options.binary, &data));
    let account = installation.init()?;
    let mut chance = Chance::new(options.seed);
    let progress = Progress::start("live-crash".to_owned(), stop);
    let mut report = Report {
        name: "live-crash".to_owned(),
        ..Report::default()
    };
    let mut server = installation.start()?;
    let mut crowd = Crowd::gather(&account, &[server.socket_address()], options.seed, stop)?;
    for round in 0..options.rounds {
        progress.show(round as f64 / options.rounds as f64)?;
        crowd.storm(true);
        crowd.welcome()?;
        crowd.wait_for(chance.choose(ACKNOWLEDGED_BEFORE))?;
        wait::pause(Duration::from_millis(chance.choose(MILLISECONDS_BEFORE)));
        server.kill();
        server = installation.start()?;
        crowd.proxy(0).turn_to(server.socket_address());
        crowd.serve_by(vec![server.socket_address()]);
        crowd.hurry();
        let ready_ms = server.ready_after().as_millis() as u64;
        report.slowest_start_ms = report.slowest_start_ms.max(ready_ms);
        report.rounds += 1;
    }
    crowd.calm()?;
    let latencies = crowd.watch(WATCHED, "in the calm")?;
    let (live, findings, by_rest) = crowd.end()?;
    report.acknowledged = live.acknowledged + by_rest;
    report.unknown = live.repeated;
    report.findings = findings;
    report.live = Some(live.with(&latencies));
    report.seconds = begun.elapsed().as_secs_f64();
    Ok(report)
}
