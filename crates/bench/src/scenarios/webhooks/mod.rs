//! Webhooks: how many deliveries a good receiver gets in a second, and how soon when most receivers are bad.

mod hanging;
mod healthy;

use std::collections::HashSet;

use serde_json::json;

use crate::{
    bench::Bench,
    ledger::Difference,
    load::in_one_thread,
    progress::say,
    receiver::{Arrival, Manner, Receiver},
    report::Line,
    side::Side,
};

/// What a bench listens to: Brevo's three.
const EVENTS: [&str; 3] = [
    "conversationStarted",
    "conversationFragment",
    "conversationTranscript",
];

/// The first message of a visitor calls for exactly one of these.
const STARTED: [&str; 1] = ["conversationStarted"];

/// Whether a server has webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// It tells them.
    Yes,
    /// It has no such path: an earlier version.
    No,
}

pub(super) fn run(bench: &Bench) -> Result<Vec<Line>, String> {
    let Some(healthy) = healthy::run(bench)? else {
        say("this server has no webhooks: nothing to measure");
        return Ok(Vec::new());
    };
    Ok(vec![healthy, hanging::run(bench)?])
}

/// Gives a server one endpoint for all of Brevo's events, as the main job is measured with one; not a server elsewhere,
/// nor one that has no webhooks.
pub(super) fn attach(side: &Side) -> Result<Option<Receiver>, String> {
    if !side.is_own() {
        return Ok(None);
    }
    let receiver = Receiver::start(Manner::Answers, &side.crowd.prefix)?;
    let known = listen(side, &receiver.url("all"), &EVENTS)?;
    Ok((known == Known::Yes).then_some(receiver))
}

/// Adds an endpoint.
fn listen(side: &Side, url: &str, events: &[&str]) -> Result<Known, String> {
    let body = json!({"url": url, "events": events});
    let (status, answer) = in_one_thread(side.target.post("/api/v1/webhooks", &body))?;
    match status {
        201 => Ok(Known::Yes),
        404 => Ok(Known::No),
        _ => Err(format!(
            "POST /api/v1/webhooks was answered {status}: {answer}"
        )),
    }
}

/// What is missing of one event for each visitor from `first` on, and what came twice.
fn difference(arrivals: &[Arrival], first: u64, visitors: u64) -> Difference {
    let known = |arrival: &Arrival| {
        let visitor = arrival.visitor.filter(|visitor| *visitor >= first);
        visitor.filter(|visitor| *visitor < first + visitors)
    };
    let told: HashSet<u64> = arrivals.iter().filter_map(known).collect();
    let deliveries: HashSet<&str> = arrivals
        .iter()
        .map(|arrival| arrival.webhook_id.as_str())
        .collect();
    Difference {
        lost: visitors - told.len() as u64,
        // Twice the same delivery, or two deliveries of the same event.
        doubled: (arrivals.len() - deliveries.len().min(told.len())) as u64,
        holes: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stopwatch;

    fn arrival(visitor: u64, webhook_id: &str) -> Arrival {
        Arrival {
            at: stopwatch::now(),
            webhook_id: webhook_id.to_owned(),
            visitor: Some(visitor),
        }
    }

    #[test]
    fn each_visitor_is_told_of_exactly_once() {
        let found = |arrivals: &[(u64, &str)]| {
            let arrivals = arrivals.iter().map(|(visitor, id)| arrival(*visitor, id));
            let found = difference(&arrivals.collect::<Vec<_>>(), 5, 3);
            (found.lost, found.doubled)
        };
        assert_eq!(found(&[(5, "a"), (6, "b"), (7, "c")]), (0, 0));
        assert_eq!(found(&[(5, "a"), (7, "c")]), (1, 0), "6 is missing");
        assert_eq!(found(&[(5, "a"), (6, "b"), (7, "c"), (6, "b")]), (0, 1));
        assert_eq!(found(&[(5, "a"), (6, "b"), (7, "c"), (6, "d")]), (0, 1));
        assert_eq!(found(&[(5, "a"), (6, "b"), (8, "c")]), (1, 1));
    }
}
