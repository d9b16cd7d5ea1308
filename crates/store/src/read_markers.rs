//! Read markers: how far each side of a conversation has read.

use model::{event::Side, id::ConversationNumber};

use crate::{Result, Tx};

/// Moves the visitor's marker up to a `seq`; false where it is there already, as it never goes back.
pub fn set_visitor_seen(tx: &mut Tx<'_>, number: ConversationNumber, seq: i64) -> Result<bool> {
    const SQL: &str =
        "update conversations set visitor_seen = $2 where number = $1 and visitor_seen < $2";
    Ok(tx.run(SQL, &[number.into(), seq.into()])? == 1)
}

/// Moves the agents' marker up to a `seq`; false where it is there already, as it never goes back.
pub fn set_agents_seen(tx: &mut Tx<'_>, number: ConversationNumber, seq: i64) -> Result<bool> {
    const SQL: &str =
        "update conversations set agents_seen = $2 where number = $1 and agents_seen < $2";
    Ok(tx.run(SQL, &[number.into(), seq.into()])? == 1)
}

/// Whether the other side wrote anything above one `seq` and up to another.
pub fn is_anything_new(
    tx: &mut Tx<'_>,
    number: ConversationNumber,
    reader: Side,
    above: i64,
    up_to: i64,
) -> Result<bool> {
    const SQL: &str = "select 1 from messages where conversation = $1 and seq > $2 and seq <= $3 and kind = $4 and deleted_at is null limit 1";
    let writer = match reader {
        Side::Visitor => model::message::MessageKind::Agent,
        Side::Agent => model::message::MessageKind::Visitor,
    };
    let parameters = [
        number.into(),
        above.into(),
        up_to.into(),
        writer.as_str().into(),
    ];
    Ok(tx.find(SQL, &parameters, |_| Ok(()))?.is_some())
}
