//! The main job: a message of an agent comes in over REST and is on the disk before it is answered.

use super::{one, webhooks::attach};
use crate::{bench::Bench, load::Operation, report::Line};

/// Connections of the runs.
const CONNECTIONS: [usize; 4] = [1, 16, 64, 256];

/// Connections where only correctness is looked at.
const CONNECTIONS_QUICK: [usize; 2] = [1, 16];

pub(super) fn run(bench: &Bench) -> Result<Vec<Line>, String> {
    let connections = bench.choose(&CONNECTIONS[..], &CONNECTIONS_QUICK[..]);
    let lines = connections
        .iter()
        .map(|connections| at(bench, *connections));
    lines.collect()
}

/// On servers of its own for each number of connections: none finds what an earlier one left.
fn at(bench: &Bench, connections: usize) -> Result<Line, String> {
    let (mut server, mut floor) = (bench.server()?, bench.floor()?);
    for side in std::iter::once(&mut server).chain(floor.as_mut()) {
        bench.fill(side, 1)?;
    }
    let _receiver = attach(&server)?;
    let mix = &[(Operation::Send, 100)];
    one(bench, "send", mix, connections, &mut server, floor.as_mut())
}
