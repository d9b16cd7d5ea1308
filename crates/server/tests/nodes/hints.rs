//! What one node tells, another hears where it wants to; and nonsense on NATS does no harm.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    sync::Arc,
};

use app::{
    feed::{Moved, News, Origin},
    interest::Interest,
};
use model::{
    event::{Event, Side},
    id::{ConversationNumber, VisitorNumber},
    signal::{Signal, SignalKind},
};
use testing::{nats_server::NatsServer, server::TestServer};

use super::{figure, next_news, two_nodes, visitor_says, wait_for_figure};

/// An event of a node's own.
fn event_of(news: News) -> Option<Arc<Event>> {
    match news {
        News::Event(event) => Some(event),
        _ => None,
    }
}

fn moved_of(news: News) -> Option<Moved> {
    match news {
        News::Moved(moved) => Some(moved),
        _ => None,
    }
}

/// Lets a visitor say something and tells the event.
fn event_on(node: &TestServer, visitor: &str) -> Arc<Event> {
    let mut news = node.feed().subscribe();
    visitor_says(&node.client(), visitor, "Hello?");
    next_news("the event", &mut news, event_of)
}

#[test]
fn an_event_is_heard_on_the_other_node_where_it_is_wanted() {
    let nats = NatsServer::start();
    let (first, second) = two_nodes(&nats);
    let (anna, bert) = (event_on(&first, "anna"), event_on(&first, "bert"));
    let organization = anna.organization;
    let interests = second.feed().interests();
    let mut news = second.feed().subscribe();

    let wanted = Interest::Conversation(organization, anna.conversation);
    interests.add(wanted);
    // One for the conversation, one for what concerns everybody.
    wait_for_figure(&second, "parlour_nats_subscriptions", 2.0);
    let after = event_on(&first, "anna");
    assert_eq!(after.seq, anna.seq + 1);
    let moved = next_news("the head", &mut news, |news| {
        moved_of(news).filter(|moved| moved.head == after.seq)
    });
    let expected = Moved {
        organization,
        conversation: anna.conversation,
        visitor: anna.visitor,
        head: after.seq,
    };
    assert_eq!(moved, expected);

    // By the visitor, by the whole organization, and after all no more.
    interests.add(Interest::Visitor(organization, bert.visitor));
    wait_for_figure(&second, "parlour_nats_subscriptions", 3.0);
    let after = event_on(&first, "bert");
    next_news("the visitor's", &mut news, |news| {
        moved_of(news)
            .filter(|moved| (moved.conversation, moved.head) == (bert.conversation, after.seq))
    });
    interests.remove(Interest::Visitor(organization, bert.visitor));
    interests.remove(wanted);
    interests.add(Interest::Organization(organization));
    wait_for_figure(&second, "parlour_nats_subscriptions", 1.0);
    let clara = event_on(&first, "clara");
    next_news("anybody's", &mut news, |news| {
        moved_of(news).filter(|moved| moved.conversation == clara.conversation)
    });
    interests.remove(Interest::Organization(organization));
    wait_for_figure(&second, "parlour_nats_subscriptions", 0.0);
    let heard = figure(&second, "parlour_nats_heard_total");
    let published = figure(&first, "parlour_nats_published_total");
    event_on(&first, "clara");
    wait_for_figure(&first, "parlour_nats_published_total", published + 1.0);
    // Revocations come to everybody, after what was told before them.
    first.feed().tell(News::Revoked(Origin::Here));
    next_news("the revocation", &mut news, |news| {
        matches!(news, News::Revoked(Origin::Elsewhere)).then_some(())
    });
    assert_eq!(figure(&second, "parlour_nats_heard_total"), heard + 1.0);
    // Nobody hears what is their own.
    assert_eq!(figure(&first, "parlour_nats_heard_total"), 0.0);
}

#[test]
fn what_happens_just_before_or_after_the_wish_is_heard_too() {
    let nats = NatsServer::start();
    let (first, second) = two_nodes(&nats);
    let mut news = second.feed().subscribe();
    for number in 0..40 {
        let visitor = format!("visitor-{number}");
        let begun = event_on(&first, &visitor);
        let wanted = Interest::Conversation(begun.organization, begun.conversation);
        let head = if number % 2 == 0 {
            second.feed().interests().add(wanted);
            event_on(&first, &visitor).seq
        } else {
            let head = event_on(&first, &visitor).seq;
            second.feed().interests().add(wanted);
            head
        };
        next_news(&format!("the head of {visitor}"), &mut news, |news| {
            moved_of(news)
                .filter(|moved| moved.conversation == begun.conversation && moved.head == head)
        });
    }
}

#[test]
fn signals_are_told_in_full_and_only_once() {
    let nats = NatsServer::start();
    let (first, second) = two_nodes(&nats);
    let anna = event_on(&first, "anna");
    second
        .feed()
        .interests()
        .add(Interest::Conversation(anna.organization, anna.conversation));
    wait_for_figure(&second, "parlour_nats_subscriptions", 2.0);
    let (mut here, mut there) = (first.feed().subscribe(), second.feed().subscribe());
    let kinds = [
        SignalKind::Typing {
            conversation: anna.conversation,
            by: Side::Visitor,
            agent: None,
            name: None,
            is_typing: true,
            preview: Some("I have a quest".to_owned()),
        },
        SignalKind::Availability {
            is_any_available: true,
        },
    ];
    for kind in kinds {
        let signal = Signal {
            organization: anna.organization,
            kind: kind.clone(),
        };
        first
            .feed()
            .tell(News::Signal(Arc::new(signal), Origin::Here));
        let heard = next_news("the signal", &mut there, |news| match news {
            News::Signal(signal, Origin::Elsewhere) => Some(signal),
            _ => None,
        });
        assert_eq!(heard.kind, kind);
    }
    first.feed().tell(News::Revoked(Origin::Here));
    next_news("the end", &mut there, |news| {
        matches!(news, News::Revoked(_)).then_some(())
    });
    let echo = std::iter::from_fn(|| here.try_recv().ok()).any(|news| {
        matches!(
            news,
            News::Signal(_, Origin::Elsewhere) | News::Revoked(Origin::Elsewhere)
        )
    });
    assert!(!echo, "it came back");
}

/// Somebody else on the same NATS.
struct Stranger(TcpStream);

impl Stranger {
    fn connect(nats: &NatsServer) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", nats.port())).expect("NATS listens");
        stream.write_all(b"CONNECT {}\r\n").expect("written");
        Self(stream)
    }

    fn publish(&mut self, subject: &str, text: &[u8]) {
        let head = format!("PUB {subject} {}\r\n", text.len());
        for part in [head.as_bytes(), text, b"\r\nPING\r\n"] {
            self.0.write_all(part).expect("written");
        }
        let mut lines = BufReader::new(self.0.try_clone().expect("a second handle")).lines();
        let answered = lines.any(|line| line.expect("NATS answers").contains("PONG"));
        assert!(answered, "NATS closed the connection");
    }
}

#[test]
fn garbage_is_counted_and_doubles_do_no_harm() {
    let nats = NatsServer::start();
    let (first, second) = two_nodes(&nats);
    let anna = event_on(&first, "anna");
    let organization = anna.organization;
    for node in [&first, &second] {
        let interests = node.feed().interests();
        interests.add(Interest::Conversation(organization, anna.conversation));
        interests.add(Interest::Visitor(organization, anna.visitor));
        wait_for_figure(node, "parlour_nats_subscriptions", 3.0);
    }
    let mut stranger = Stranger::connect(&nats);
    let subject = format!(
        "parlour.{}.{}.{}",
        organization.0, anna.conversation.0, anna.visitor.0
    );
    let deep = "[".repeat(4_000);
    let long = "x".repeat(100_000);
    for garbage in ["", "{", "null", "\0\u{1}", &deep, &long, r#"{"from":{}}"#] {
        stranger.publish(&subject, garbage.as_bytes());
    }
    stranger.publish("parlour.revoked", b"now");
    stranger.publish("parlour.node.x", b"{}");
    // The conversation's seven come twice, as both interests fit.
    wait_for_figure(&second, "parlour_nats_malformed_total", 16.0);

    let mut news = second.feed().subscribe();
    let epoch = second
        .write(|write| Ok(store::installation::find_epoch(write.tx())?))
        .expect("the store answers")
        .expect("an epoch");
    let hint = |conversation: ConversationNumber, visitor: VisitorNumber| {
        format!(
            r#"{{"from":{{"epoch":"{epoch}","node":"forged"}},"told":{{"moved":{{"organization":{},"conversation":{},"visitor":{},"head":99}}}}}}"#,
            organization.0, conversation.0, visitor.0
        )
    };
    // What does not belong to its subject is not believed.
    stranger.publish(
        &subject,
        hint(ConversationNumber(77), anna.visitor).as_bytes(),
    );
    for _ in 0..3 {
        stranger.publish(&subject, hint(anna.conversation, anna.visitor).as_bytes());
    }
    for _ in 0..6 {
        let moved = next_news("the hint", &mut news, moved_of);
        assert_eq!((moved.conversation, moved.head), (anna.conversation, 99));
    }
    // What is not so is found out from the store: the next event has the place it would have had.
    assert_eq!(event_on(&first, "anna").seq, anna.seq + 1);
}
