//! A working day: both sides write, agents look, programs ping.

use super::{one, webhooks::attach};
use crate::{
    bench::Bench,
    load::{Mix, Operation},
    report::Line,
};

/// Connections of the run.
const CONNECTIONS: usize = 64;

/// Seven of ten write, and visitors write a little less than agents answer.
const MIX: Mix = &[
    (Operation::Send, 40),
    (Operation::Write, 30),
    (Operation::Page, 15),
    (Operation::List, 5),
    (Operation::Ping, 10),
];

pub(super) fn run(bench: &Bench) -> Result<Vec<Line>, String> {
    let (mut server, mut floor) = (bench.server()?, bench.floor()?);
    for side in std::iter::once(&mut server).chain(floor.as_mut()) {
        bench.fill(side, 1)?;
    }
    let _receiver = attach(&server)?;
    let connections = bench.choose(CONNECTIONS, 16);
    one(
        bench,
        "mixed",
        MIX,
        connections,
        &mut server,
        floor.as_mut(),
    )
    .map(|line| vec![line])
}
