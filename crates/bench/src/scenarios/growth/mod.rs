//! What becomes of sending and reading when a million messages are there already, beside a server that has none.

mod preload;

use super::webhooks::attach;
use crate::{
    bench::Bench,
    load::{Mix, Operation},
    report::{Line, Measured},
    side::Side,
};

/// Connections of the runs.
const CONNECTIONS: usize = 64;

/// Messages of each conversation of the server that is otherwise empty: as many as a page shows.
const MESSAGES: u64 = 20;

/// The parts. Reading comes first, so that both servers still have what they began with.
const PARTS: [(&str, Mix); 3] = [
    ("growth page", &[(Operation::Page, 100)]),
    ("growth list", &[(Operation::List, 100)]),
    ("growth send", &[(Operation::Send, 100)]),
];

pub(super) fn run(bench: &Bench) -> Result<Vec<Line>, String> {
    let mut empty = bench.server()?;
    bench.fill(&mut empty, MESSAGES)?;
    let mut full = preloaded(bench)?;
    let _receivers = (attach(&empty)?, attach(&full)?);
    let connections = bench.choose(CONNECTIONS, 8);
    let mut measured = Vec::new();
    for (name, mix) in PARTS {
        let beside = Some(("empty", &mut empty));
        let (runs, beside) = bench.measure(name, mix, connections, &mut full, beside)?;
        measured.push((name, runs, beside, full.memory_mib()));
    }
    // Once for all: reading a million messages takes longer than sending for a while.
    let difference = full.check(bench)?;
    let lines = measured
        .into_iter()
        .map(|(name, runs, beside, memory_mib)| {
            let measured = Measured {
                scenario: name.to_owned(),
                connections,
                runs,
                difference,
                memory_mib,
            };
            Line::new(measured, beside)
        });
    Ok(lines.collect())
}

/// A server whose database was filled before it started.
fn preloaded(bench: &Bench) -> Result<Side, String> {
    let messages = bench.plan.messages;
    let mut loaded = None;
    let mut side = bench.server_with(|directory, prefix| {
        let progress = bench.progress(format!("{messages} messages are put into a database"));
        loaded = Some(preload::fill(directory, prefix, messages, &progress)?);
        Ok(())
    })?;
    let loaded = loaded.ok_or("the database was not filled")?;
    side.ledger.extend(loaded.messages);
    side.turn_to(0, bench.conversations().min(loaded.long.len() as u64));
    side.read(loaded.long);
    // As on the other server, each of those who are written to has a chat that runs.
    bench.write(&mut side, 1)?;
    Ok(side)
}
