//! What an experiment found, for people and for programs.

use std::fmt;

use serde::Serialize;

use super::live::LiveReport;

/// Examples of what went wrong that are kept: enough to see a pattern.
const EXAMPLES_MAX: usize = 10;

/// What differs between the ledger and the server, or between the ledger and a receiver.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Findings {
    /// Acknowledged and not there (L1).
    pub lost: u64,
    /// There more than once (L1, L3).
    pub doubled: u64,
    /// There, and never acknowledged (L2).
    pub invented: u64,
    /// Not where it was sent: another order, or a hole in the numbers (L4).
    pub misplaced: u64,
    /// Some of them.
    pub examples: Vec<String>,
}

impl Findings {
    /// Whether everything is as it must be.
    pub fn are_none(&self) -> bool {
        self.lost + self.doubled + self.invented + self.misplaced == 0
    }

    pub(super) fn lose(&mut self, what: &str) {
        self.lost += 1;
        self.remember("lost", what);
    }

    pub(super) fn double(&mut self, what: &str) {
        self.doubled += 1;
        self.remember("doubled", what);
    }

    pub(super) fn invent(&mut self, what: &str) {
        self.invented += 1;
        self.remember("invented", what);
    }

    pub(super) fn misplace(&mut self, what: &str) {
        self.misplaced += 1;
        self.remember("misplaced", what);
    }

    /// Takes over what another check found.
    pub fn add(&mut self, other: Findings) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.invented += other.invented;
        self.misplaced += other.misplaced;
        self.examples.extend(other.examples);
        self.examples.truncate(EXAMPLES_MAX);
    }

    fn remember(&mut self, how: &str, what: &str) {
        if self.examples.len() < EXAMPLES_MAX {
            self.examples.push(format!("{how}: {what}"));
        }
    }
}

/// What became of the webhooks (L6).
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookReport {
    /// Different `webhook-id`s that arrived.
    pub events: u64,
    /// Deliveries beyond the first of each.
    pub repeated: u64,
    /// How long after the last fault the last of them came.
    pub complete_after_ms: u64,
    /// Messages in no fragment, chats without their start or their transcript; the same in more than one event; out of
    /// order.
    pub findings: Findings,
}

/// What an experiment found.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// `crash`, `powercut`, `live-crash` or `cluster`.
    pub name: String,
    /// How often the fault came.
    pub rounds: u64,
    /// Why nothing was done, where it could not be done here.
    pub skipped: Option<String>,
    /// Messages that were acknowledged in the end.
    pub acknowledged: u64,
    /// Those of them that had no answer at first and were sent again.
    pub unknown: u64,
    /// Rounds after which something was not as it must be.
    pub rounds_with_findings: u64,
    /// What differed at the end between the ledger and the server.
    #[serde(flatten)]
    pub findings: Findings,
    /// What became of the webhooks; none where nothing was done.
    pub webhooks: Option<WebhookReport>,
    /// What the people at the sockets went through, where there were any.
    pub live: Option<LiveReport>,
    /// The longest time from a start until the server was ready.
    pub slowest_start_ms: u64,
    /// How long it all took.
    pub seconds: f64,
}

impl Report {
    /// Whether nothing was lost, doubled, invented or misplaced, in the database and at the receiver. Also where nothing
    /// was done.
    pub fn is_clean(&self) -> bool {
        let webhooks = self.webhooks.as_ref();
        self.rounds_with_findings == 0
            && self.findings.are_none()
            && webhooks.is_none_or(|webhooks| webhooks.findings.are_none())
    }

    /// As one JSON value.
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("a report has nothing that JSON cannot hold")
    }

    pub(super) fn of_skipped(name: &str, reason: String) -> Self {
        Self {
            name: name.to_owned(),
            skipped: Some(reason),
            ..Self::default()
        }
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} lost, {} doubled, {} invented, {} misplaced",
            self.lost, self.doubled, self.invented, self.misplaced
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(reason) = &self.skipped {
            return write!(formatter, "{}: SKIPPED: {reason}", self.name);
        }
        write!(
            formatter,
            "{}: {} rounds, {} with findings; {} messages acknowledged, {} of them only when sent again; {}; slowest start {} ms; {:.1} s",
            self.name,
            self.rounds,
            self.rounds_with_findings,
            self.acknowledged,
            self.unknown,
            self.findings,
            self.slowest_start_ms,
            self.seconds
        )?;
        if let Some(webhooks) = &self.webhooks {
            write!(
                formatter,
                "\n  webhooks: {} events, {} deliveries repeated; {}; complete {} ms after the last fault",
                webhooks.events, webhooks.repeated, webhooks.findings, webhooks.complete_after_ms
            )?;
        }
        if let Some(live) = &self.live {
            write!(formatter, "\n  {live}")?;
        }
        let webhooks = self.webhooks.iter().flat_map(|all| &all.findings.examples);
        for example in self.findings.examples.iter().chain(webhooks) {
            write!(formatter, "\n  {example}")?;
        }
        Ok(())
    }
}
