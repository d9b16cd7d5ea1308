//! Hints: the form that news have on NATS.

use app::feed::{Moved, News, Origin};
use model::{
    event::Side,
    id::{AgentId, ConversationNumber, OrganizationNumber, VisitorNumber},
    signal::{PREVIEW_LENGTH_MAX, Signal, SignalKind},
};
use serde::{Deserialize, Serialize};

use super::topic::{REVOCATIONS, subject};

/// Longest hint that is read: a preview of the longest text in the longest characters, with all around it.
const LENGTH_MAX: usize = 8 * 1024;

/// Longest name of an agent in a hint, in characters: names are bounded where they are set.
const NAME_LENGTH_MAX: usize = 500;

/// Who tells: this node, in this history of the database. What other installations on the same NATS tell is not for us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sender {
    /// The database's epoch.
    pub(super) epoch: String,
    /// The node, since it started.
    pub(super) node: String,
}

/// A hint as it is on NATS.
#[derive(Serialize, Deserialize)]
struct Hint {
    from: Sender,
    told: Told,
}

/// What is told.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Told {
    Moved {
        organization: i64,
        conversation: i64,
        visitor: i64,
        head: i64,
    },
    Typing {
        organization: i64,
        conversation: i64,
        by: String,
        agent: Option<String>,
        name: Option<String>,
        is_typing: bool,
        preview: Option<String>,
    },
    Availability {
        organization: i64,
        is_any_available: bool,
    },
    VisitorPresence {
        organization: i64,
        visitor: i64,
        is_there: bool,
    },
    Revoked,
}

/// What a message on NATS turned out to be.
#[derive(Debug)]
pub(super) enum Heard {
    /// News from another node.
    News(News),
    /// Nothing for us: our own, or another installation's.
    Nothing,
    /// No hint.
    Malformed,
}

/// The subject and the hint of news, where they are ours to tell.
pub(super) fn write(from: &Sender, news: &News) -> Option<(String, Vec<u8>)> {
    let told = match news {
        News::Event(event) => Told::Moved {
            organization: event.organization.0,
            conversation: event.conversation.0,
            visitor: event.visitor.0,
            head: event.seq,
        },
        News::Signal(signal, Origin::Here) => told_of(signal),
        News::Revoked(Origin::Here) => Told::Revoked,
        News::Moved(_) | News::Signal(_, Origin::Elsewhere) | News::Revoked(Origin::Elsewhere) => {
            return None;
        }
    };
    let subject = told.subject();
    let hint = Hint {
        from: from.clone(),
        told,
    };
    let text = serde_json::to_vec(&hint).expect("a hint has text keys only");
    Some((subject, text))
}

/// Reads what came under a subject. A hint is believed only where it belongs there, so that rights to subjects, if NATS
/// is told any, hold.
pub(super) fn read(own: &Sender, came_under: &str, text: &[u8]) -> Heard {
    if text.len() > LENGTH_MAX {
        return Heard::Malformed;
    }
    let Ok(Hint { from, told }) = serde_json::from_slice::<Hint>(text) else {
        return Heard::Malformed;
    };
    if from.node == own.node || from.epoch != own.epoch {
        return Heard::Nothing;
    }
    if told.subject() != came_under {
        return Heard::Malformed;
    }
    told.into_news().map_or(Heard::Malformed, Heard::News)
}

fn told_of(signal: &Signal) -> Told {
    let organization = signal.organization.0;
    match &signal.kind {
        SignalKind::Typing {
            conversation,
            by,
            agent,
            name,
            is_typing,
            preview,
        } => Told::Typing {
            organization,
            conversation: conversation.0,
            by: by.as_str().to_owned(),
            agent: agent.as_ref().map(AgentId::to_string),
            name: name.clone(),
            is_typing: *is_typing,
            preview: preview.clone(),
        },
        SignalKind::Availability { is_any_available } => Told::Availability {
            organization,
            is_any_available: *is_any_available,
        },
        SignalKind::VisitorPresence { visitor, is_there } => Told::VisitorPresence {
            organization,
            visitor: visitor.0,
            is_there: *is_there,
        },
    }
}

impl Told {
    fn subject(&self) -> String {
        let (organization, conversation, visitor) = match *self {
            Told::Moved {
                organization,
                conversation,
                visitor,
                ..
            } => (organization, conversation, visitor),
            Told::Typing {
                organization,
                conversation,
                ..
            } => (organization, conversation, 0),
            Told::Availability { organization, .. } => (organization, 0, 0),
            Told::VisitorPresence {
                organization,
                visitor,
                ..
            } => (organization, 0, visitor),
            Told::Revoked => return REVOCATIONS.to_owned(),
        };
        subject(
            OrganizationNumber(organization),
            ConversationNumber(conversation),
            VisitorNumber(visitor),
        )
    }

    fn into_news(self) -> Option<News> {
        let (organization, kind) = match self {
            Told::Moved {
                organization,
                conversation,
                visitor,
                head,
            } => {
                let moved = Moved {
                    organization: OrganizationNumber(organization),
                    conversation: ConversationNumber(conversation),
                    visitor: VisitorNumber(visitor),
                    head,
                };
                let is_possible = [organization, conversation, visitor, head]
                    .into_iter()
                    .all(|number| number > 0);
                return is_possible.then_some(News::Moved(moved));
            }
            Told::Revoked => return Some(News::Revoked(Origin::Elsewhere)),
            Told::Typing {
                organization,
                conversation,
                by,
                agent,
                name,
                is_typing,
                preview,
            } => {
                let kind = SignalKind::Typing {
                    conversation: ConversationNumber(conversation),
                    by: Side::parse(&by)?,
                    agent: bounded(agent, NAME_LENGTH_MAX)?.map(AgentId::new),
                    name: bounded(name, NAME_LENGTH_MAX)?,
                    is_typing,
                    preview: bounded(preview, PREVIEW_LENGTH_MAX)?,
                };
                (organization, kind)
            }
            Told::Availability {
                organization,
                is_any_available,
            } => (organization, SignalKind::Availability { is_any_available }),
            Told::VisitorPresence {
                organization,
                visitor,
                is_there,
            } => {
                let visitor = VisitorNumber(visitor);
                (
                    organization,
                    SignalKind::VisitorPresence { visitor, is_there },
                )
            }
        };
        let signal = Signal {
            organization: OrganizationNumber(organization),
            kind,
        };
        Some(News::Signal(signal.into(), Origin::Elsewhere))
    }
}

/// A text that is there or not, unless it is too long.
fn bounded(text: Option<String>, length_max: usize) -> Option<Option<String>> {
    let fits = text
        .as_ref()
        .is_none_or(|text| text.chars().count() <= length_max);
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{
        event::{Event, EventKind},
        id::ConversationId,
    };

    use super::*;

    fn node(name: &str) -> Sender {
        Sender {
            epoch: "epoch".to_owned(),
            node: name.to_owned(),
        }
    }

    fn event() -> News {
        News::Event(Arc::new(Event {
            organization: OrganizationNumber(1),
            conversation: ConversationNumber(22),
            conversation_id: ConversationId::new("c"),
            visitor: VisitorNumber(3),
            seq: 44,
            at: 0,
            kind: EventKind::Closed,
        }))
    }

    fn signal(kind: SignalKind, origin: Origin) -> News {
        let signal = Signal {
            organization: OrganizationNumber(1),
            kind,
        };
        News::Signal(Arc::new(signal), origin)
    }

    fn typing(preview: &str) -> SignalKind {
        SignalKind::Typing {
            conversation: ConversationNumber(22),
            by: Side::Visitor,
            agent: Some(AgentId::new("liz")),
            name: Some("Liz".to_owned()),
            is_typing: true,
            preview: Some(preview.to_owned()),
        }
    }

    #[test]
    fn an_event_arrives_as_the_head_that_moved() {
        let (subject, text) = write(&node("a"), &event()).expect("told");
        assert_eq!(subject, "parlour.1.22.3");
        assert_eq!(
            String::from_utf8(text.clone()).expect("JSON"),
            r#"{"from":{"epoch":"epoch","node":"a"},"told":{"moved":{"organization":1,"conversation":22,"visitor":3,"head":44}}}"#
        );
        let Heard::News(News::Moved(moved)) = read(&node("b"), &subject, &text) else {
            panic!("it is not heard");
        };
        assert_eq!((moved.conversation.0, moved.head), (22, 44));
    }

    #[test]
    fn signals_arrive_whole_and_are_not_told_on() {
        let kinds = [
            (typing("Hel\"lo ü"), "parlour.1.22.0"),
            (
                SignalKind::Availability {
                    is_any_available: true,
                },
                "parlour.1.0.0",
            ),
            (
                SignalKind::VisitorPresence {
                    visitor: VisitorNumber(3),
                    is_there: false,
                },
                "parlour.1.0.3",
            ),
        ];
        for (kind, expected) in kinds {
            let (subject, text) =
                write(&node("a"), &signal(kind.clone(), Origin::Here)).expect("told");
            assert_eq!(subject, expected);
            let Heard::News(news) = read(&node("b"), &subject, &text) else {
                panic!("{kind:?} is not heard");
            };
            assert!(write(&node("b"), &news).is_none(), "told on for ever");
            let News::Signal(signal, Origin::Elsewhere) = news else {
                panic!("{kind:?} is something else");
            };
            assert_eq!(signal.kind, kind);
        }
        let (subject, text) = write(&node("a"), &News::Revoked(Origin::Here)).expect("told");
        assert!(matches!(
            read(&node("b"), &subject, &text),
            Heard::News(News::Revoked(Origin::Elsewhere))
        ));
    }

    #[test]
    fn our_own_and_strangers_are_nothing_and_the_rest_is_malformed() {
        let (subject, text) = write(&node("a"), &event()).expect("told");
        assert!(matches!(read(&node("a"), &subject, &text), Heard::Nothing));
        let stranger = Sender {
            epoch: "another".to_owned(),
            ..node("b")
        };
        assert!(matches!(read(&stranger, &subject, &text), Heard::Nothing));
        let long = signal(typing(&"x".repeat(PREVIEW_LENGTH_MAX + 1)), Origin::Here);
        let (long_subject, long) = write(&node("a"), &long).expect("told");
        let huge = vec![b' '; LENGTH_MAX + 1];
        let negative = String::from_utf8(text.clone()).expect("JSON");
        let negative = negative.replace("44", "-44");
        for (subject, text) in [
            ("parlour.1.22.4", text.as_slice()),
            (subject.as_str(), &text[1..]),
            (&subject, b""),
            (&subject, &huge),
            (&subject, negative.as_bytes()),
            (
                &subject,
                br#"{"from":{"epoch":"epoch","node":"a"},"told":{"later":{}}}"#,
            ),
            (&long_subject, &long),
        ] {
            let heard = read(&node("b"), subject, text);
            assert!(matches!(heard, Heard::Malformed), "{subject}: {heard:?}");
        }
    }
}
