//! An agent's program says that the agent is there.

use super::one;
use crate::{bench::Bench, load::Operation, report::Line};

/// Connections of the run.
const CONNECTIONS: usize = 64;

pub(super) fn run(bench: &Bench) -> Result<Vec<Line>, String> {
    let (mut server, mut floor) = (bench.server()?, bench.floor()?);
    let mix = &[(Operation::Ping, 100)];
    let connections = bench.choose(CONNECTIONS, 8);
    one(bench, "ping", mix, connections, &mut server, floor.as_mut()).map(|line| vec![line])
}
