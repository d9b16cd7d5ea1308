//! A chat: one round in a conversation, from its first message until it is finished (product, "How a
//! conversation lives", 2; contract G-7).

use std::ops::RangeInclusive;

use crate::{
    message::{Message, MessageKind},
    time::{DAY_MS, Millis},
    visit::WebPage,
};

/// What a visitor may think of a chat: 1 is the worst.
pub const SCORES: RangeInclusive<i64> = 1..=5;

/// How long after the end of a chat its rating may be changed.
pub const RATING_CHANGES_MS: i64 = DAY_MS;

/// One round in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chat {
    /// 1, 2, 3 … in its conversation.
    pub number: i64,
    /// Who wrote first.
    pub started_by: MessageKind,
    /// The `seq` of the first message.
    pub first_seq: i64,
    /// When it started.
    pub started_at: Millis,
    /// When it was finished; none while it runs.
    pub finished_at: Option<Millis>,
    /// The conversation's head when it was finished.
    pub last_seq: Option<i64>,
    /// How many messages of the visitor were never answered; known when finished.
    pub missed_messages_count: i64,
    /// The page that the visitor was on when it started, where that is known.
    pub start_page: Option<WebPage>,
    /// What the visitor thought of it.
    pub rating: Option<Rating>,
}

impl Chat {
    /// Whether the visitor may rate it at `now`: for the first time whenever they want, then until a day after its end.
    pub fn is_ratable(&self, now: Millis) -> bool {
        self.rating.is_none()
            || self
                .finished_at
                .is_none_or(|end| now <= end + RATING_CHANGES_MS)
    }
}

/// What a visitor thought of a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    /// 1, the worst, to 5.
    pub score: i64,
    /// What they wrote to it.
    pub comment: Option<String>,
    /// When they said so last.
    pub at: Millis,
}

/// What a message does to a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Starts one when none runs, and keeps a running one going.
    Starts,
    /// Leaves everything as it is: pushed messages, trigger messages and notes (contract B.2).
    None,
}

/// What a message does to its conversation's chat.
pub fn effect(kind: MessageKind, is_pushed: bool, is_trigger: bool) -> Effect {
    match kind {
        MessageKind::Visitor => Effect::Starts,
        MessageKind::Agent if !is_pushed && !is_trigger => Effect::Starts,
        MessageKind::Agent | MessageKind::Note => Effect::None,
    }
}

/// What finishing a chat found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missed {
    /// `seq`s of the visitor's messages that no agent answered.
    pub by_agents: Vec<i64>,
    /// `seq`s of agents' messages that the visitor never saw.
    pub by_visitor: Vec<i64>,
}

/// Which messages of a finished chat were missed: the visitor's after the last answer of an agent, and the
/// agents' above what the visitor has seen (contract G-7). `messages` are the chat's, oldest first.
pub fn missed(messages: &[Message], visitor_seen: i64) -> Missed {
    let is_answer = |message: &&Message| {
        effect(message.kind, message.is_pushed, message.is_trigger) == Effect::Starts
            && message.kind == MessageKind::Agent
    };
    let last_answer = messages
        .iter()
        .filter(is_answer)
        .map(|message| message.seq)
        .max()
        .unwrap_or(0);
    let seqs = |kind: MessageKind, above: i64| {
        messages
            .iter()
            .filter(|message| message.kind == kind && message.seq > above)
            .map(|message| message.seq)
            .collect()
    };
    Missed {
        by_agents: seqs(MessageKind::Visitor, last_answer),
        by_visitor: seqs(MessageKind::Agent, visitor_seen),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::tests::message;

    #[test]
    fn only_messages_people_write_start_a_chat() {
        assert_eq!(effect(MessageKind::Visitor, false, false), Effect::Starts);
        assert_eq!(effect(MessageKind::Agent, false, false), Effect::Starts);
        assert_eq!(effect(MessageKind::Agent, true, false), Effect::None);
        assert_eq!(effect(MessageKind::Agent, false, true), Effect::None);
        assert_eq!(effect(MessageKind::Note, false, false), Effect::None);
    }

    #[test]
    fn what_came_after_the_last_answer_is_missed() {
        let pushed = Message {
            is_pushed: true,
            ..message(5, MessageKind::Agent)
        };
        let chat = [
            message(1, MessageKind::Visitor),
            message(2, MessageKind::Agent),
            message(3, MessageKind::Visitor),
            message(4, MessageKind::Note),
            pushed,
            message(6, MessageKind::Visitor),
        ];
        assert_eq!(
            missed(&chat, 3),
            Missed {
                by_agents: vec![3, 6],
                by_visitor: vec![5]
            }
        );
        assert_eq!(missed(&chat[..2], 2), Missed::default());
        assert_eq!(missed(&chat[..2], 1).by_visitor, vec![2]);
    }

    #[test]
    fn a_rating_may_be_changed_until_a_day_after_the_end() {
        let running = Chat {
            number: 1,
            started_by: MessageKind::Visitor,
            first_seq: 1,
            started_at: 0,
            finished_at: None,
            last_seq: None,
            missed_messages_count: 0,
            start_page: None,
            rating: Some(Rating {
                score: 4,
                comment: None,
                at: 1,
            }),
        };
        assert!(running.is_ratable(10 * DAY_MS));
        let finished = Chat {
            finished_at: Some(DAY_MS),
            ..running
        };
        assert!(finished.is_ratable(2 * DAY_MS));
        assert!(!finished.is_ratable(2 * DAY_MS + 1));
        let unrated = Chat {
            rating: None,
            ..finished
        };
        assert!(unrated.is_ratable(100 * DAY_MS));
    }
}
