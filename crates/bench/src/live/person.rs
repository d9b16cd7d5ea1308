//! Somebody at a socket: the machine, its connections one after the other, and what they have seen.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::{sync::mpsc, time::sleep_until};

use super::{
    frame::{Ack, Event, Nack},
    machine::{Input, Machine, Output},
    outbox::Unsent,
    socket::{Heard, Socket, Way},
};
use crate::{load::Random, stopwatch};

/// Longest sleep, so that no sum of times overflows.
const NAP_MS: i64 = 60_000;

/// An event, as far as a ledger cares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its place.
    pub seq: i64,
    /// What it is.
    pub kind: String,
    /// The message's id.
    pub id: String,
    /// The message's text, as it was when it was shown.
    pub text: String,
    /// When it was shown.
    pub at: Instant,
}

impl From<Event> for Shown {
    fn from(event: Event) -> Self {
        let text = event.text().unwrap_or_default().to_owned();
        Self {
            seq: event.seq,
            text,
            id: event.id.unwrap_or_default(),
            kind: event.kind,
            at: stopwatch::now(),
        }
    }
}

/// What somebody has seen.
#[derive(Debug, Default)]
pub struct Memory {
    /// What is shown of each channel, in the order in which it is shown.
    pub shown: BTreeMap<String, Vec<Shown>>,
    /// Messages that were acknowledged.
    pub stored: Vec<Ack>,
    /// Messages that were refused for good, and why.
    pub refused: Vec<Nack>,
    /// How often a connection stood.
    pub connections: u64,
    /// How often it did not come to be, or was lost.
    pub breaks: u64,
    /// How often the server made it begin anew.
    pub resets: u64,
    /// How often an event came that was not the next one.
    pub gaps: u64,
    /// Messages without an answer.
    pub unanswered: usize,
    /// Whether nothing is waited for.
    pub is_settled: bool,
    /// The close after which there is nothing more.
    pub ended: Option<u16>,
    /// Why a connection did not come to be, the last time.
    pub trouble: String,
}

/// Somebody at a socket; gone when dropped.
#[derive(Clone)]
pub struct Person {
    name: String,
    inputs: mpsc::UnboundedSender<Input>,
    memory: Arc<Mutex<Memory>>,
}

/// What drives a person; to be run as a task.
pub struct Life {
    way: Way,
    machine: Machine,
    inputs: mpsc::UnboundedReceiver<Input>,
    memory: Arc<Mutex<Memory>>,
    random: Random,
    /// One of so many messages is said twice; none at 0.
    stutter: usize,
    born: Instant,
    socket: Option<Socket>,
}

impl Person {
    /// Somebody who connects as soon as their life is run. One of `stutter` messages is said twice, with the same `cid`;
    /// none where it is 0.
    pub fn new(name: &str, way: Way, seed: u64, stutter: usize) -> (Self, Life) {
        let (inputs, received) = mpsc::unbounded_channel();
        let memory = Arc::<Mutex<Memory>>::default();
        let person = Self {
            name: name.to_owned(),
            inputs,
            memory: Arc::clone(&memory),
        };
        let life = Life {
            way,
            machine: Machine::default(),
            inputs: received,
            memory,
            random: Random::new(seed),
            stutter,
            born: stopwatch::now(),
            socket: None,
        };
        (person, life)
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Follows a channel.
    pub fn follow(&self, ch: &str) {
        self.tell(Input::Follow(ch.to_owned()));
    }

    /// The server may be back: it does not wait any longer.
    pub fn hurry(&self) {
        self.tell(Input::Online);
    }

    /// Writes a message.
    pub fn write(&self, unsent: Unsent) {
        self.memory().unanswered += 1;
        self.tell(Input::Write(unsent));
    }

    /// What it has seen.
    pub fn memory(&self) -> MutexGuard<'_, Memory> {
        lock(&self.memory)
    }

    fn tell(&self, input: Input) {
        // A life that has ended is noticed by what it has not seen.
        drop(self.inputs.send(input));
    }
}

impl Life {
    /// Lives until nobody holds the person any more.
    pub async fn run(mut self) {
        self.take(Input::Start(None)).await;
        loop {
            let wake_at = self.machine.wake_at().unwrap_or(i64::MAX);
            let sleep = wake_at.saturating_sub(self.now());
            let wake = stopwatch::now() + Duration::from_millis(sleep.clamp(0, NAP_MS) as u64);
            let input = tokio::select! {
                input = self.inputs.recv() => match input {
                    Some(input) => input,
                    None => return,
                },
                heard = hear(&mut self.socket) => match heard {
                    Heard::Text(text) => match serde_json::from_str(&text) {
                        Ok(frame) => Input::Said(frame),
                        Err(error) => {
                            self.note(|memory| memory.trouble = format!("{error}: {text}"));
                            continue;
                        }
                    },
                    Heard::End(code) => self.gone(code),
                },
                () = sleep_until(wake.into()) => Input::Tick,
            };
            self.take(input).await;
        }
    }

    /// Takes a step, and all that follow from it at once.
    async fn take(&mut self, input: Input) {
        let mut next = VecDeque::from([input]);
        while let Some(input) = next.pop_front() {
            let (now, chance) = (self.now(), self.chance());
            let outputs = self.machine.step(now, chance, input);
            for output in outputs {
                next.extend(self.act(output).await);
            }
            if next.is_empty() {
                // Whoever begins with the newest page wants all that is older too.
                next.extend(self.machine.next_older().map(Input::Older));
            }
        }
        let (is_settled, unanswered, gaps) = (
            self.machine.is_settled() && self.inputs.is_empty(),
            self.machine.unanswered() + self.inputs.len(),
            self.machine.gaps(),
        );
        self.note(|memory| {
            memory.is_settled = is_settled;
            memory.unanswered = unanswered;
            memory.gaps = gaps;
        });
    }

    async fn act(&mut self, output: Output) -> Option<Input> {
        match output {
            Output::Connect => return Some(self.connect().await),
            Output::Say(frame) => {
                let socket = self.socket.as_mut()?;
                let is_twice = self.stutter > 0
                    && frame["t"] == "send"
                    && self.random.below(self.stutter) == 0;
                let mut said = socket.say(&frame).await;
                if is_twice && said.is_ok() {
                    said = socket.say(&frame).await;
                }
                if said.is_err() {
                    return Some(self.gone(None));
                }
            }
            Output::Hang => {
                self.socket = None;
                self.note(|memory| memory.breaks += 1);
            }
            Output::Renew => return Some(Input::Renewed(None)),
            Output::End(code) => self.note(|memory| memory.ended = Some(code)),
            Output::Show(ch, event) => self.note(|memory| {
                memory.shown.entry(ch).or_default().push(event.into());
            }),
            Output::ShowBefore(ch, older) => self.note(|memory| {
                let older = older.into_iter().map(Shown::from);
                memory.shown.entry(ch).or_default().splice(0..0, older);
            }),
            Output::Forget(ch) => self.note(|memory| {
                memory.resets += 1;
                memory.shown.remove(&ch);
            }),
            Output::Stored(ack) => self.note(|memory| memory.stored.push(ack)),
            Output::Refused(nack) => self.note(|memory| memory.refused.push(nack)),
            Output::Denied(ch, code) => self.note(|memory| {
                memory.trouble = format!("{ch}: {code}");
            }),
            Output::Wait(_) | Output::Conversation(_) => {}
        }
        None
    }

    async fn connect(&mut self) -> Input {
        match Socket::open(&self.way).await {
            Ok(socket) => {
                self.socket = Some(socket);
                self.note(|memory| memory.connections += 1);
                Input::Opened
            }
            Err(trouble) => {
                self.note(|memory| memory.trouble = trouble);
                self.gone(None)
            }
        }
    }

    fn gone(&mut self, code: Option<u16>) -> Input {
        self.socket = None;
        self.note(|memory| memory.breaks += 1);
        Input::Closed(code)
    }

    fn note(&self, change: impl FnOnce(&mut Memory)) {
        change(&mut lock(&self.memory));
    }

    fn now(&self) -> i64 {
        i64::try_from(self.born.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    fn chance(&mut self) -> f64 {
        self.random.below(1_000_000) as f64 / 1_000_000.0
    }
}

/// What the socket says; nothing ever, where there is none.
async fn hear(socket: &mut Option<Socket>) -> Heard {
    match socket {
        Some(socket) => socket.hear().await,
        None => std::future::pending().await,
    }
}

fn lock(memory: &Mutex<Memory>) -> MutexGuard<'_, Memory> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}
