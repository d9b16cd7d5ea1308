//! Conversations: their row, its lock and their list.

use model::{
    agent::Agent,
    conversation::{Channel, Conversation, Status},
    id::{ConversationId, ConversationNumber, GroupId, Scope},
    message::MessageKind,
    time::MINUTE_MS,
    visitor::{Attribute, Visitor},
    webhook::{WebhookEventKind, WebhookEvents},
};
use store::{
    Error, Result, Tx,
    conversations::{self, Filter, Place, Unsent},
    organizations, visitors,
};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{
    NOON, agent, conversation, group, organization, scope_of, story, talk, visitor,
};

both_databases!(
    a_visitor_has_one_conversation,
    everything_in_a_conversation_takes_the_next_seq,
    the_state_of_a_conversation_is_set,
    what_no_fragment_has_taken_is_told_with_the_next_message,
    conversations_are_listed_by_minute_page_by_page,
    a_list_is_narrowed_by_each_part_of_the_filter,
    text_is_found_whatever_is_in_it,
);

/// Before the first page.
const TOP: Place = Place {
    minute: i64::MAX,
    number: ConversationNumber(i64::MAX),
};

async fn a_visitor_has_one_conversation(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, guest, made) = talk(tx, "one")?;
        let other = organization(tx, "other")?;
        let second = ConversationId::new("second");
        let found = conversations::insert(tx, scope.organization, guest.number, &second, NOON + 1)?;
        assert_eq!(found, (made.number, made.id.clone()));
        assert_eq!(conversations::find(tx, scope, &second)?, None);

        let expected = Conversation {
            number: made.number,
            id: made.id.clone(),
            visitor: guest.number,
            visitor_id: guest.id.clone(),
            channel: Channel::Widget,
            head: 0,
            status: Status::Open,
            assignee_id: None,
            group_id: None,
            chat: 0,
            is_chat_open: false,
            last_message_at: NOON,
            visitor_seen: 0,
            agents_seen: 0,
            last_rating: None,
            created_at: NOON,
        };
        assert_eq!(conversations::get(tx, scope, made.number)?, expected);
        let own = scope_of(scope, &guest);
        for scope in [scope, own] {
            let found = conversations::find(tx, scope, &made.id)?;
            assert_eq!(found.as_ref(), Some(&expected));
            let found = conversations::find_by_number(tx, scope, made.number)?;
            assert_eq!(found.as_ref(), Some(&expected));
        }
        let found = conversations::find_of_visitor(tx, scope.organization, guest.number)?;
        assert_eq!(found.as_ref(), Some(&expected));

        let stranger = visitor(tx, scope, "stranger")?;
        for foreign in [other, scope_of(scope, &stranger)] {
            assert_eq!(conversations::find(tx, foreign, &made.id)?, None);
            let found = conversations::find_by_number(tx, foreign, made.number)?;
            assert_eq!(found, None);
            let missing = conversations::get(tx, foreign, made.number);
            assert!(matches!(missing, Err(Error::Content(_))), "{missing:?}");
        }
        for (organization, visitor) in [
            (other.organization, guest.number),
            (scope.organization, stranger.number),
        ] {
            let found = conversations::find_of_visitor(tx, organization, visitor)?;
            assert_eq!(found, None);
        }
        Ok(())
    })
    .await;
}

async fn everything_in_a_conversation_takes_the_next_seq(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _, talk) = talk(tx, "one")?;
        conversations::lock(tx, talk.number)?;
        let advanced = conversations::advance(tx, talk.number, NOON + 5)?;
        assert_eq!((advanced.seq, advanced.at), (1, NOON + 5));
        assert_eq!((advanced.chat, advanced.is_chat_open), (0, false));
        assert_eq!(advanced.status, Status::Open);
        assert_eq!(conversations::take_seq(tx, talk.number, NOON)?, 2);

        // A clock that went back gives no message an earlier time than the one above it.
        let advanced = conversations::advance(tx, talk.number, NOON - MINUTE_MS)?;
        assert_eq!((advanced.seq, advanced.at), (3, NOON + 5));

        conversations::set_chat(tx, talk.number, 7, true)?;
        conversations::set_status(tx, talk.number, Status::Closed)?;
        let advanced = conversations::advance(tx, talk.number, NOON + MINUTE_MS)?;
        assert_eq!((advanced.seq, advanced.at), (4, NOON + MINUTE_MS));
        assert_eq!((advanced.chat, advanced.is_chat_open), (7, true));
        assert_eq!(advanced.status, Status::Closed);

        let found = conversations::get(tx, scope, talk.number)?;
        assert_eq!((found.head, found.last_message_at), (4, NOON + MINUTE_MS));
        let listed = conversations::list(tx, scope, &Filter::default(), TOP, 1)?;
        let place = Place {
            minute: NOON / MINUTE_MS + 1,
            number: talk.number,
        };
        assert_eq!(listed, [(found, place)]);

        let nowhere = ConversationNumber(999);
        assert!(conversations::lock(tx, nowhere).is_err());
        assert!(conversations::advance(tx, nowhere, NOON).is_err());
        assert!(conversations::take_seq(tx, nowhere, NOON).is_err());
        Ok(())
    })
    .await;
}

async fn the_state_of_a_conversation_is_set(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, guest, talk) = talk(tx, "one")?;
        let ann = agent(tx, scope, "ann")?;
        let sales = group(tx, scope, "sales", &[&ann])?;
        assert!(!conversations::set_status(tx, talk.number, Status::Open)?);
        assert!(conversations::set_status(tx, talk.number, Status::Closed)?);
        assert!(!conversations::set_status(tx, talk.number, Status::Closed)?);
        conversations::set_assignee(tx, talk.number, Some(ann.number))?;
        conversations::set_chat(tx, talk.number, 3, true)?;
        visitors::set_group(tx, scope, guest.number, Some(sales.number))?;
        let expected = Conversation {
            status: Status::Closed,
            assignee_id: Some(ann.id),
            group_id: Some(sales.id),
            chat: 3,
            is_chat_open: true,
            ..talk.clone()
        };
        assert_eq!(conversations::get(tx, scope, talk.number)?, expected);

        assert!(conversations::set_status(tx, talk.number, Status::Open)?);
        conversations::set_assignee(tx, talk.number, None)?;
        conversations::set_chat(tx, talk.number, 0, false)?;
        visitors::set_group(tx, scope, guest.number, None)?;
        assert_eq!(conversations::get(tx, scope, talk.number)?, talk);
        Ok(())
    })
    .await;
}

async fn what_no_fragment_has_taken_is_told_with_the_next_message(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _, talk) = talk(tx, "one")?;
        let stranger = visitor(tx, scope, "stranger")?;
        let neighbour = conversation(tx, scope, &stranger)?;
        assert_eq!(conversations::unsent(tx, talk.number)?, None);
        let advanced = conversations::advance(tx, talk.number, NOON)?;
        assert_eq!(advanced.unsent, None);
        assert_eq!(advanced.webhook_events, WebhookEvents::NONE);

        let wanted = WebhookEvents::of([WebhookEventKind::ConversationFragment]);
        organizations::set_webhook_events(tx, scope.organization, wanted)?;
        for by in [MessageKind::Visitor, MessageKind::Agent] {
            let unsent = Some(Unsent {
                seq: 1,
                at: NOON,
                by,
            });
            conversations::set_unsent(tx, talk.number, unsent)?;
            assert_eq!(conversations::unsent(tx, talk.number)?, unsent);
            let advanced = conversations::advance(tx, talk.number, NOON)?;
            assert_eq!((advanced.unsent, advanced.webhook_events), (unsent, wanted));
        }
        assert_eq!(conversations::unsent(tx, neighbour.number)?, None);
        conversations::set_unsent(tx, talk.number, None)?;
        assert_eq!(conversations::unsent(tx, talk.number)?, None);
        Ok(())
    })
    .await;
}

async fn conversations_are_listed_by_minute_page_by_page(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, guest, first) = talk(tx, "one")?;
        let (other, ..) = talk(tx, "other")?;
        let mut numbers = vec![first.number];
        for id in ["b", "c", "d", "e"] {
            let guest = visitor(tx, scope, id)?;
            numbers.push(conversation(tx, scope, &guest)?.number);
        }
        // Within the minute of noon the order is by number, whatever came later; the others moved on.
        for (index, minutes) in [(0, 2), (2, 1), (3, 0), (4, 2)] {
            let at = NOON + minutes * MINUTE_MS + 30 - i64::from(index);
            conversations::advance(tx, numbers[index as usize], at)?;
        }
        let expected = [4, 0, 2, 3, 1].map(|index| numbers[index]);

        let mut after = TOP;
        let mut walked = Vec::new();
        for length in [2, 2, 1, 0] {
            let page = conversations::list(tx, scope, &Filter::default(), after, 2)?;
            assert_eq!(page.len(), length);
            after = page.last().map_or(after, |(_, place)| *place);
            walked.extend(
                page.into_iter()
                    .map(|(conversation, _)| conversation.number),
            );
        }
        assert_eq!(walked, expected);

        assert_eq!(
            conversations::list(tx, other, &Filter::default(), TOP, 9)?.len(),
            1
        );
        let own = scope_of(scope, &guest);
        let found = conversations::list(tx, own, &Filter::default(), TOP, 9)?;
        let found: Vec<_> = found.into_iter().map(|(found, _)| found.number).collect();
        assert_eq!(found, [first.number], "a visitor sees their own");
        Ok(())
    })
    .await;
}

async fn a_list_is_narrowed_by_each_part_of_the_filter(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, guest, talk_one) = talk(tx, "one")?;
        let (other, ..) = talk(tx, "other")?;
        let second = visitor(tx, scope, "second")?;
        let talk_two = conversation(tx, scope, &second)?;
        let ann: Agent = agent(tx, scope, "ann")?;
        let sales = group(tx, scope, "sales", &[])?;
        conversations::set_assignee(tx, talk_one.number, Some(ann.number))?;
        conversations::set_status(tx, talk_two.number, Status::Closed)?;
        visitors::set_group(tx, scope, guest.number, Some(sales.number))?;

        let everything = Filter::default();
        let cases = [
            (
                Filter {
                    status: Some(Status::Open),
                    ..everything.clone()
                },
                vec![talk_one.number],
            ),
            (
                Filter {
                    status: Some(Status::Closed),
                    ..everything.clone()
                },
                vec![talk_two.number],
            ),
            (
                Filter {
                    assignee: Some(ann.id),
                    ..everything.clone()
                },
                vec![talk_one.number],
            ),
            (
                Filter {
                    group: Some(sales.id.clone()),
                    ..everything.clone()
                },
                vec![talk_one.number],
            ),
            (
                Filter {
                    group: Some(sales.id.clone()),
                    status: Some(Status::Closed),
                    ..everything.clone()
                },
                vec![],
            ),
            (
                Filter {
                    group: Some(GroupId::new("unknown")),
                    ..everything.clone()
                },
                vec![],
            ),
            (everything, vec![talk_two.number, talk_one.number]),
        ];
        for (filter, expected) in cases {
            assert_eq!(numbers(tx, scope, &filter)?, expected, "{filter:?}");
        }
        let foreign = Filter {
            group: Some(sales.id),
            ..Filter::default()
        };
        assert_eq!(numbers(tx, other, &foreign)?, []);
        Ok(())
    })
    .await;
}

fn numbers(tx: &mut Tx<'_>, scope: Scope, filter: &Filter) -> Result<Vec<ConversationNumber>> {
    let found = conversations::list(tx, scope, filter, TOP, 100)?;
    Ok(found.into_iter().map(|(found, _)| found.number).collect())
}

async fn text_is_found_whatever_is_in_it(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let values = [
            ("Mixed-ID", "zoë ÄRGER"),
            ("b", "50% off_now"),
            ("c", "back\\slash \"quoted\" O'Neill"),
            ("d", "500 offxnow 🍵"),
        ];
        let mut conversations = Vec::new();
        for (id, value) in values {
            let made = visitor(tx, scope, id)?;
            let attribute = ("NAME".to_owned(), Attribute::Text(value.to_owned()));
            let known = Visitor {
                attributes: [attribute].into(),
                ..made
            };
            visitors::update(tx, scope, &known)?;
            conversations.push(conversation(tx, scope, &known)?.number);
        }
        let untold = visitor(tx, scope, "untold")?;
        conversations.push(conversation(tx, scope, &untold)?.number);

        // The text of a filter is in lower case; the words here are what people type.
        let cases: [(&str, &[usize]); 14] = [
            ("mixed-id", &[0]),
            ("UNTOLD", &[4]),
            ("Zoë", &[0]),
            ("ärger", &[0]),
            ("arger", &[]),
            ("0%", &[1]),
            ("%", &[1]),
            ("_", &[1]),
            ("off_now", &[1]),
            ("\\", &[2]),
            ("\"QUOTED\"", &[2]),
            ("o'neill", &[2]),
            ("🍵", &[3]),
            ("{", &[]),
        ];
        for (text, expected) in cases {
            let filter = Filter {
                text: Some(text.to_lowercase()),
                ..Filter::default()
            };
            let mut found = numbers(tx, scope, &filter)?;
            found.sort_unstable();
            let expected: Vec<_> = expected.iter().map(|&index| conversations[index]).collect();
            assert_eq!(found, expected, "{text}");
        }
        Ok(())
    })
    .await;
}
