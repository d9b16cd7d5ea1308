//! One good receiver: deliveries in a second, from the first that arrives to the last.
//!
//! The floor is a bare client that posts the same bytes to the same kind of receiver over eight connections.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use tokio::task::JoinSet;

use super::{Known, STARTED, difference, listen};
use crate::{
    bench::Bench,
    ledger::Difference,
    load::{Connection, Extent, Operation, in_one_thread},
    progress::Progress,
    receiver::{Manner, Receiver},
    report::{Beside, Line, Measured, Run},
    side::Side,
    stopwatch,
};

/// Visitors whose first message calls for a delivery, in each round.
const VISITORS: u64 = 20_000;

/// The same where only correctness is looked at.
const VISITORS_QUICK: u64 = 200;

/// Connections that send the messages.
const SENDERS: usize = 16;

/// Connections of the floor.
const FLOOR_CONNECTIONS: usize = 8;

/// Longest wait for a delivery while none comes: longer than the first pause before a repetition.
const PATIENCE: Duration = Duration::from_secs(30);

/// None where the server has no webhooks.
pub(super) fn run(bench: &Bench) -> Result<Option<Line>, String> {
    let mut server = bench.server()?;
    let receiver = Receiver::start(Manner::Answers, &server.crowd.prefix)?;
    if listen(&server, &receiver.url("healthy"), &STARTED)? == Known::No {
        return Ok(None);
    }
    // The very first delivery is what the floor repeats.
    round(bench, &mut server, &receiver, 0, 1)?;
    let sample = receiver.first().ok_or("no delivery came")?;
    let visitors = bench.choose(VISITORS, VISITORS_QUICK);
    let (mut runs, mut floor_runs) = (Vec::new(), Vec::new());
    let mut whole = Difference::default();
    for number in 0..u64::from(bench.plan.rounds) {
        let shown = |who: &str| {
            bench.progress(format!(
                "webhooks: {who}, {} of {}",
                number + 1,
                bench.plan.rounds
            ))
        };
        let floor = Receiver::start(Manner::Answers, &server.crowd.prefix)?;
        floor_runs.push(replay(&floor, &sample, visitors, &shown("floor"))?);
        let first = 1 + number * visitors;
        let (run, missing) = round(bench, &mut server, &receiver, first, visitors)?;
        runs.push(run);
        whole.lost += missing.lost;
        whole.doubled += missing.doubled;
    }
    let memory_mib = server.memory_mib();
    let stored = server.check(bench)?;
    let measured = Measured {
        scenario: "webhooks".to_owned(),
        connections: SENDERS,
        runs,
        difference: Difference {
            lost: whole.lost + stored.lost,
            doubled: whole.doubled + stored.doubled,
            holes: stored.holes,
        },
        memory_mib,
    };
    let beside = Beside {
        name: "floor",
        runs: floor_runs,
    };
    Ok(Some(Line::new(measured, Some(beside))))
}

/// Fresh visitors write their first messages; waits until every delivery came, or none comes any more.
fn round(
    bench: &Bench,
    server: &mut Side,
    receiver: &Receiver,
    first: u64,
    visitors: u64,
) -> Result<(Run, Difference), String> {
    server.turn_to(first, visitors);
    let progress = bench.progress(format!("webhooks: parlour, visitors from {first}"));
    let mix = &[(Operation::Write, 100)];
    bench.load(server, mix, SENDERS, Extent::Requests(visitors), &progress)?;
    wait_for(receiver, visitors as usize, &progress)?;
    let arrivals = receiver.take();
    let times = arrivals.iter().map(|arrival| arrival.at);
    let seconds = match (times.clone().min(), times.max()) {
        (Some(first), Some(last)) => (last - first).as_secs_f64(),
        _ => 0.0,
    };
    let run = Run {
        count: arrivals.len() as u64,
        rate: arrivals.len() as f64 / seconds.max(1e-6),
        p50_ms: None,
        p99_ms: None,
    };
    Ok((run, difference(&arrivals, first, visitors)))
}

/// Waits until so many deliveries came, or none came for as long as anybody would wait.
pub(super) fn wait_for(
    receiver: &Receiver,
    expected: usize,
    progress: &Progress,
) -> Result<(), String> {
    let (mut seen, mut seen_at) = (receiver.count(), stopwatch::now());
    while seen < expected && stopwatch::now() - seen_at < PATIENCE {
        stopwatch::pause();
        progress.show(seen as f64 / expected as f64)?;
        let count = receiver.count();
        if count > seen {
            (seen, seen_at) = (count, stopwatch::now());
        }
    }
    Ok(())
}

/// Posts the same bytes again and again, as fast as they are answered.
fn replay(
    receiver: &Receiver,
    sample: &[u8],
    count: u64,
    progress: &Progress,
) -> Result<Run, String> {
    let (address, sample) = (receiver.address, Arc::<[u8]>::from(sample));
    let tickets = Arc::new(AtomicU64::new(0));
    let taken = Arc::clone(&tickets);
    let (done, is_done) = mpsc::channel();
    let begun_at = stopwatch::now();
    thread::spawn(move || {
        let posted = in_one_thread(async move {
            let mut connections = JoinSet::new();
            for _ in 0..FLOOR_CONNECTIONS {
                let mut connection = Connection::open(address).await?;
                let (sample, tickets) = (Arc::clone(&sample), Arc::clone(&tickets));
                connections.spawn(async move {
                    while tickets.fetch_add(1, Ordering::Relaxed) < count {
                        connection.ask(&sample).await?;
                    }
                    Ok::<_, String>(())
                });
            }
            while let Some(ended) = connections.join_next().await {
                ended.map_err(|error| error.to_string())??;
            }
            Ok(())
        });
        // Whoever waited may have been told to stop.
        done.send(posted).unwrap_or_default();
    });
    let share = || taken.load(Ordering::Relaxed) as f64 / count as f64;
    progress.wait(&is_done, share)??;
    let seconds = (stopwatch::now() - begun_at).as_secs_f64();
    Ok(Run {
        count,
        rate: count as f64 / seconds,
        p50_ms: None,
        p99_ms: None,
    })
}
