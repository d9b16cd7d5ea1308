//! Chats: the rounds of a conversation.

use model::{chat::Chat, message::MessageKind, visit::WebPage};
use store::chats;
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, story, talk};

both_databases!(a_chat_starts_and_is_finished);

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
