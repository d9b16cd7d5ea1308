//! Chats: the rounds of a conversation.

use model::{
    chat::{Chat, Rating},
    id::ConversationNumber,
    message::MessageKind,
    time::Millis,
    visit::WebPage,
};

use crate::{Result, Row, Tx, value::named};

/// Adds a chat that has just started.
pub fn insert(tx: &mut Tx<'_>, conversation: ConversationNumber, chat: &Chat) -> Result<()> {
    const SQL: &str = "insert into chats (conversation, number, started_by, first_seq, started_at, missed_messages_count, start_link, start_title) \
        values ($1, $2, $3, $4, $5, 0, $6, $7)";
    let (link, title) = match &chat.start_page {
        Some(page) => (Some(&page.link), Some(&page.title)),
        None => (None, None),
    };
    let parameters = [
        conversation.into(),
        chat.number.into(),
        chat.started_by.as_str().into(),
        chat.first_seq.into(),
        chat.started_at.into(),
        link.into(),
        title.into(),
    ];
    tx.run(SQL, &parameters).map(drop)
}

/// A chat of a conversation.
pub fn find(
    tx: &mut Tx<'_>,
    conversation: ConversationNumber,
    number: i64,
) -> Result<Option<Chat>> {
    const SQL: &str = "select number, started_by, first_seq, started_at, finished_at, last_seq, missed_messages_count, start_link, start_title, \
        rating_score, rating_comment, rated_at from chats where conversation = $1 and number = $2";
    tx.find(SQL, &[conversation.into(), number.into()], |row| {
        Ok(Chat {
            number: row.get(0)?,
            started_by: named(row, 1, MessageKind::parse)?,
            first_seq: row.get(2)?,
            started_at: row.get(3)?,
            finished_at: row.get(4)?,
            last_seq: row.get(5)?,
            missed_messages_count: row.get(6)?,
            start_page: match row.get(7)? {
                Some(link) => Some(WebPage {
                    link,
                    title: row.get::<Option<String>>(8)?.unwrap_or_default(),
                }),
                None => None,
            },
            rating: read_rating(row, 9)?,
        })
    })
}

/// A rating, where there is one: its score, its comment and its time, in columns that follow on each other.
pub(crate) fn read_rating(row: &Row<'_>, first: usize) -> Result<Option<Rating>> {
    let Some(score) = row.get(first)? else {
        return Ok(None);
    };
    Ok(Some(Rating {
        score,
        comment: row.get(first + 1)?,
        at: row.get::<Option<Millis>>(first + 2)?.unwrap_or_default(),
    }))
}

/// Writes what the visitor thought of a chat, which is the one that was rated last from then on.
pub fn rate(
    tx: &mut Tx<'_>,
    conversation: ConversationNumber,
    number: i64,
    rating: &Rating,
) -> Result<()> {
    const SQL: &str = "update chats set rating_score = $3, rating_comment = $4, rated_at = $5 where conversation = $1 and number = $2";
    const LATEST: &str = "update conversations set rated_chat = $2 where number = $1";
    let parameters = [
        conversation.into(),
        number.into(),
        rating.score.into(),
        rating.comment.as_ref().into(),
        rating.at.into(),
    ];
    tx.run(SQL, &parameters)?;
    tx.run(LATEST, &[conversation.into(), number.into()])
        .map(drop)
}

/// Writes how a chat ended.
pub fn finish(
    tx: &mut Tx<'_>,
    conversation: ConversationNumber,
    number: i64,
    finished_at: Millis,
    last_seq: i64,
    missed_messages_count: i64,
) -> Result<()> {
    const SQL: &str = "update chats set finished_at = $3, last_seq = $4, missed_messages_count = $5 where conversation = $1 and number = $2";
    let parameters = [
        conversation.into(),
        number.into(),
        finished_at.into(),
        last_seq.into(),
        missed_messages_count.into(),
    ];
    tx.run(SQL, &parameters).map(drop)
}
