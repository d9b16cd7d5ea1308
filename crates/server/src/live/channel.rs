//! What one connection was sent of one conversation: without a hole, or it is read from the store (delivery R2, R8).

use app::conversations::Followed;
use model::id::{ConversationId, ConversationNumber};

/// A conversation that a connection follows.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) id: ConversationId,
    /// Known since the first answer.
    pub(super) number: Option<ConversationNumber>,
    /// The highest `seq` that was sent, with everything before it that the reader asked for.
    pub(super) sent: i64,
    /// The highest `seq` that was heard of.
    pub(super) head: i64,
    state: State,
}

/// What is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Events are sent as they happen.
    Flowing,
    /// An answer of the store is waited for; what happens meanwhile is only counted.
    Asking,
    /// The client has been told that there is more, and asks for it.
    Behind,
}

/// What is to be done about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It is the next one.
    Send,
    /// It was sent before, or comes with an answer.
    Nothing,
    /// Others before it are missing: they are after this place.
    Read(i64),
}

impl Channel {
    /// Wanted, and being asked for.
    pub(super) fn new(id: ConversationId) -> Self {
        Self {
            id,
            number: None,
            sent: 0,
            head: 0,
            state: State::Asking,
        }
    }

    /// The store is being asked.
    pub(super) fn ask(&mut self) {
        self.state = State::Asking;
    }

    /// Something happened.
    pub(super) fn happened(&mut self, seq: i64) -> Next {
        self.head = self.head.max(seq);
        match self.state {
            State::Flowing if seq == self.sent + 1 => {
                self.sent = seq;
                Next::Send
            }
            State::Flowing if seq > self.sent => {
                self.state = State::Asking;
                Next::Read(self.sent)
            }
            State::Flowing | State::Asking | State::Behind => Next::Nothing,
        }
    }

    /// A page was sent that follows on what the client has. Tells from where on the rest is to be read by us: the client
    /// asks for it by itself where it was told that there is more.
    pub(super) fn answered(&mut self, page: &Followed, after: i64) -> Option<i64> {
        let last = page.events.last().map_or(after, |event| event.seq);
        self.number = Some(page.conversation.number);
        self.sent = last;
        self.head = self.head.max(page.conversation.head).max(last);
        if page.has_more {
            self.state = State::Behind;
            None
        } else if self.head > last {
            self.state = State::Asking;
            Some(last)
        } else {
            self.state = State::Flowing;
            None
        }
    }

    /// The store did not answer: what is missing has to be asked for by the client.
    pub(super) fn fall_behind(&mut self) {
        self.state = State::Behind;
    }
}
