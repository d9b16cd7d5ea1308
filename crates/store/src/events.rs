//! Events that are no messages: edits, assignments and the rest. They point, they do not copy.

use model::{event::Event, id::ConversationNumber};

use crate::{Result, Tx};

/// Adds an event at the `seq` it has taken.
pub fn insert(tx: &mut Tx<'_>, event: &Event) -> Result<()> {
    const SQL: &str =
        "insert into events (conversation, seq, kind, subject, at) values ($1, $2, $3, $4, $5)";
    let parameters = [
        event.conversation.into(),
        event.seq.into(),
        event.kind.name().into(),
        event.kind.subject().into(),
        event.at.into(),
    ];
    tx.run(SQL, &parameters).map(drop)
}

/// Every `seq` of a conversation that is taken, by messages and events, in order and at most `limit`: for the
/// check that there is no hole.
pub fn list_seqs(
    tx: &mut Tx<'_>,
    conversation: ConversationNumber,
    limit: i64,
) -> Result<Vec<i64>> {
    const SQL: &str = "select seq from messages where conversation = $1 union all select seq from events where conversation = $1 order by seq limit $2";
    tx.all(SQL, &[conversation.into(), limit.into()], |row| row.get(0))
}
