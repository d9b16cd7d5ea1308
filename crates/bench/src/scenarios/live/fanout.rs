//! A message comes in by REST and is on the sockets of its visitor and of an agent, at an even pace.
//!
//! The floor takes the same bytes by a request and writes them to two sockets, and keeps nothing.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, mpsc},
    time::Instant,
};

use tokio::runtime::Runtime;

use super::{
    beside,
    ears::{self, Ears},
    evenly::{self, Requests, Sent},
    people::{self, Letters},
    text,
};
use crate::{
    bench::Bench,
    ledger::Difference,
    live::socket::Way,
    load::Histogram,
    progress::Progress,
    report::{Beside, Line, Measured, Run},
    side::Side,
};

/// Conversations, each with a visitor at a socket; one agent sees all of them in the inbox.
const CONVERSATIONS: u64 = 100;

/// Messages in a second, and for how long.
const PER_SECOND: u64 = 1_000;
const SECONDS: u64 = 10;

/// Sockets that each message comes to.
const COPIES: u64 = 2;

/// Numbers of two runs never meet.
const RUN: u64 = 1_000_000;

/// One side of the comparison.
struct Stage<'a> {
    side: &'a Side,
    ears: Ears,
    requests: Requests,
}

pub(crate) fn run(bench: &Bench) -> Result<Vec<Line>, String> {
    let conversations = bench.choose(CONVERSATIONS, 5);
    let runtime = beside()?;
    let mut server = bench.server()?;
    server.turn_to(0, conversations);
    bench.fill(&mut server, 1)?;
    let floor = bench.floor()?;
    let (mut runs, mut floor_runs) = (Vec::new(), Vec::new());
    let mut difference = Difference::default();
    let mut ids = Vec::new();
    {
        let stage = server_stage(&server, conversations, &runtime)?;
        // The very first message is what the floor repeats.
        let progress = bench.progress("fanout: a sample");
        let first = round(&stage, &runtime, 0, 1, &progress)?;
        ids.extend(first.sent.iter().filter_map(|sent| sent.id));
        let sample = stage.ears.sample().ok_or("no message came to a socket")?;
        let beside = match &floor {
            Some(floor) => Some(floor_stage(floor, conversations, sample, &runtime)?),
            None => None,
        };
        let count = bench.choose(PER_SECOND * SECONDS, PER_SECOND / 10);
        for number in 1..=u64::from(bench.plan.rounds) {
            let shown = |who: &str| {
                bench.progress(format!("fanout: {who}, {number} of {}", bench.plan.rounds))
            };
            if let Some(stage) = &beside {
                let done = round(stage, &runtime, number * RUN, count, &shown("floor"))?;
                floor_runs.push(done.run);
            }
            let done = round(&stage, &runtime, number * RUN, count, &shown("parlour"))?;
            difference.lost += done.lost;
            difference.doubled += done.doubled;
            ids.extend(done.sent.iter().filter_map(|sent| sent.id));
            runs.push(done.run);
        }
    }
    let memory_mib = server.memory_mib();
    server.ledger.extend(ids);
    let stored = server.check(bench)?;
    let measured = Measured {
        scenario: "fanout".to_owned(),
        connections: conversations as usize + 1,
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

/// Every visitor at a socket, and an agent with the inbox.
fn server_stage<'a>(
    server: &'a Side,
    conversations: u64,
    runtime: &Runtime,
) -> Result<Stage<'a>, String> {
    let mut ears = Ears::new();
    for way in runtime.block_on(people::sessions(server, conversations))? {
        let socket = runtime.block_on(ears::open_own(&way))?;
        ears.add(socket, runtime);
    }
    let target = &server.target;
    let agent = Way::of_agent(target.address, &target.api_key, &target.agent_id);
    ears.add(runtime.block_on(ears::open(&agent, &["inbox"]))?, runtime);
    let letters = Letters::of(server);
    let requests = move |number: u64| letters.to(number % conversations, &text(number));
    Ok(Stage {
        side: server,
        ears,
        requests: Arc::new(requests),
    })
}

/// The same sockets at the floor, which writes what the server wrote.
fn floor_stage<'a>(
    floor: &'a Side,
    conversations: u64,
    sample: String,
    runtime: &Runtime,
) -> Result<Stage<'a>, String> {
    let mut ears = Ears::new();
    let names = (0..conversations).map(|number| number.to_string());
    for name in names.chain(["all".to_owned()]) {
        let way = Way::to(floor.target.address, &format!("/floor/live/{name}"));
        ears.add(runtime.block_on(ears::open(&way, &[]))?, runtime);
    }
    let target = floor.target.clone();
    let first = format!("({:016})", 0);
    let requests = move |number: u64| {
        let path = format!("/floor/say/{}", number % conversations);
        let frame = sample.replace(&first, &format!("({number:016})"));
        target.request_with("POST", &path, &frame)
    };
    Ok(Stage {
        side: floor,
        ears,
        requests: Arc::new(requests),
    })
}

/// What a round showed.
struct Done {
    run: Run,
    sent: Vec<Sent>,
    lost: u64,
    doubled: u64,
}

/// Sends at an even pace, and waits until each message came to both of its sockets.
fn round(
    stage: &Stage<'_>,
    runtime: &Runtime,
    first: u64,
    count: u64,
    progress: &Progress,
) -> Result<Done, String> {
    drop(stage.ears.take());
    let sending = evenly::send(
        stage.side.target.address,
        first,
        count,
        PER_SECOND,
        Arc::clone(&stage.requests),
    );
    let (done, is_done) = mpsc::channel();
    runtime.spawn(async move {
        // Whoever waited may have been told to stop.
        drop(done.send(sending.await));
    });
    let sent = progress.wait(&is_done, || 0.5)??;
    stage.ears.wait_for((COPIES * count) as usize, progress)?;
    let due: HashMap<u64, Instant> = sent.iter().map(|sent| (sent.number, sent.due_at)).collect();
    let mut latencies = Histogram::default();
    let mut places: HashMap<u64, HashSet<usize>> = HashMap::new();
    let mut doubled = 0;
    for arrival in stage.ears.take() {
        if let Some(due_at) = due.get(&arrival.number) {
            latencies.record(arrival.at.saturating_duration_since(*due_at));
            let is_new = places
                .entry(arrival.number)
                .or_default()
                .insert(arrival.ear);
            doubled += u64::from(!is_new);
        }
    }
    let came: usize = places.values().map(HashSet::len).sum();
    Ok(Done {
        run: Run {
            count: latencies.count(),
            rate: PER_SECOND as f64,
            p50_ms: Some(latencies.percentile_ms(0.5)),
            p99_ms: Some(latencies.percentile_ms(0.99)),
        },
        lost: (COPIES * count).saturating_sub(came as u64),
        doubled,
        sent,
    })
}
