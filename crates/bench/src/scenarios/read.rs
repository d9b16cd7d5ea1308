//! What an inbox does all day: open a conversation, look at the list.

use super::one;
use crate::{bench::Bench, load::Operation, report::Line};

/// Connections of the runs.
const CONNECTIONS: usize = 64;

/// Messages of each conversation: as many as a page shows.
const MESSAGES: u64 = 20;

pub(super) fn run(bench: &Bench) -> Result<Vec<Line>, String> {
    let (mut server, mut floor) = (bench.server()?, bench.floor()?);
    for side in std::iter::once(&mut server).chain(floor.as_mut()) {
        bench.fill(side, MESSAGES)?;
    }
    let connections = bench.choose(CONNECTIONS, 8);
    let page = &[(Operation::Page, 100)];
    let list = &[(Operation::List, 100)];
    Ok(vec![
        one(
            bench,
            "read page",
            page,
            connections,
            &mut server,
            floor.as_mut(),
        )?,
        one(
            bench,
            "read list",
            list,
            connections,
            &mut server,
            floor.as_mut(),
        )?,
    ])
}
