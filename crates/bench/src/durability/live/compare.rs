//! The comparison of what was said, what is stored, and what everybody sees (trust 3, L1 to L4).

use std::{
    collections::{HashMap, HashSet},
    time::Instant,
};

use super::{
    super::{
        Findings, Result,
        ledger::{Entry, Stored, Writer},
    },
    talk::Said,
};
use crate::live::person::{Person, Shown};

/// A conversation, and everybody who has to do with it.
pub(super) struct Conversation<'a> {
    /// Its channel.
    pub(super) ch: &'a str,
    /// Who follows it.
    pub(super) persons: &'a [&'a Person],
    /// Who wrote into it by REST.
    pub(super) writer: Option<&'a Writer>,
    /// Everything that was said over sockets, here or elsewhere.
    pub(super) said: &'a [Said],
}

/// How much was compared.
pub(super) struct Compared {
    pub(super) lists: u64,
    pub(super) events: u64,
}

impl Conversation<'_> {
    /// Compares; `owner` asks the server.
    pub(super) fn compare(
        &self,
        owner: &Writer,
        address: &str,
        findings: &mut Findings,
    ) -> Result<Compared> {
        let id = self.ch.trim_start_matches("c:");
        let stored = owner.messages_of(address, id)?;
        let head = head(owner, address, self.ch)?;
        self.compare_stored(&stored, findings);
        let mut compared = Compared {
            lists: 0,
            events: 0,
        };
        for person in self.persons {
            let memory = person.memory();
            let shown = memory.shown.get(self.ch).map(Vec::as_slice);
            let shown = shown.unwrap_or_default();
            compare_list(person.name(), self.ch, shown, &stored, head, findings);
            compared.lists += 1;
            compared.events += shown.len() as u64;
        }
        Ok(compared)
    }

    /// L1 and L2: what was acknowledged is there once, where it was said to be, and nothing that nobody said.
    fn compare_stored(&self, stored: &[Stored], findings: &mut Findings) {
        let mut count: HashMap<&str, usize> = HashMap::new();
        for message in stored {
            *count.entry(&message.text).or_default() += 1;
        }
        for (text, count) in &count {
            if *count > 1 {
                findings.double(&format!("{text:?} is there {count} times"));
            }
        }
        let entries = self.writer.map(Writer::entries).unwrap_or_default();
        let by_rest = entries.iter().map(|entry| entry.text.as_str());
        let by_sockets = self.said.iter().map(|said| said.text.as_str());
        let known: HashSet<&str> = by_rest.chain(by_sockets).collect();
        for message in stored {
            if !known.contains(message.text.as_str()) {
                findings.invent(&message.text);
            }
        }
        let place: HashMap<&str, &Stored> = stored
            .iter()
            .map(|message| (message.id.as_str(), message))
            .collect();
        for entry in entries {
            if entry.id().is_some_and(|id| !place.contains_key(id)) {
                findings.lose(&format!("{:?}, by REST", entry.text));
            }
        }
        let sent = entries.iter().filter_map(Entry::id);
        let places = sent.filter_map(|id| place.get(id)).map(|found| found.seq);
        if !places.is_sorted_by(|one, next| one < next) {
            findings.misplace(&format!("the messages by REST in {}", self.ch));
        }
        let texts: HashMap<&str, &str> = self
            .said
            .iter()
            .map(|said| (said.cid.as_str(), said.text.as_str()))
            .collect();
        for person in self.persons {
            let memory = person.memory();
            let here = memory.stored.iter().filter(|ack| ack.ch == self.ch);
            let mut last = 0;
            for ack in here {
                let text = texts.get(ack.cid.as_str()).copied().unwrap_or_default();
                let found = place.get(ack.id.as_str());
                if found.is_none_or(|found| found.text != text || found.seq != ack.seq) {
                    findings.lose(&format!("{text:?}, acknowledged at {}", ack.seq));
                }
                if ack.seq <= last {
                    findings.misplace(&format!("{text:?} at {} after {last}", ack.seq));
                }
                last = ack.seq;
            }
        }
    }
}

/// L3: everything that was said got its answer, and nothing was refused.
pub(super) fn answers<'a>(
    persons: impl Iterator<Item = &'a Person>,
    said: &[Said],
    findings: &mut Findings,
) {
    let mut answered: HashSet<String> = HashSet::new();
    for person in persons {
        let memory = person.memory();
        answered.extend(memory.stored.iter().map(|ack| ack.cid.clone()));
        for nack in &memory.refused {
            let (code, message) = (&nack.code, &nack.message);
            findings.lose(&format!("{}: {code}: {message}", person.name()));
        }
        if let Some(code) = memory.ended {
            findings.lose(&format!("{} was sent away with {code}", person.name()));
        }
    }
    for said in said.iter().filter(|said| !answered.contains(&said.cid)) {
        findings.lose(&format!("{:?} has no answer", said.text));
    }
}

/// L4: a list is whole and in order, and its messages are those that are stored.
fn compare_list(
    name: &str,
    ch: &str,
    shown: &[Shown],
    stored: &[Stored],
    head: i64,
    findings: &mut Findings,
) {
    let seqs = shown.iter().map(|event| event.seq);
    if !seqs.eq(1..=head) {
        let wrong = (1..=head)
            .zip(
                shown
                    .iter()
                    .map(|event| Some(event.seq))
                    .chain(std::iter::repeat(None)),
            )
            .find(|(place, seq)| Some(*place) != *seq);
        findings.misplace(&format!(
            "the list of {name} in {ch} has {} of {head} events; the first wrong one {wrong:?}",
            shown.len()
        ));
    }
    let messages = shown.iter().filter(|event| event.kind == "message");
    let messages = messages.map(|event| (event.seq, event.id.as_str(), event.text.as_str()));
    let expected = stored.iter();
    let expected = expected.map(|one| (one.seq, one.id.as_str(), one.text.as_str()));
    if !messages.eq(expected) {
        findings.misplace(&format!(
            "the messages that {name} sees in {ch} are not those that are stored"
        ));
    }
}

/// The highest `seq` of a conversation.
pub(super) fn head(owner: &Writer, address: &str, ch: &str) -> Result<i64> {
    let id = ch.trim_start_matches("c:");
    let conversation = owner.get(&format!("{address}/api/v1/conversations/{id}"))?;
    let head = conversation["head"].as_i64();
    head.ok_or_else(|| format!("a conversation without a head: {conversation}"))
}

/// How far somebody has seen a conversation.
pub(super) fn cursor(person: &Person, ch: &str) -> i64 {
    let memory = person.memory();
    let last = memory.shown.get(ch).and_then(|shown| shown.last());
    last.map_or(0, |event| event.seq)
}

/// When somebody saw a message.
pub(super) fn seen_at(person: &Person, ch: &str, id: &str) -> Option<Instant> {
    let memory = person.memory();
    let mut newest_first = memory.shown.get(ch)?.iter().rev();
    let found = newest_first.find(|event| event.id == id);
    found.map(|event| event.at)
}
