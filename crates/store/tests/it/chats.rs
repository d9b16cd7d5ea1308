//! Chats: the rounds of a conversation.

use model::{
    chat::{Chat, Rating},
    message::MessageKind,
    visit::WebPage,
};
use store::{chats, conversations};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, story, talk};

both_databases!(
    a_chat_starts_and_is_finished,
    a_chat_is_rated_and_its_conversation_tells_the_last_rating,
);

async fn a_chat_starts_and_is_finished(database: TestDatabase) {
    story(&database, |tx| {
        let (_, _, conversation) = talk(tx, "one")?;
        let (_, _, elsewhere) = talk(tx, "other")?;
        let started = |number, started_by| Chat {
            number,
            started_by,
            first_seq: number * 10,
            started_at: NOON + number,
            finished_at: None,
            last_seq: None,
            missed_messages_count: 0,
            start_page: None,
            rating: None,
        };
        let first = Chat {
            start_page: Some(WebPage {
                link: "https://getwear.com/women?a=\"b\"".to_owned(),
                title: "Jeans ’n’ more 👖".to_owned(),
            }),
            ..started(1, MessageKind::Visitor)
        };
        let second = started(2, MessageKind::Agent);
        chats::insert(tx, conversation.number, &first)?;
        chats::insert(tx, conversation.number, &second)?;
        assert_eq!(
            chats::find(tx, conversation.number, 1)?,
            Some(first.clone())
        );
        assert_eq!(
            chats::find(tx, conversation.number, 2)?,
            Some(second.clone())
        );
        assert_eq!(chats::find(tx, conversation.number, 3)?, None);
        assert_eq!(chats::find(tx, elsewhere.number, 1)?, None);

        chats::finish(tx, conversation.number, 1, NOON + 60, 19, 4)?;
        let finished = Chat {
            finished_at: Some(NOON + 60),
            last_seq: Some(19),
            missed_messages_count: 4,
            ..first
        };
        assert_eq!(chats::find(tx, conversation.number, 1)?, Some(finished));
        assert_eq!(chats::find(tx, conversation.number, 2)?, Some(second));
        Ok(())
    })
    .await;
}

async fn a_chat_is_rated_and_its_conversation_tells_the_last_rating(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _, talked) = talk(tx, "one")?;
        let (other, _, elsewhere) = talk(tx, "other")?;
        assert_eq!(talked.last_rating, None);
        for (conversation, number) in [(&talked, 1), (&talked, 2), (&elsewhere, 1)] {
            let chat = Chat {
                number,
                started_by: MessageKind::Visitor,
                first_seq: number,
                started_at: NOON,
                finished_at: None,
                last_seq: None,
                missed_messages_count: 0,
                start_page: None,
                rating: None,
            };
            chats::insert(tx, conversation.number, &chat)?;
            conversations::set_chat(tx, conversation.number, number, true)?;
        }
        let bad = Rating {
            score: 1,
            comment: Some("It's \"late\";\n-- 'very' ☹".to_owned()),
            at: NOON + 1,
        };
        let good = Rating {
            score: 5,
            comment: None,
            at: NOON + 2,
        };
        // The chat that was rated last need not be the latest.
        for rating in [&bad, &good, &bad] {
            chats::rate(tx, talked.number, 1, rating)?;
            let found = chats::find(tx, talked.number, 1)?.expect("the chat");
            assert_eq!(found.rating.as_ref(), Some(rating));
            let told = conversations::get(tx, scope, talked.number)?.last_rating;
            assert_eq!(told.as_ref(), Some(rating));
        }
        chats::rate(tx, talked.number, 2, &good)?;
        let told = conversations::find(tx, scope, &talked.id)?.expect("the conversation");
        assert_eq!(told.last_rating, Some(good));
        let first = chats::find(tx, talked.number, 1)?.expect("the chat");
        assert_eq!(first.rating, Some(bad));
        let untouched = chats::find(tx, elsewhere.number, 1)?.expect("the chat");
        assert_eq!(untouched.rating, None);
        let other = conversations::get(tx, other, elsewhere.number)?;
        assert_eq!(other.last_rating, None);
        Ok(())
    })
    .await;
}
