//! One message and ten thousand sockets that follow its conversation: deliveries in a second.
//!
//! The floor writes the same bytes to as many sockets, and does nothing else.

use std::sync::Arc;

use tokio::{runtime::Runtime, task::JoinSet};

use super::{
    beside,
    ears::{self, Ears},
    evenly::{self, Requests},
    people::Letters,
    text,
};
use crate::{
    bench::Bench,
    ledger::Difference,
    live::{limit::raise_open_files, socket::Way},
    load::Histogram,
    progress::{Progress, say},
    report::{Beside, Line, Measured, Run},
    side::Side,
    stopwatch,
};

/// Sockets that listen.
const SOCKETS: usize = 10_000;

/// Messages of a run, each sent when the one before has come everywhere.
const MESSAGES: u64 = 20;

/// Sockets that are opened at the same time.
const AT_ONCE: usize = 64;

/// Files that a process has open beside its sockets.
const OTHER_FILES: u64 = 1_000;

/// Numbers of two runs never meet.
const RUN: u64 = 1_000_000;

struct Stage<'a> {
    side: &'a Side,
    ears: Ears,
    requests: Requests,
}

pub(crate) fn run(bench: &Bench) -> Result<Vec<Line>, String> {
    let sockets = bench.choose(SOCKETS, 50);
    if let Err(why) = raise_open_files(sockets as u64 + OTHER_FILES) {
        say(&format!("broadcast is left out: {why}"));
        return Ok(Vec::new());
    }
    let runtime = beside()?;
    let mut server = bench.server()?;
    server.turn_to(0, 1);
    bench.fill(&mut server, 1)?;
    let floor = bench.floor()?;
    let (mut runs, mut floor_runs, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    let mut difference = Difference::default();
    let progress = bench.progress("broadcast: a sample");
    let sample = {
        let stage = server_stage(&server, 1, &runtime, &progress)?;
        ids.extend(round(&stage, &runtime, 0, 1, &progress)?.ids);
        stage.ears.sample().ok_or("no message came to a socket")?
    };
    let messages = bench.choose(MESSAGES, 3);
    for number in 1..=u64::from(bench.plan.rounds) {
        let shown = |who: &str| {
            bench.progress(format!(
                "broadcast: {who}, {number} of {}",
                bench.plan.rounds
            ))
        };
        // Only the sockets of one side are open at a time: this process may not have as many files as both have.
        if let Some(floor) = &floor {
            let progress = shown("floor");
            let stage = floor_stage(floor, sockets, sample.clone(), &runtime, &progress)?;
            floor_runs.push(round(&stage, &runtime, number * RUN, messages, &progress)?.run);
        }
        let progress = shown("parlour");
        let stage = server_stage(&server, sockets, &runtime, &progress)?;
        let done = round(&stage, &runtime, number * RUN, messages, &progress)?;
        difference.lost += done.lost;
        difference.doubled += done.doubled;
        ids.extend(done.ids);
        runs.push(done.run);
    }
    let memory_mib = server.memory_mib();
    server.ledger.extend(ids);
    let stored = server.check(bench)?;
    let measured = Measured {
        scenario: "broadcast".to_owned(),
        connections: sockets,
        runs,
        difference: Difference {
            lost: difference.lost + stored.lost,
            doubled: difference.doubled + stored.doubled,
            holes: stored.holes,
        },
        memory_mib,
    };
    let beside = floor.is_some().then_some(Beside {
        name: "floor",
        runs: floor_runs,
    });
    Ok(vec![Line::new(measured, beside)])
}

fn server_stage<'a>(
    server: &'a Side,
    sockets: usize,
    runtime: &Runtime,
    progress: &Progress,
) -> Result<Stage<'a>, String> {
    let target = &server.target;
    let conversation = server.crowd.conversations.first();
    let conversation = conversation.ok_or("there is no conversation")?;
    let ch = format!("c:{}", String::from_utf8_lossy(conversation));
    let way = Way::of_program(target.address, &target.api_key);
    let letters = Letters::of(server);
    Ok(Stage {
        side: server,
        ears: open_all(&way, vec![ch], sockets, runtime, progress)?,
        requests: Arc::new(move |number| letters.to(0, &text(number))),
    })
}

fn floor_stage<'a>(
    floor: &'a Side,
    sockets: usize,
    sample: String,
    runtime: &Runtime,
    progress: &Progress,
) -> Result<Stage<'a>, String> {
    let target = floor.target.clone();
    let way = Way::to(target.address, "/floor/live/one");
    let first = format!("({:016})", 0);
    let requests = move |number: u64| {
        let frame = sample.replace(&first, &format!("({number:016})"));
        target.request_with("POST", "/floor/say/one", &frame)
    };
    Ok(Stage {
        side: floor,
        ears: open_all(&way, Vec::new(), sockets, runtime, progress)?,
        requests: Arc::new(requests),
    })
}

/// Opens so many sockets, each subscribed to the same.
fn open_all(
    way: &Way,
    channels: Vec<String>,
    sockets: usize,
    runtime: &Runtime,
    progress: &Progress,
) -> Result<Ears, String> {
    let mut ears = Ears::new();
    while ears.count() < sockets {
        progress.show(ears.count() as f64 / sockets as f64)?;
        let mut opening = JoinSet::new();
        for _ in 0..AT_ONCE.min(sockets - ears.count()) {
            let (way, channels) = (way.clone(), channels.clone());
            let open = async move {
                let channels: Vec<&str> = channels.iter().map(String::as_str).collect();
                ears::open(&way, &channels).await
            };
            opening.spawn_on(open, runtime.handle());
        }
        for opened in runtime.block_on(opening.join_all()) {
            ears.add(opened?, runtime);
        }
    }
    Ok(ears)
}

struct Done {
    run: Run,
    ids: Vec<crate::ledger::MessageId>,
    lost: u64,
    doubled: u64,
}

/// Sends one message after the other, each when the one before has come to every socket.
fn round(
    stage: &Stage<'_>,
    runtime: &Runtime,
    first: u64,
    messages: u64,
    progress: &Progress,
) -> Result<Done, String> {
    let sockets = stage.ears.count();
    let mut done = Done {
        run: Run {
            count: 0,
            rate: 0.0,
            p50_ms: None,
            p99_ms: None,
        },
        ids: Vec::new(),
        lost: 0,
        doubled: 0,
    };
    let (mut latencies, mut seconds) = (Histogram::default(), 0.0);
    for number in first..first + messages {
        drop(stage.ears.take());
        let begun_at = stopwatch::now();
        let requests = Arc::clone(&stage.requests);
        let sending = evenly::send(stage.side.target.address, number, 1, 1, requests);
        let sent = runtime.block_on(sending)?;
        done.ids.extend(sent.iter().filter_map(|sent| sent.id));
        stage.ears.wait_for(sockets, progress)?;
        let mut heard = vec![0_u64; sockets];
        let mut last = begun_at;
        for arrival in stage.ears.take() {
            if arrival.number == number {
                heard[arrival.ear] += 1;
                latencies.record(arrival.at.saturating_duration_since(begun_at));
                last = last.max(arrival.at);
            }
        }
        seconds += (last - begun_at).as_secs_f64();
        done.lost += heard.iter().filter(|copies| **copies == 0).count() as u64;
        done.doubled += heard
            .iter()
            .map(|copies| copies.saturating_sub(1))
            .sum::<u64>();
    }
    done.run = Run {
        count: latencies.count(),
        rate: latencies.count() as f64 / seconds.max(1e-6),
        p50_ms: Some(latencies.percentile_ms(0.5)),
        p99_ms: Some(latencies.percentile_ms(0.99)),
    };
    Ok(done)
}
