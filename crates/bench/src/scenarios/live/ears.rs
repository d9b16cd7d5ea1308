//! Sockets that listen, and when what came to each of them.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::{
    runtime::Runtime,
    task::JoinSet,
    time::{interval_at, timeout},
};

use super::number_in;
use crate::{
    live::{
        frame::{Frame, Page},
        socket::{Heard, Socket, Way},
    },
    progress::Progress,
    stopwatch,
};

/// How often a socket that only listens shows that it is there.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// How long the answer to a subscription may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long the next arrival may take before nobody waits for it any more.
const SILENCE: Duration = Duration::from_secs(10);

/// Something that came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    /// The place of the socket.
    pub(super) ear: usize,
    /// The number in the text.
    pub(super) number: u64,
    /// When.
    pub(super) at: Instant,
}

/// What all of them heard.
#[derive(Default)]
struct Memory {
    arrivals: Vec<Arrival>,
    /// The first frame that had a number.
    sample: Option<String>,
    /// How sockets ended.
    ended: Vec<(usize, Option<u16>)>,
}

/// Sockets that listen until they are dropped.
pub(super) struct Ears {
    memory: Arc<Mutex<Memory>>,
    tasks: JoinSet<()>,
    count: usize,
}

impl Ears {
    pub(super) fn new() -> Self {
        Self {
            memory: Arc::default(),
            tasks: JoinSet::new(),
            count: 0,
        }
    }

    /// Listens at one more socket; tells its place.
    pub(super) fn add(&mut self, socket: Socket, runtime: &Runtime) -> usize {
        let ear = self.count;
        self.count += 1;
        let memory = Arc::clone(&self.memory);
        self.tasks
            .spawn_on(listen(ear, socket, memory), runtime.handle());
        ear
    }

    /// How many listen.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// What was heard since the last time.
    pub(super) fn take(&self) -> Vec<Arrival> {
        std::mem::take(&mut lock(&self.memory).arrivals)
    }

    /// A frame as it came, as the floor is to repeat it.
    pub(super) fn sample(&self) -> Option<String> {
        lock(&self.memory).sample.clone()
    }

    /// Waits until so many were heard, or none come any more.
    pub(super) fn wait_for(&self, count: usize, progress: &Progress) -> Result<(), String> {
        let heard = || lock(&self.memory).arrivals.len();
        let (mut seen, mut seen_at) = (heard(), stopwatch::now());
        while seen < count && stopwatch::now() - seen_at < SILENCE {
            std::thread::park_timeout(Duration::from_millis(1));
            progress.show(seen as f64 / count as f64)?;
            let now = heard();
            if now > seen {
                (seen, seen_at) = (now, stopwatch::now());
            }
        }
        if let Some((ear, code)) = lock(&self.memory).ended.first() {
            return Err(format!("socket {ear} was closed with {code:?}"));
        }
        Ok(())
    }
}

fn lock(memory: &Mutex<Memory>) -> MutexGuard<'_, Memory> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn listen(ear: usize, mut socket: Socket, memory: Arc<Mutex<Memory>>) {
    let mut heartbeat = interval_at((stopwatch::now() + HEARTBEAT).into(), HEARTBEAT);
    loop {
        let heard = tokio::select! {
            heard = socket.hear() => heard,
            _ = heartbeat.tick() => {
                // Where it cannot be said, the end is heard next.
                drop(socket.say(&json!({"t": "hb"})).await);
                continue;
            }
        };
        match heard {
            Heard::Text(text) => {
                let Some(number) = number_in(&text) else {
                    continue;
                };
                let mut memory = lock(&memory);
                memory.arrivals.push(Arrival {
                    ear,
                    number,
                    at: stopwatch::now(),
                });
                memory.sample.get_or_insert(text);
            }
            Heard::End(code) => {
                lock(&memory).ended.push((ear, code));
                return;
            }
        }
    }
}

/// Opens a socket, and subscribes to channels in turn.
pub(super) async fn open(way: &Way, channels: &[&str]) -> Result<Socket, String> {
    let mut socket = Socket::open(way).await?;
    for ch in channels {
        subscribe(&mut socket, ch).await?;
    }
    Ok(socket)
}

/// Opens a visitor's socket, and subscribes to the conversation that they have.
pub(super) async fn open_own(way: &Way) -> Result<Socket, String> {
    let mut socket = Socket::open(way).await?;
    let page = subscribe(&mut socket, "me").await?;
    let id = page.conversation_id;
    let id = id.ok_or("a visitor's `me` told no conversation")?;
    subscribe(&mut socket, &format!("c:{id}")).await?;
    Ok(socket)
}

async fn subscribe(socket: &mut Socket, ch: &str) -> Result<Page, String> {
    socket.say(&json!({"t": "sub", "ch": ch})).await?;
    let answered = timeout(PATIENCE, async {
        loop {
            let text = match socket.hear().await {
                Heard::Text(text) => text,
                Heard::End(code) => return Err(format!("closed with {code:?}")),
            };
            match serde_json::from_str(&text) {
                Ok(Frame::Subok(page)) if page.ch == ch => return Ok(page),
                Ok(Frame::Nack(nack)) => return Err(format!("{}: {}", nack.code, nack.message)),
                Ok(_) => {}
                Err(error) => return Err(format!("{error}: {text}")),
            }
        }
    });
    let answered = answered.await.map_err(|_| "no answer".to_owned());
    answered
        .and_then(|page| page)
        .map_err(|why| format!("a subscription to {ch}: {why}"))
}
