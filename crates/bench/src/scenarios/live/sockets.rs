//! Ten thousand visitors at sockets: what each costs while nothing happens, and how soon all are back and caught up when
//! the server restarts while messages come in (trust 3.12).

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{runtime::Runtime, time::sleep_until};

use super::{
    beside,
    people::{self, Letters},
    text,
};
use crate::{
    bench::Bench,
    ledger::Difference,
    live::{limit::raise_open_files, person::Person, socket::Way},
    load::{Connection, Histogram, Random, message_id},
    progress::{Progress, say},
    report::{Line, Measured, Run},
    side::Side,
    stopwatch,
};

/// Visitors.
const VISITORS: u64 = 10_000;

/// New sockets in a second: as visitors come, not as a crowd.
const PER_SECOND: u64 = 1_000;

/// How long it is looked at how little happens: at least one heartbeat of everybody.
const IDLE: Duration = Duration::from_secs(35);

/// Messages in a second while the server restarts.
const MESSAGES_PER_SECOND: u64 = 20;

/// How long messages come in before and after.
const AROUND: Duration = Duration::from_secs(2);

/// How long it may take until everybody is there.
const PATIENCE: Duration = Duration::from_secs(120);

/// Files that the server has open beside its sockets.
const OTHER_FILES: u64 = 1_000;

/// The wait before a message is sent again, to a server that may be back.
const RETRY: Duration = Duration::from_millis(50);

/// A message that was acknowledged: to whom, its id, and when.
#[derive(Clone, Copy)]
struct Sent {
    visitor: usize,
    id: [u8; 17],
    at: Instant,
}

pub(crate) fn run(bench: &Bench) -> Result<Vec<Line>, String> {
    let visitors = bench.choose(VISITORS, 50);
    if let Err(why) = raise_open_files(visitors + OTHER_FILES) {
        say(&format!("sockets is left out: {why}"));
        return Ok(Vec::new());
    }
    let runtime = beside()?;
    let mut server = bench.server()?;
    server.turn_to(0, visitors);
    bench.write(&mut server, 1)?;
    let ways = runtime.block_on(people::sessions(&server, visitors))?;
    let before_mib = server.memory_mib();
    let begun_at = stopwatch::now();
    let progress = bench.progress(format!("sockets: {visitors} visitors come"));
    let crowd = gather(ways, &runtime, &progress)?;
    wait_until_all(&crowd, &[], &progress)?;
    let opened_s = (stopwatch::now() - begun_at).as_secs_f64();
    let processor_percent = idle(bench, &server, visitors)?;
    let memory_mib = server.memory_mib();

    let (sent, back_s) = storm(bench, &mut server, &crowd, &runtime)?;
    let (latencies, lost, doubled) = compare(&crowd, &sent);
    server.ledger.extend(sent.iter().map(|sent| sent.id));
    let stored = server.check(bench)?;
    let resets: u64 = crowd.iter().map(|person| person.memory().resets).sum();
    let measured = Measured {
        scenario: "sockets, restart".to_owned(),
        connections: crowd.len(),
        runs: vec![Run {
            count: latencies.count(),
            rate: MESSAGES_PER_SECOND as f64,
            p50_ms: Some(latencies.percentile_ms(0.5)),
            p99_ms: Some(latencies.percentile_ms(0.99)),
        }],
        difference: Difference {
            lost: lost + stored.lost,
            doubled: doubled + stored.doubled,
            holes: stored.holes,
        },
        memory_mib,
    };
    let grown = memory_mib
        .zip(before_mib)
        .map(|(after, before)| after - before);
    let line = Line::new(measured, None)
        .with(
            "KiB a socket",
            grown.unwrap_or(0.0) * 1_024.0 / visitors as f64,
        )
        .with("idle % of a core", processor_percent)
        .with("all open after s", opened_s)
        .with("all back and caught up after s", back_s)
        .with("began anew", resets as f64);
    Ok(vec![line])
}

/// Restarts the server while messages come in; what was acknowledged, and after how many seconds all were back.
fn storm(
    bench: &Bench,
    server: &mut Side,
    crowd: &[Person],
    runtime: &Runtime,
) -> Result<(Vec<Sent>, f64), String> {
    let progress = bench.progress("sockets: the server restarts");
    let is_over = Arc::new(AtomicBool::new(false));
    let sent = Arc::<Mutex<Vec<Sent>>>::default();
    runtime.spawn(write(
        server.target.address,
        Letters::of(server),
        crowd.len(),
        (Arc::clone(&sent), Arc::clone(&is_over)),
    ));
    wait(AROUND, &progress)?;
    let restarted_at = stopwatch::now();
    restart(bench, server, &progress)?;
    let sent_so_far = lock(&sent).clone();
    wait_until_all(crowd, &sent_so_far, &progress)?;
    let back_s = (stopwatch::now() - restarted_at).as_secs_f64();
    wait(AROUND, &progress)?;
    is_over.store(true, Ordering::Relaxed);
    wait(RETRY * 4, &progress)?;
    let sent = lock(&sent).clone();
    wait_until_all(crowd, &sent, &progress)?;
    Ok((sent, back_s))
}

/// Visitors come at an even pace, each to their own conversation.
fn gather(ways: Vec<Way>, runtime: &Runtime, progress: &Progress) -> Result<Vec<Person>, String> {
    let mut crowd = Vec::with_capacity(ways.len());
    let (all, begun_at) = (ways.len(), stopwatch::now());
    for (number, way) in ways.into_iter().enumerate() {
        let due_at = begun_at + Duration::from_secs(number as u64) / PER_SECOND as u32;
        while stopwatch::now() < due_at {
            std::thread::park_timeout(due_at.saturating_duration_since(stopwatch::now()));
        }
        progress.show(number as f64 / all as f64)?;
        let (person, life) = Person::new(&number.to_string(), way, number as u64, 0);
        person.follow("me");
        runtime.spawn(life.run());
        crowd.push(person);
    }
    Ok(crowd)
}

/// Waits until everybody is connected, has the first message, and every message that was sent.
fn wait_until_all(crowd: &[Person], sent: &[Sent], progress: &Progress) -> Result<(), String> {
    let mut wanted = vec![1; crowd.len()];
    for sent in sent {
        wanted[sent.visitor] += 1;
    }
    let begun_at = stopwatch::now();
    let (mut missing, mut trouble) = (crowd.len(), String::new());
    while missing > 0 {
        progress.show(1.0 - missing as f64 / crowd.len() as f64)?;
        if stopwatch::now() - begun_at > PATIENCE {
            return Err(format!("{missing} are not there: {trouble}"));
        }
        std::thread::park_timeout(Duration::from_millis(20));
        missing = 0;
        for (person, wanted) in crowd.iter().zip(&wanted) {
            let memory = person.memory();
            let shown = memory.shown.values().map(Vec::len).max().unwrap_or(0);
            if !memory.is_settled || shown < *wanted {
                missing += 1;
                trouble.clone_from(&memory.trouble);
            }
        }
    }
    Ok(())
}

/// How much of a core the server uses while nothing happens but heartbeats.
fn idle(bench: &Bench, server: &Side, visitors: u64) -> Result<f64, String> {
    let progress = bench.progress(format!("sockets: {visitors} visitors are idle"));
    let time = bench.choose(IDLE, Duration::from_secs(1));
    let used = || server.running.as_ref()?.process.processor_time();
    let before = used();
    wait(time, &progress)?;
    let used = used().zip(before).map(|(after, before)| after - before);
    Ok(used.unwrap_or_default().as_secs_f64() * 100.0 / time.as_secs_f64())
}

/// Ends the server gently, and starts it again at the same address.
fn restart(bench: &Bench, server: &mut Side, progress: &Progress) -> Result<(), String> {
    let mut running = server
        .running
        .take()
        .ok_or("no server of the bench's own")?;
    let (address, account) = (server.target.address, running.process.account.clone());
    running.process.stop(progress)?;
    let directory = running.directory;
    let process = bench
        .binary
        .serve_at(&address, directory.path(), &account, progress)?;
    running.process = process;
    running.directory = directory;
    server.running = Some(running);
    Ok(())
}

/// Writes to visitors by chance, at an even pace, each message until it is acknowledged.
async fn write(
    address: std::net::SocketAddr,
    letters: Letters,
    visitors: usize,
    (sent, is_over): (Arc<Mutex<Vec<Sent>>>, Arc<AtomicBool>),
) {
    let mut random = Random::new(1);
    let begun_at = stopwatch::now();
    let mut connection = None;
    for number in 1.. {
        let due_at = begun_at + Duration::from_secs(number) / MESSAGES_PER_SECOND as u32;
        sleep_until(due_at.into()).await;
        let visitor = random.below(visitors);
        let request = letters.to_once(visitor as u64, &text(number), &number.to_string());
        loop {
            if is_over.load(Ordering::Relaxed) {
                return;
            }
            if let Some(id) = ask(&mut connection, address, &request).await {
                let at = stopwatch::now();
                lock(&sent).push(Sent { visitor, id, at });
                break;
            }
            connection = None;
            sleep_until((stopwatch::now() + RETRY).into()).await;
        }
    }
}

async fn ask(
    connection: &mut Option<Connection>,
    address: std::net::SocketAddr,
    request: &[u8],
) -> Option<[u8; 17]> {
    if connection.is_none() {
        *connection = Connection::open(address).await.ok();
    }
    let answer = connection.as_mut()?.ask(request).await.ok()?;
    (answer.status == 200)
        .then(|| message_id(answer.body))
        .flatten()
}

/// How soon everybody saw what was sent to them, and what they did not see, or saw twice.
fn compare(crowd: &[Person], sent: &[Sent]) -> (Histogram, u64, u64) {
    let (mut latencies, mut lost, mut doubled) = (Histogram::default(), 0, 0);
    for sent in sent {
        let memory = crowd[sent.visitor].memory();
        let shown = memory.shown.values().flatten();
        let mut found = shown.filter(|event| event.id.as_bytes() == sent.id);
        match found.next() {
            Some(event) => latencies.record(event.at.saturating_duration_since(sent.at)),
            None => lost += 1,
        }
        doubled += found.count() as u64;
    }
    for person in crowd {
        let memory = person.memory();
        for shown in memory.shown.values() {
            let is_whole = shown
                .iter()
                .map(|event| event.seq)
                .eq(1..=shown.len() as i64);
            lost += u64::from(!is_whole);
        }
    }
    (latencies, lost, doubled)
}

fn wait(time: Duration, progress: &Progress) -> Result<(), String> {
    let begun_at = stopwatch::now();
    while stopwatch::now() - begun_at < time {
        let done = (stopwatch::now() - begun_at).as_secs_f64() / time.as_secs_f64();
        progress.show(done)?;
        stopwatch::pause();
    }
    Ok(())
}

fn lock(sent: &Mutex<Vec<Sent>>) -> std::sync::MutexGuard<'_, Vec<Sent>> {
    sent.lock().unwrap_or_else(PoisonError::into_inner)
}
