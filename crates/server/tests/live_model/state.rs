//! Everything at one moment: what the writer, the server and the reader have, and what is under way between them.

/// Messages that are written.
pub(crate) const MESSAGES: usize = 3;

/// How often each is sent at most.
pub(crate) const SENDS: u8 = 2;

/// Transactions that are rolled back.
const ROLLBACKS: u8 = 1;

/// Connections that are lost.
const DISCONNECTS: u8 = 1;

/// Events of which the reader is not told, though its connection stays: a hint between nodes was lost.
const EVENTS_LOST: u8 = 1;

/// An event: a message at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Entry {
    pub(crate) seq: u8,
    pub(crate) message: u8,
}

/// How far the reader's connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Link {
    Off,
    Subscribing,
    On,
}

/// Everything at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    pub(crate) outbox: [bool; MESSAGES],
    pub(crate) sends_left: [u8; MESSAGES],
    pub(crate) acked: [bool; MESSAGES],
    pub(crate) requests: [u8; MESSAGES],

    pub(crate) log: Vec<Entry>,
    pub(crate) seqs_taken: u8,
    /// Transactions that took a seq and are not committed; none where that is one step.
    pub(crate) open: Vec<Entry>,
    /// Events on their way to the reader.
    pub(crate) told: Vec<Entry>,
    /// The answer to `sub` or `more` on its way to the reader.
    pub(crate) page: Option<Vec<Entry>>,

    pub(crate) link: Link,
    pub(crate) cursor: Option<u8>,
    pub(crate) applied: Vec<Entry>,
    pub(crate) held: Vec<Entry>,

    pub(crate) rollbacks_left: u8,
    pub(crate) disconnects_left: u8,
    pub(crate) events_lost_left: u8,
}

impl State {
    /// Before anything has happened.
    pub(crate) fn first() -> Self {
        Self {
            outbox: [true; MESSAGES],
            sends_left: [SENDS; MESSAGES],
            acked: [false; MESSAGES],
            requests: [0; MESSAGES],
            log: Vec::new(),
            seqs_taken: 0,
            open: Vec::new(),
            told: Vec::new(),
            page: None,
            link: Link::Off,
            cursor: None,
            applied: Vec::new(),
            held: Vec::new(),
            rollbacks_left: ROLLBACKS,
            disconnects_left: DISCONNECTS,
            events_lost_left: EVENTS_LOST,
        }
    }

    pub(crate) fn times_stored(&self, message: usize) -> usize {
        let stored = self.log.iter();
        stored
            .filter(|entry| usize::from(entry.message) == message)
            .count()
    }

    /// Whether the store has what the reader waits for.
    pub(crate) fn is_behind(&self) -> bool {
        let next = self.cursor.unwrap_or(0) + 1;
        self.log.iter().any(|entry| entry.seq == next)
    }

    pub(crate) fn acknowledge(&mut self, message: usize) {
        self.acked[message] = true;
        self.outbox[message] = false;
    }

    pub(crate) fn cut_off_writer(&mut self) {
        self.disconnects_left -= 1;
        self.requests = [0; MESSAGES];
    }

    pub(crate) fn hold(&mut self, entry: Entry) {
        if !self.held.contains(&entry) {
            self.held.push(entry);
            self.held.sort_unstable();
        }
    }
}
