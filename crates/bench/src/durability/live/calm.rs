//! When the faults are over: everybody comes to rest, a few messages are watched, and everything is compared.

use std::{sync::atomic::Ordering, time::Duration};

use super::{
    super::{Findings, Result, ledger::Writer, wait},
    LiveReport, compare,
    crowd::{Crowd, VISITORS},
};
use crate::{
    live::{person::Person, proxy::Proxy},
    load::Histogram,
    stopwatch,
};

/// How long it may take after the last fault until everybody has everything.
const WHOLE_WITHIN: Duration = Duration::from_secs(90);

/// How soon everybody must have seen a message, on sound connections.
const PROBE_WITHIN: Duration = Duration::from_secs(5);

/// Messages that somebody did not see in time, after which no more are sent: it is clear by then.
const UNSEEN_MAX: u32 = 6;

impl Crowd {
    /// The faults are over: lets everybody come to an end.
    pub(in super::super) fn calm(&mut self) -> Result<()> {
        self.talk.turn(false);
        self.proxies.iter().for_each(|proxy| proxy.be_stormy(false));
        self.hurry();
        let begun = stopwatch::now();
        self.calm_writers = self.end_writers()?;
        self.learn_channels()?;
        let mut findings = Findings::default();
        self.wait_until_whole(&mut findings)?;
        self.findings.add(findings);
        self.whole_after_ms = begun.elapsed().as_millis() as u64;
        Ok(())
    }

    /// In the calm: sends so many messages by REST, one after the other, and measures how soon everybody who follows has
    /// seen each. Nobody may have to ask for one.
    pub(in super::super) fn watch(&mut self, messages: usize, when: &str) -> Result<Histogram> {
        let gaps = self.gaps();
        let mut latencies = Histogram::default();
        let mut unseen = 0;
        for probe in 0..messages {
            self.stop.check()?;
            if unseen >= UNSEEN_MAX {
                break;
            }
            let (address, place) = (self.address(probe), probe % VISITORS);
            let begun = stopwatch::now();
            let entry = self.calm_writers[place].send_next(&address)?;
            let id = entry.id().ok_or("a sound server did not acknowledge")?;
            let visitor = &self.visitors[place];
            for person in self.watchers.iter().chain([&visitor.person]) {
                let look = || compare::seen_at(person, &visitor.ch, id);
                match wait::until(PROBE_WITHIN, "the sight of a message", look) {
                    Ok(at) => latencies.record(at.saturating_duration_since(begun)),
                    Err(_) => {
                        unseen += 1;
                        self.findings.lose(&format!(
                        "number {probe} of {messages}, {when}, was not seen by {} within {PROBE_WITHIN:?}",
                        person.name()
                    ));
                    }
                }
            }
        }
        let skipped = self.gaps() - gaps;
        if skipped > 0 {
            let what = format!("{skipped} events skipped, {when}");
            self.findings.misplace(&what);
        }
        Ok(latencies)
    }

    /// In the calm: compares everything; tells also how many messages were acknowledged by REST.
    pub(in super::super) fn end(mut self) -> Result<(LiveReport, Findings, u64)> {
        let (mut report, mut findings) = (self.count(), std::mem::take(&mut self.findings));
        let (said, address) = (self.talk.said(), self.address(0));
        let owner = Writer::new(&self.account, "nobody".to_owned());
        for (place, visitor) in self.visitors.iter().chain(&self.newcomers).enumerate() {
            let mut persons = vec![&visitor.person];
            if place < VISITORS {
                persons.extend(&self.watchers);
            }
            let conversation = compare::Conversation {
                ch: &visitor.ch,
                persons: &persons,
                writer: self.calm_writers.get(place),
                said: &said,
            };
            let compared = conversation.compare(&owner, &address, &mut findings)?;
            report.lists += compared.lists;
            report.events += compared.events;
        }
        compare::answers(self.everybody(), &said, &mut findings);
        self.tasks.abort_all();
        let by_rest = self.calm_writers.iter();
        let by_rest: usize = by_rest.map(|writer| writer.entries().len()).sum();
        Ok((report, findings, by_rest as u64))
    }

    fn end_writers(&mut self) -> Result<Vec<Writer>> {
        self.is_over.store(true, Ordering::Relaxed);
        let mut writers = Vec::new();
        for thread in std::mem::take(&mut self.writers) {
            let ended = thread.join();
            let mut writer = ended.map_err(|_| "a writer panicked".to_owned())??;
            writer.settle(&self.address(0))?;
            writers.push(writer);
        }
        Ok(writers)
    }

    /// Waits until nobody waits for anything and everybody is at the head of what they follow.
    fn wait_until_whole(&self, findings: &mut Findings) -> Result<()> {
        let (owner, address) = (&self.calm_writers[0], self.address(0));
        let mut heads = Vec::new();
        for visitor in self.visitors.iter().chain(&self.newcomers) {
            heads.push((visitor, compare::head(owner, &address, &visitor.ch)?));
        }
        let lists: Vec<(&Person, &str, i64)> = heads
            .iter()
            .enumerate()
            .flat_map(|(place, (visitor, head))| {
                let watchers = self.watchers.iter().filter(move |_| place < VISITORS);
                let persons = watchers.chain([&visitor.person]);
                persons.map(|person| (person, visitor.ch.as_str(), *head))
            })
            .collect();
        let is_behind = |(person, ch, head): &&(&Person, &str, i64)| {
            !person.memory().is_settled || compare::cursor(person, ch) < *head
        };
        let whole = wait::until(WHOLE_WITHIN, "the end of all waiting", || {
            let is_over = self.stop.check().is_err() || !lists.iter().any(|list| is_behind(&list));
            is_over.then_some(())
        });
        self.stop.check()?;
        if whole.is_err() {
            findings.lose(&format!("peace: {}", self.troubles()));
        }
        for (person, ch, head) in lists.iter().filter(is_behind) {
            let cursor = compare::cursor(person, ch);
            findings.lose(&format!(
                "{} is at {cursor} of {head} of {ch}",
                person.name()
            ));
        }
        Ok(())
    }

    fn gaps(&self) -> u64 {
        self.everybody().map(|person| person.memory().gaps).sum()
    }

    fn count(&self) -> LiveReport {
        let mut report = LiveReport {
            people: self.everybody().count() as u64,
            whole_after_ms: self.whole_after_ms,
            ..LiveReport::default()
        };
        for person in self.everybody() {
            let memory = person.memory();
            report.acknowledged += memory.stored.len() as u64;
            report.repeated += memory.stored.iter().filter(|ack| ack.dup).count() as u64;
            report.connections += memory.connections;
            report.resets += memory.resets;
            report.gaps += memory.gaps;
        }
        for faults in self.proxies.iter().map(Proxy::faults) {
            report.cut += faults.cut;
            report.halved += faults.halved;
            report.delayed += faults.delayed;
            report.doubled += faults.doubled;
        }
        report
    }
}
