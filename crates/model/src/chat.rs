//! A chat: one round in a conversation, from its first message until it is finished (product, "How a
//! conversation lives", 2; contract G-7).

use crate::{
    message::{Message, MessageKind},
    time::Millis,
    visit::WebPage,
};

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
}
