//! Most receivers take everything and never answer: how soon does the good one hear of a message?

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use tokio::{task::JoinSet, time::sleep_until};

use super::{STARTED, difference, healthy::wait_for, listen};
use crate::{
    bench::Bench,
    ledger::{Difference, MessageId},
    load::{Connection, Crowd, Histogram, Operation, Script, in_one_thread, message_id},
    progress::Progress,
    receiver::{Manner, Receiver},
    report::{Line, Measured, Run},
    side::Side,
    stopwatch,
    target::Target,
};

/// Endpoints that never answer, beside the one that does.
const HANGING: usize = 49;

/// Messages in a second, whether the server is slow or not.
const PER_SECOND: u64 = 50;

/// How long.
const SECONDS: u64 = 30;

/// Connections that take turns, so that one slow answer does not hold up the next message.
const SENDERS: u64 = 8;

/// A message that was answered: the visitor, when, and its id.
type Sent = (u64, Instant, MessageId);

pub(super) fn run(bench: &Bench) -> Result<Line, String> {
    let hanging = bench.choose(HANGING, 4);
    let messages = bench.choose(PER_SECOND * SECONDS, PER_SECOND);
    let mut server = bench.server()?;
    let good = Receiver::start(Manner::Answers, &server.crowd.prefix)?;
    let bad = Receiver::start(Manner::Hangs, &server.crowd.prefix)?;
    for number in 0..hanging {
        listen(&server, &bad.url(&number.to_string()), &STARTED)?;
    }
    listen(&server, &good.url("good"), &STARTED)?;
    server.turn_to(0, messages);
    let title = format!("webhooks, {hanging} of {} hang", hanging + 1);
    let progress = bench.progress(title.clone());
    let sent = send(&server, messages, &progress)?;
    wait_for(&good, messages as usize, &progress)?;
    let arrivals = good.take();
    let mut latencies = Histogram::default();
    for arrival in &arrivals {
        let answered = sent
            .iter()
            .find(|(visitor, ..)| Some(*visitor) == arrival.visitor);
        if let Some((_, answered_at, _)) = answered {
            // A delivery may overtake the answer: it waits for the same commit.
            latencies.record(arrival.at.saturating_duration_since(*answered_at));
        }
    }
    let told = difference(&arrivals, 0, messages);
    server.ledger.extend(sent.into_iter().map(|(.., id)| id));
    let memory_mib = server.memory_mib();
    let stored = server.check(bench)?;
    let run = Run {
        count: latencies.count(),
        rate: PER_SECOND as f64,
        p50_ms: Some(latencies.percentile_ms(0.5)),
        p99_ms: Some(latencies.percentile_ms(0.99)),
    };
    let measured = Measured {
        scenario: title,
        connections: SENDERS as usize,
        runs: vec![run],
        difference: Difference {
            lost: told.lost + stored.lost,
            doubled: told.doubled + stored.doubled,
            holes: stored.holes,
        },
        memory_mib,
    };
    Ok(Line::new(measured, None))
}

/// Sends a first message for one visitor after the other, at an even pace.
fn send(server: &Side, messages: u64, progress: &Progress) -> Result<Vec<Sent>, String> {
    let (target, crowd) = (server.target.clone(), Arc::clone(&server.crowd));
    let count = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&count);
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        let sent = in_one_thread(async move {
            let begun_at = stopwatch::now();
            let mut senders = JoinSet::new();
            for number in 0..SENDERS {
                let numbers = (number..messages).step_by(SENDERS as usize);
                let (target, crowd) = (target.clone(), Arc::clone(&crowd));
                let count = Arc::clone(&count);
                senders.spawn(send_some(target, crowd, numbers, begun_at, count));
            }
            let mut sent = Vec::new();
            while let Some(part) = senders.join_next().await {
                sent.extend(part.map_err(|error| error.to_string())??);
            }
            Ok(sent)
        });
        // Whoever waited may have been told to stop.
        done.send(sent).unwrap_or_default();
    });
    let share = || counted.load(Ordering::Relaxed) as f64 / messages as f64;
    progress.wait(&is_done, share)?
}

/// One connection's share of the messages, each at its time.
async fn send_some(
    target: Target,
    crowd: Arc<Crowd>,
    numbers: impl Iterator<Item = u64>,
    begun_at: Instant,
    count: Arc<AtomicU64>,
) -> Result<Vec<Sent>, String> {
    let mut connection = Connection::open(target.address).await?;
    let mut script = Script::new(&target, &[(Operation::Write, 100)], crowd, 0);
    let mut sent = Vec::new();
    for number in numbers {
        let at = begun_at + Duration::from_secs(number) / PER_SECOND as u32;
        sleep_until(at.into()).await;
        let (operation, request) = script.next_about(number);
        let answer = connection.ask(request).await?;
        let answered_at = stopwatch::now();
        if answer.status != operation.status() {
            return Err(format!("a message was answered {}", answer.status));
        }
        let id = message_id(answer.body).ok_or("a message was answered without an id")?;
        sent.push((number, answered_at, id));
        count.fetch_add(1, Ordering::Relaxed);
    }
    Ok(sent)
}
