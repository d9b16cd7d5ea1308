//! Stories of the hub without connections: who is told what, how often, and what has to be read first.

use std::sync::Arc;

use app::{
    Actor,
    feed::Moved,
    interest::{Interest, Interests},
};
use model::{
    event::{Event, EventKind},
    id::{
        AgentId, AgentNumber, ConversationId, ConversationNumber, KeyNumber, OrganizationNumber,
        VisitorId, VisitorNumber,
    },
    key::Privileges,
};

use super::{SocketNumber, registry::Registry};
use crate::live::{
    inlet::{Inlet, News},
    protocol::CloseCode,
    reader::{Reader, Who},
};

const ORGANIZATION: OrganizationNumber = OrganizationNumber(1);
const VISITOR: VisitorNumber = VisitorNumber(2);
const CONVERSATION: ConversationNumber = ConversationNumber(9);

#[derive(Default)]
struct Story {
    registry: Registry,
    interests: Interests,
}

/// A connection, and what waits in its queue.
struct Connected {
    number: SocketNumber,
    inlet: Arc<Inlet>,
}

impl Connected {
    /// The places of the events that were told since the last look.
    fn told(&self) -> Vec<i64> {
        let news = std::iter::from_fn(|| self.inlet.take());
        news.filter_map(|news| match news {
            News::Event(telling) => Some(telling.event.seq),
            _ => None,
        })
        .collect()
    }

    fn is_replaced(&self) -> bool {
        matches!(self.inlet.take(), Some(News::End(CloseCode::Replaced)))
    }
}

impl Story {
    fn enter(&mut self, actor: Actor, who: Who) -> Connected {
        let reader = Arc::new(Reader {
            actor,
            who,
            proved_at: 0,
            expires_at: None,
        });
        let inlet = Arc::new(Inlet::default());
        let number = self.registry.enter(&reader, &inlet, &self.interests);
        Connected { number, inlet }
    }

    fn visitor(&mut self) -> Connected {
        let actor = Actor::Visitor {
            organization: ORGANIZATION,
            visitor: VISITOR,
        };
        let (number, id) = (VISITOR, VisitorId::known("kZMv"));
        self.enter(actor, Who::Visitor { number, id })
    }

    fn agent(&mut self) -> Connected {
        let number = AgentNumber(3);
        let actor = Actor::Agent {
            organization: ORGANIZATION,
            agent: number,
            privileges: Privileges::ALL,
        };
        let who = Who::Agent {
            key: KeyNumber(4),
            number,
            id: AgentId::new("A1"),
            name: "Liz".to_owned(),
        };
        self.enter(actor, who)
    }

    fn follow(&mut self, connected: &Connected, head: i64) {
        let number = connected.number;
        self.registry
            .follow(number, CONVERSATION, VISITOR, head, &self.interests);
    }

    fn happens(&mut self, seq: i64) -> bool {
        let event = Event {
            organization: ORGANIZATION,
            conversation: CONVERSATION,
            conversation_id: ConversationId::new("C1"),
            visitor: VISITOR,
            seq,
            at: 0,
            kind: EventKind::Reopened,
        };
        self.registry.fan_out(Arc::new(event), &"".into())
    }

    fn places_to_read(&mut self) -> Vec<i64> {
        let taken = self.registry.take_to_read(10);
        taken.into_iter().map(|(_, _, after)| after).collect()
    }
}

fn moved(head: i64) -> Moved {
    Moved {
        organization: ORGANIZATION,
        conversation: CONVERSATION,
        visitor: VISITOR,
        head,
    }
}

#[test]
fn everybody_who_wants_it_is_told_once_and_nobody_else() {
    let mut story = Story::default();
    let (visitor, follower, list, idle) =
        (story.visitor(), story.agent(), story.agent(), story.agent());
    story.follow(&follower, 0);
    story.follow(&list, 0);
    story
        .registry
        .follow_everything(list.number, &story.interests);
    for seq in [1, 2, 2, 1] {
        assert!(!story.happens(seq));
    }
    for reader in [&visitor, &follower, &list] {
        assert_eq!(reader.told(), [1, 2]);
    }
    assert!(idle.told().is_empty());
}

#[test]
fn what_is_ahead_of_others_waits_until_they_were_read() {
    let mut story = Story::default();
    let follower = story.agent();
    story.follow(&follower, 3);
    assert!(story.happens(6));
    assert_eq!(story.places_to_read(), [3]);
    // The store has all of them, and what was heard before is then told only once.
    for seq in [4, 5, 6, 7] {
        assert!(!story.happens(seq));
    }
    assert!(!story.happens(5));
    assert_eq!(follower.told(), [4, 5, 6, 7]);
    assert!(story.places_to_read().is_empty());
}

#[test]
fn hints_are_read_where_somebody_looks() {
    let mut story = Story::default();
    assert!(!story.registry.moved(&moved(4)));
    let visitor = story.visitor();
    assert!(story.registry.moved(&moved(4)));
    assert_eq!(story.places_to_read(), [3]);
    assert!(!story.happens(4));
    assert!(!story.registry.moved(&moved(4)));
    assert!(story.registry.compare(CONVERSATION, 6));
    assert_eq!(story.places_to_read(), [4]);
    assert_eq!(visitor.told(), [4]);
}

#[test]
fn a_list_knows_what_was_there_before_it() {
    let mut story = Story::default();
    let list = story.agent();
    story
        .registry
        .follow_everything(list.number, &story.interests);
    story.registry.know_heads(&[moved(7)]);
    assert!(!story.registry.moved(&moved(7)));
    assert!(story.registry.moved(&moved(8)));
    assert_eq!(story.places_to_read(), [7]);
}

#[test]
fn what_nobody_was_told_for_lack_of_readers_is_not_read_for_the_next_one() {
    let mut story = Story::default();
    let first = story.agent();
    story.follow(&first, 1);
    story.registry.leave(first.number, &story.interests);
    story.happens(2);
    let second = story.agent();
    story.follow(&second, 40);
    assert!(!story.happens(41));
    assert_eq!(second.told(), [41]);
}

#[test]
fn what_is_followed_anew_is_looked_at_once_more_when_others_have_been_asked_to_tell_of_it() {
    let mut story = Story::default();
    let follower = story.agent();
    story.follow(&follower, 3);
    assert!(story.registry.take_fresh().is_empty());
    assert_eq!(story.registry.take_fresh(), [CONVERSATION]);
    assert!(story.registry.take_fresh().is_empty());
}

#[test]
fn d12_the_oldest_connection_makes_room_and_whoever_leaves_wants_nothing_more() {
    let mut story = Story::default();
    let connected: Vec<_> = (0..6).map(|_| story.visitor()).collect();
    assert!(connected[0].is_replaced());
    assert!(!connected[1].is_replaced());
    let agent = story.agent();
    story.follow(&agent, 0);
    story
        .registry
        .follow_everything(agent.number, &story.interests);
    let wanted = [
        Interest::Visitor(ORGANIZATION, VISITOR),
        Interest::Conversation(ORGANIZATION, CONVERSATION),
        Interest::Organization(ORGANIZATION),
    ];
    let list = story.interests.list();
    assert!(wanted.iter().all(|interest| list.contains(interest)) && list.len() == 3);
    for connected in connected.iter().chain([&agent]) {
        story.registry.leave(connected.number, &story.interests);
    }
    assert!(story.interests.list().is_empty());
    assert!(story.registry.looked_at().is_empty());
    let left = [(ORGANIZATION, AgentNumber(3))];
    assert_eq!(story.registry.leavers, left);
}
