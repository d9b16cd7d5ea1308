//! What waits to be taken by one connection: bounded, and closed rather than thinned out (delivery R9).

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use model::{
    event::Side,
    id::{AgentId, ConversationId, VisitorId},
    signal::SignalKind,
};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{
    protocol::{CloseCode, WAITING_BYTES_MAX, WAITING_MAX},
    reader::{Reader, Who},
    telling::Telling,
};

/// What the hub tells a connection.
#[derive(Clone)]
pub(super) enum News {
    /// Something happened.
    Event(Arc<Telling>),
    /// Somebody types in a conversation.
    Typing(Arc<Typing>),
    /// Whether anybody takes chats.
    Availability(bool),
    /// A visitor is there, or has gone.
    Presence(VisitorId, Presence),
    /// The connection is to end.
    End(CloseCode),
}

/// Whether a visitor is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    There,
    Gone,
}

/// Somebody types, or has stopped.
#[derive(Debug)]
pub(super) struct Typing {
    pub(super) conversation_id: ConversationId,
    pub(super) signal: SignalKind,
}

impl Typing {
    /// What a reader is told of it: agents see who types and what a visitor has typed so far; visitors see that an agent
    /// does; nobody sees themselves.
    pub(super) fn seen_by(&self, reader: &Reader) -> Option<Value> {
        let SignalKind::Typing {
            by,
            agent,
            name,
            is_typing,
            preview,
            ..
        } = &self.signal
        else {
            return None;
        };
        match (&reader.who, by) {
            (Who::Visitor { .. }, Side::Visitor) => None,
            (Who::Visitor { .. }, Side::Agent) => Some(json!({
                "by": "agent", "isTyping": is_typing, "agentName": name,
            })),
            (Who::Agent { id, .. }, Side::Agent) if agent.as_ref() == Some(id) => None,
            (_, Side::Agent) => Some(json!({
                "by": "agent", "isTyping": is_typing, "agentName": name,
                "agentId": agent.as_ref().map(AgentId::as_str),
            })),
            (_, Side::Visitor) => Some(json!({
                "by": "visitor", "isTyping": is_typing, "preview": preview,
            })),
        }
    }
}

/// The queue in front of one connection. It holds nothing while nothing waits.
#[derive(Default)]
pub(super) struct Inlet {
    waiting: Mutex<Waiting>,
    filled: Notify,
}

#[derive(Default)]
struct Waiting {
    news: VecDeque<(News, usize)>,
    bytes: usize,
    /// Nothing more is taken in.
    is_over: bool,
}

impl Inlet {
    /// Puts news of a size into the queue. Where there is no room the connection has to end, as its reader would miss
    /// something: what waited is thrown away.
    pub(super) fn put(&self, news: News, bytes: usize) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.is_over {
            return;
        }
        let is_full = waiting.news.len() >= WAITING_MAX
            || waiting.bytes.saturating_add(bytes) > WAITING_BYTES_MAX;
        if is_full && !matches!(news, News::Event(_) | News::End(_)) {
            // Told in passing: nobody misses it.
            return;
        }
        if is_full {
            end(&mut waiting, CloseCode::SlowConsumer);
        } else if let News::End(code) = news {
            end(&mut waiting, code);
        } else {
            waiting.bytes += bytes;
            waiting.news.push_back((news, bytes));
        }
        self.filled.notify_one();
    }

    /// The next news, when there is some.
    pub(super) async fn next(&self) -> News {
        loop {
            if let Some(news) = self.take() {
                return news;
            }
            self.filled.notified().await;
        }
    }

    /// Whether the connection has to end, however much waits before that.
    pub(super) async fn ended(&self) {
        loop {
            if self.is_over() {
                return;
            }
            self.filled.notified().await;
        }
    }

    fn is_over(&self) -> bool {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.is_over
    }

    pub(super) fn take(&self) -> Option<News> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let (news, bytes) = waiting.news.pop_front()?;
        waiting.bytes -= bytes;
        if waiting.news.is_empty() {
            waiting.news = VecDeque::new();
        }
        Some(news)
    }
}

fn end(waiting: &mut Waiting, code: CloseCode) {
    waiting.news.clear();
    waiting.bytes = 0;
    waiting.is_over = true;
    waiting.news.push_back((News::End(code), 0));
}

#[cfg(test)]
mod tests {
    use model::{
        event::{Event, EventKind},
        id::{ConversationNumber, OrganizationNumber, VisitorNumber},
    };

    use super::*;

    fn happened() -> News {
        News::Event(Arc::new(Telling::new(
            Arc::new(Event {
                organization: OrganizationNumber(1),
                conversation: ConversationNumber(1),
                conversation_id: ConversationId::new("c"),
                visitor: VisitorNumber(1),
                seq: 1,
                at: 0,
                kind: EventKind::Closed,
            }),
            &"".into(),
        )))
    }

    fn taken(inlet: &Inlet) -> Vec<News> {
        std::iter::from_fn(|| inlet.take()).collect()
    }

    #[test]
    fn a_full_queue_ends_the_connection_and_is_never_thinned_out() {
        for (count, bytes) in [(WAITING_MAX, 1), (4, WAITING_BYTES_MAX / 4)] {
            let inlet = Inlet::default();
            for _ in 0..count {
                inlet.put(happened(), bytes);
            }
            inlet.put(News::Availability(true), bytes);
            assert_eq!(taken(&inlet).len(), count);
            for _ in 0..=count {
                inlet.put(happened(), bytes);
            }
            inlet.put(happened(), bytes);
            let rest = taken(&inlet);
            assert!(matches!(rest[..], [News::End(CloseCode::SlowConsumer)]));
            assert!(inlet.is_over());
        }
    }
}
