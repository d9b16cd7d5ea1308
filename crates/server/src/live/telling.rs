//! Events as readers of each kind see them, encoded once for all of them.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use model::{
    event::{Event, EventKind, Side},
    message::{Message, MessageKind},
};
use serde_json::json;

use super::protocol::{EventData, EventFrame, ServerFrame};
use crate::json::MessageJson;

/// How an event is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// In their own conversation.
    Visitor,
    /// In a conversation.
    Agent,
    /// Among those of all conversations.
    Inbox,
}

/// An event on its way to its readers.
pub(super) struct Telling {
    pub(super) event: Arc<Event>,
    visitor: OnceLock<Bytes>,
    agent: OnceLock<Bytes>,
    inbox: OnceLock<Bytes>,
    link_base: Arc<str>,
}

impl Telling {
    pub(super) fn new(event: Arc<Event>, link_base: &Arc<str>) -> Self {
        Self {
            event,
            visitor: OnceLock::new(),
            agent: OnceLock::new(),
            inbox: OnceLock::new(),
            link_base: Arc::clone(link_base),
        }
    }

    /// The frame for readers of a kind.
    pub(super) fn bytes(&self, view: View) -> &Bytes {
        let encoded = match view {
            View::Visitor => &self.visitor,
            View::Agent => &self.agent,
            View::Inbox => &self.inbox,
        };
        encoded.get_or_init(|| encode(&frame(&self.event, view, &self.link_base)))
    }
}

/// A frame as text.
pub(super) fn encode(frame: &impl serde::Serialize) -> Bytes {
    serde_json::to_vec(frame)
        .expect("a frame has names for all its fields")
        .into()
}

/// A frame of the server as text.
pub(super) fn say(frame: &ServerFrame) -> Bytes {
    encode(frame)
}

/// The channel of a conversation.
pub(super) fn channel_of(id: &impl std::fmt::Display) -> String {
    format!("c:{id}")
}

/// An event as readers of a kind see it; links to files begin with `link_base`.
pub(super) fn frame(event: &Event, view: View, link_base: &str) -> EventFrame {
    let is_inbox = view == View::Inbox;
    let hidden = EventFrame {
        t: "ev",
        ch: if is_inbox {
            "inbox".to_owned()
        } else {
            channel_of(&event.conversation_id)
        },
        seq: event.seq,
        kind: "hidden",
        id: None,
        at: None,
        by: None,
        data: EventData::None,
        cid: None,
        conversation_id: is_inbox.then(|| event.conversation_id.to_string()),
    };
    if view == View::Visitor && event.kind.is_for_agents_only() {
        return hidden;
    }
    let short = |kind, data| EventFrame {
        kind,
        at: Some(event.at),
        data: EventData::Short(data),
        ..plain(&hidden)
    };
    match &event.kind {
        EventKind::Hidden => hidden,
        EventKind::Message(message) => {
            let kind = match message.kind {
                MessageKind::Note => "note",
                MessageKind::Agent | MessageKind::Visitor => "message",
            };
            with_message(hidden, kind, view, event, message, link_base)
        }
        EventKind::Edited(message) => with_message(hidden, "edit", view, event, message, link_base),
        EventKind::Deleted(id) => short("delete", json!({"messageId": id.as_str()})),
        EventKind::Assigned(agent) => {
            let id = agent.as_ref().map(model::id::AgentId::as_str);
            short("assignment", json!({"agentId": id}))
        }
        EventKind::GroupChanged(group) => {
            let id = group.as_ref().map(model::id::GroupId::as_str);
            short("group", json!({"groupId": id}))
        }
        EventKind::Closed => short("status", json!({"status": "closed"})),
        EventKind::Reopened => short("status", json!({"status": "open"})),
        EventKind::VisitorChanged => short("visitor", json!({})),
        EventKind::Rated { score, comment } => EventFrame {
            by: Some(Side::Visitor.as_str()),
            ..short("rating", json!({"score": score, "comment": comment}))
        },
        EventKind::Seen { by, up_to } => EventFrame {
            by: Some(by.as_str()),
            ..short("seen", json!({"by": by.as_str(), "upTo": up_to}))
        },
    }
}

/// The place of an event, without what happened.
fn plain(frame: &EventFrame) -> EventFrame {
    EventFrame {
        t: frame.t,
        ch: frame.ch.clone(),
        seq: frame.seq,
        kind: frame.kind,
        id: None,
        at: None,
        by: None,
        data: EventData::None,
        cid: None,
        conversation_id: frame.conversation_id.clone(),
    }
}

fn with_message(
    place: EventFrame,
    kind: &'static str,
    view: View,
    event: &Event,
    message: &Message,
    link_base: &str,
) -> EventFrame {
    let side = match message.kind {
        MessageKind::Visitor => Side::Visitor,
        MessageKind::Agent | MessageKind::Note => Side::Agent,
    };
    // Whoever wrote it knows it by its cid; nobody else needs to.
    let is_own = (view == View::Visitor) == (side == Side::Visitor);
    EventFrame {
        kind,
        id: Some(message.id.to_string()),
        at: Some(event.at),
        by: Some(side.as_str()),
        cid: message.cid.clone().filter(|_| is_own),
        data: EventData::Message(Box::new(MessageJson::new(message, link_base))),
        ..place
    }
}
