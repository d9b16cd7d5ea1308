//! Somebody never reads: their connection is closed, nobody else notices, and later they have everything.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use tokio::runtime::Runtime;

use super::{
    beside,
    ears::{self, Ears},
    evenly::{self, Requests, Sent},
    people::Letters,
};
use crate::{
    bench::Bench,
    ledger::Difference,
    live::{
        person::Person,
        socket::{Heard, Socket, Way},
    },
    load::Histogram,
    progress::Progress,
    report::{Line, Measured, Run},
    side::Side,
    stopwatch,
};

/// Messages, each as long as one may be: together more than the network holds back for somebody who does not read.
const MESSAGES: u64 = 4_000;
const LETTERS: usize = 4_900;

/// Messages in a second.
const PER_SECOND: u64 = 400;

/// What the one who never reads lets the system keep.
const RECEIVE_BYTES: u32 = 4_096;

/// The close that a slow reader gets.
const SLOW: u16 = 4009;

/// How long it may take until they have everything after all.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn run(bench: &Bench) -> Result<Vec<Line>, String> {
    let runtime = beside()?;
    let mut server = bench.server()?;
    server.turn_to(0, 1);
    bench.fill(&mut server, 1)?;
    let target = server.target.clone();
    let conversation = server.crowd.conversations.first();
    let conversation = conversation.ok_or("there is no conversation")?;
    let ch = format!("c:{}", String::from_utf8_lossy(conversation));
    let way = Way::of_program(target.address, &target.api_key);
    let lazy = Way {
        receive_bytes: Some(RECEIVE_BYTES),
        ..way.clone()
    };
    let lazy = runtime.block_on(ears::open(&lazy, &[&ch]))?;
    let mut ears = Ears::new();
    ears.add(runtime.block_on(ears::open(&way, &[&ch]))?, &runtime);
    let before_mib = server.memory_mib();
    let progress = bench.progress("slow: one never reads");
    let sent = flood(&server, &ears, &runtime, &progress)?;
    let memory_mib = server.memory_mib();
    let code = runtime.block_on(end_of(lazy))?;
    let begun_at = stopwatch::now();
    let missing = come_back(way, &ch, &runtime, &progress)?;
    let back_s = (stopwatch::now() - begun_at).as_secs_f64();
    let (latencies, unheard) = compare(&ears, &sent);
    let ids = sent.iter().filter_map(|sent| sent.id);
    server.ledger.extend(ids);
    let stored = server.check(bench)?;
    let measured = Measured {
        scenario: "slow, one never reads".to_owned(),
        connections: 2,
        runs: vec![Run {
            count: latencies.count(),
            rate: PER_SECOND as f64,
            p50_ms: Some(latencies.percentile_ms(0.5)),
            p99_ms: Some(latencies.percentile_ms(0.99)),
        }],
        difference: Difference {
            lost: stored.lost + missing + unheard,
            doubled: stored.doubled,
            holes: stored.holes,
        },
        memory_mib,
    };
    let grown = memory_mib.zip(before_mib);
    let grown_mib = grown.map_or(0.0, |(after, before)| after - before);
    let line = Line::new(measured, None)
        .with("close code", f64::from(code.unwrap_or(0)))
        .with("MiB grown", grown_mib)
        .with("complete after s", back_s);
    Ok(vec![line])
}

/// Sends everything at an even pace, and waits until the one who reads has heard it.
fn flood(
    server: &Side,
    ears: &Ears,
    runtime: &Runtime,
    progress: &Progress,
) -> Result<Vec<Sent>, String> {
    let letters = Letters::of(server);
    let requests: Requests = Arc::new(move |number| letters.to(0, &long_text(number)));
    let sending = evenly::send(server.target.address, 1, MESSAGES, PER_SECOND, requests);
    let (done, is_done) = mpsc::channel();
    runtime.spawn(async move {
        // Whoever waited may have been told to stop.
        drop(done.send(sending.await));
    });
    let sent = progress.wait(&is_done, || 0.5)??;
    ears.wait_for(MESSAGES as usize, progress)?;
    Ok(sent)
}

/// How the connection of the one who never reads ended; where so much waits to be read, the close may be lost with it.
async fn end_of(mut lazy: Socket) -> Result<Option<u16>, String> {
    let mut taken = 0;
    let code = loop {
        match lazy.hear().await {
            Heard::Text(_) => taken += 1,
            Heard::End(code) => break code,
        }
    };
    if code.is_some_and(|code| code != SLOW) || taken >= MESSAGES {
        return Err(format!(
            "whoever does not read was closed with {code:?} after {taken} frames, instead of {SLOW}"
        ));
    }
    Ok(code)
}

/// Comes back and reads everything; tells how much is missing.
fn come_back(way: Way, ch: &str, runtime: &Runtime, progress: &Progress) -> Result<u64, String> {
    let begun_at = stopwatch::now();
    let (person, life) = Person::new("back again", way, 1, 0);
    person.follow(ch);
    runtime.spawn(life.run());
    // One was there before.
    let wanted = MESSAGES as usize + 1;
    let seen = || person.memory().shown.get(ch).map_or(0, Vec::len);
    while seen() < wanted && stopwatch::now() - begun_at < PATIENCE {
        stopwatch::pause();
        progress.show(seen() as f64 / wanted as f64)?;
    }
    Ok(wanted.saturating_sub(seen()) as u64)
}

/// How soon the one who reads heard of each message, and of how many not at all.
fn compare(ears: &Ears, sent: &[Sent]) -> (Histogram, u64) {
    let due: HashMap<u64, Instant> = sent.iter().map(|sent| (sent.number, sent.due_at)).collect();
    let (mut latencies, mut heard) = (Histogram::default(), HashSet::new());
    for arrival in ears.take() {
        if let Some(due_at) = due.get(&arrival.number)
            && heard.insert(arrival.number)
        {
            latencies.record(arrival.at.saturating_duration_since(*due_at));
        }
    }
    (latencies, sent.len().saturating_sub(heard.len()) as u64)
}

/// As long as a message may be, nearly.
fn long_text(number: u64) -> String {
    format!(
        "({number:016}) {}",
        "all work and no play ".repeat(LETTERS / 21)
    )
}
