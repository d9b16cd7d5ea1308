//! The scenarios, each in a file of its own.

mod growth;
mod live;
mod mixed;
mod ping;
mod read;
mod send;
mod webhooks;

use crate::{
    arguments::Scenario,
    bench::Bench,
    load::Mix,
    report::{Line, Measured},
    side::Side,
};

/// Runs one scenario.
pub(crate) fn run(scenario: Scenario, bench: &Bench) -> Result<Vec<Line>, String> {
    match scenario {
        Scenario::Send => send::run(bench),
        Scenario::Ping => ping::run(bench),
        Scenario::Read => read::run(bench),
        Scenario::Mixed => mixed::run(bench),
        Scenario::Webhooks => webhooks::run(bench),
        Scenario::Growth => growth::run(bench),
        Scenario::Fanout => live::fanout(bench),
        Scenario::Broadcast => live::broadcast(bench),
        Scenario::Slow => live::slow(bench),
        Scenario::Sockets => live::sockets(bench),
    }
}

/// Measures one mix of operations on a server beside the floor, and checks that what was acknowledged is there.
fn one(
    bench: &Bench,
    name: &str,
    mix: Mix,
    connections: usize,
    server: &mut Side,
    floor: Option<&mut Side>,
) -> Result<Line, String> {
    let beside = floor.map(|floor| ("floor", floor));
    let (runs, beside) = bench.measure(name, mix, connections, server, beside)?;
    let memory_mib = server.memory_mib();
    let measured = Measured {
        scenario: name.to_owned(),
        connections,
        runs,
        difference: server.check(bench)?,
        memory_mib,
    };
    Ok(Line::new(measured, beside))
}
