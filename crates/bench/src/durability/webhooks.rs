//! Every event arrives: each message in one fragment, each chat with one start and one transcript, in order (L6).

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use serde_json::json;

use super::{
    Findings, Result, WebhookReport,
    ledger::{Entry, Writer},
    process::{Account, Installation},
    receiver::{Arrival, Receiver},
};
use crate::{progress::Stop, stopwatch};

/// What the endpoint wants to hear.
const EVENTS: [&str; 3] = [STARTED, FRAGMENT, TRANSCRIPT];
const STARTED: &str = "conversationStarted";
const FRAGMENT: &str = "conversationFragment";
const TRANSCRIPT: &str = "conversationTranscript";

/// How long the last delivery may take: a fragment is due 3 to 10 s after its message.
const PATIENCE: Duration = Duration::from_secs(30);

/// A receiver that an endpoint of the server points at.
pub(super) struct Webhooks {
    receiver: Receiver,
}

/// Lets the server reach this machine, and try again soon.
pub(super) fn allow(installation: Installation) -> Installation {
    installation
        .set("PARLOUR_WEBHOOKS_ALLOW_NETWORKS", "127.0.0.0/8")
        .set("PARLOUR_WEBHOOKS_FIRST_RETRY_SECONDS", "1")
}

impl Webhooks {
    /// Starts a receiver and makes an endpoint for it; the server must be running.
    pub(super) fn start(account: &Account, address: &str) -> Result<Self> {
        let receiver = Receiver::start()?;
        let owner = Writer::new(account, "nobody".to_owned());
        owner.post(
            &format!("{address}/api/v1/webhooks"),
            &json!({"url": receiver.url(), "events": EVENTS}),
        )?;
        Ok(Self { receiver })
    }

    /// Waits for what is on its way, and compares what came with what was written and with which chats were closed.
    pub(super) fn check(
        &self,
        written: &[Writer],
        closed: &HashSet<String>,
        stop: &Stop,
    ) -> Result<WebhookReport> {
        let ids = written.iter().flat_map(Writer::entries);
        let ids: HashSet<String> = ids.filter_map(Entry::id).map(str::to_owned).collect();
        let begun = stopwatch::now();
        self.receiver.wait_for(&ids, closed, PATIENCE, stop);
        stop.check()?;
        Ok(WebhookReport {
            complete_after_ms: begun.elapsed().as_millis() as u64,
            ..compare(&self.receiver.arrivals(), written, closed)
        })
    }
}

/// What came for one visitor, the repetitions left out, in the order in which it came first.
#[derive(Default)]
struct Story<'a> {
    events: Vec<&'a Arrival>,
}

impl Story<'_> {
    fn count(&self, event: &str) -> usize {
        let events = self.events.iter();
        events.filter(|arrival| arrival.event == event).count()
    }
}

fn compare(arrivals: &[Arrival], written: &[Writer], closed: &HashSet<String>) -> WebhookReport {
    let mut seen: HashSet<&str> = HashSet::new();
    let mut stories: HashMap<&str, Story<'_>> = HashMap::new();
    for arrival in arrivals {
        if seen.insert(&arrival.webhook_id) {
            let story = stories.entry(&arrival.visitor_id).or_default();
            story.events.push(arrival);
        }
    }
    let mut findings = Findings::default();
    for writer in written {
        let visitor = writer.visitor_id();
        let story = stories.remove(visitor).unwrap_or_default();
        let sent: Vec<&str> = writer.entries().iter().filter_map(Entry::id).collect();
        compare_fragments(&story, visitor, &sent, &mut findings);
        let starts = usize::from(!sent.is_empty());
        expect(STARTED, &story, starts, visitor, &mut findings);
        let transcripts = usize::from(closed.contains(visitor));
        expect(TRANSCRIPT, &story, transcripts, visitor, &mut findings);
        compare_order(&story, visitor, &sent, &mut findings);
    }
    for visitor in stories.keys() {
        findings.invent(&format!("an event about {visitor}"));
    }
    WebhookReport {
        events: seen.len() as u64,
        repeated: (arrivals.len() - seen.len()) as u64,
        complete_after_ms: 0,
        findings,
    }
}

fn expect(event: &str, story: &Story<'_>, wanted: usize, visitor: &str, findings: &mut Findings) {
    let found = story.count(event);
    let what = format!("{event} of {visitor} ({found} events)");
    match (found, wanted) {
        (0, 1) => findings.lose(&what),
        (1.., 0) => findings.invent(&what),
        (2.., 1) => findings.double(&what),
        _ => {}
    }
}

/// Every message is in exactly one fragment, and all of them together tell the order in which they were sent.
fn compare_fragments(story: &Story<'_>, visitor: &str, sent: &[&str], findings: &mut Findings) {
    let fragments = story.events.iter().filter(|event| event.event == FRAGMENT);
    let told: Vec<&str> = fragments
        .flat_map(|event| event.messages.iter().map(String::as_str))
        .collect();
    let mut count: HashMap<&str, usize> = HashMap::new();
    for id in &told {
        *count.entry(id).or_default() += 1;
    }
    for id in sent {
        match count.remove(id) {
            None => findings.lose(&format!("message {id} of {visitor} is in no fragment")),
            Some(1) => {}
            Some(count) => findings.double(&format!("message {id} is in {count} fragments")),
        }
    }
    for id in count.keys() {
        findings.invent(&format!("message {id} in a fragment of {visitor}"));
    }
    let mut first: HashSet<&str> = HashSet::new();
    let in_order: Vec<&str> = told.into_iter().filter(|id| first.insert(id)).collect();
    let expected = sent.iter().filter(|id| first.contains(**id));
    if !in_order.iter().eq(expected) {
        findings.misplace(&format!("the fragments of {visitor}"));
    }
}

/// The start comes first, the transcript last, and the transcript holds everything.
fn compare_order(story: &Story<'_>, visitor: &str, sent: &[&str], findings: &mut Findings) {
    let place = |event: &str| story.events.iter().position(|came| came.event == event);
    if place(STARTED).is_some_and(|place| place != 0) {
        findings.misplace(&format!("{STARTED} of {visitor}"));
    }
    let Some(transcript) = place(TRANSCRIPT) else {
        return;
    };
    if transcript + 1 != story.events.len() {
        findings.misplace(&format!("{TRANSCRIPT} of {visitor}"));
    }
    if story.events[transcript].messages != sent {
        findings.lose(&format!("messages in the {TRANSCRIPT} of {visitor}"));
    }
}
