//! What people say while the faults come: numbered messages, each remembered before it is said.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use tokio::time::sleep_until;

use crate::{
    live::{outbox::Unsent, person::Person},
    load::Random,
    stopwatch,
};

/// Messages that somebody says before the first of them is answered.
const UNANSWERED_MAX: usize = 6;

/// The longest pause between two messages.
const PAUSE_MS_MAX: usize = 60;

/// A message that somebody said, or was about to.
#[derive(Clone, Debug)]
pub(super) struct Said {
    /// Names it for ever.
    pub(super) cid: String,
    /// Its text, which no other has.
    pub(super) text: String,
}

/// What a visitor says who has no conversation yet, in one go.
pub(super) const FIRST_WORDS: u64 = 3;

/// Everything that was said over sockets.
#[derive(Clone, Default)]
pub(super) struct Talk {
    said: Arc<Mutex<Vec<Said>>>,
    is_on: Arc<AtomicBool>,
}

impl Talk {
    /// People talk from now on, or no longer.
    pub(super) fn turn(&self, is_on: bool) {
        self.is_on.store(is_on, Ordering::Relaxed);
    }

    /// Everything that was said so far.
    pub(super) fn said(&self) -> Vec<Said> {
        self.said
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Says one thing.
    pub(super) fn say(&self, person: &Person, ch: &str, number: u64, cid: String) {
        let text = format!("{} says {number} on a socket", person.name());
        let said = Said {
            cid: cid.clone(),
            text: text.clone(),
        };
        let mut all = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(said);
        drop(all);
        person.write(Unsent::new(cid, ch.to_owned(), json!({ "text": text })));
    }

    /// Somebody talks in all of some channels by turns, for as long as the task lives.
    pub(super) async fn go_on(self, person: Person, channels: Vec<String>, seed: u64) {
        let mut random = Random::new(seed);
        // The numbers before were first words.
        let mut number = FIRST_WORDS;
        loop {
            let pause = Duration::from_millis(random.below(PAUSE_MS_MAX) as u64 + 1);
            sleep_until((stopwatch::now() + pause).into()).await;
            let unanswered = person.memory().unanswered;
            if !self.is_on.load(Ordering::Relaxed) || unanswered >= UNANSWERED_MAX {
                continue;
            }
            number += 1;
            let ch = &channels[random.below(channels.len())];
            self.say(&person, ch, number, cid(&mut random));
        }
    }
}

/// 128 bits that are new.
pub(super) fn cid(random: &mut Random) -> String {
    format!("{:016x}{:016x}", random.next(), random.next())
}
