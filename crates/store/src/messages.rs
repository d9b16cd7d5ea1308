//! Messages and notes, in the order in which they are read.

use model::{
    id::{AgentNumber, ConversationNumber, MessageId, Scope},
    message::{Message, MessageAgent, MessageDetails, MessageKind},
    time::Millis,
};

use crate::{Error, Result, Row, Tx, value::named};

macro_rules! message_columns {
    () => {
        "m.conversation, c.id, m.seq, m.id, m.kind, m.text, v.id, m.agent, a.id, a.name, a.userpic, m.created_at, m.is_pushed, m.is_trigger, \
        m.is_missed, m.is_missed_by_visitor, m.is_bot, m.is_sent_via_js_api, m.received_from, m.cid, m.details \
        from messages m join conversations c on c.number = m.conversation join visitors v on v.number = c.visitor \
        left join agents a on a.number = m.agent"
    };
}

pub(crate) fn read(row: &Row<'_>) -> Result<Message> {
    let agent = row.get::<Option<AgentNumber>>(7)?.map(|number| {
        Ok::<_, Error>(MessageAgent {
            number,
            id: row.get(8)?,
            name: row.get(9)?,
            userpic: row.get(10)?,
        })
    });
    let details = row.get::<Option<String>>(20)?.map(|text| {
        serde_json::from_str::<Box<MessageDetails>>(&text)
            .map_err(|error| Error::Content(format!("details of a message: {error}")))
    });
    Ok(Message {
        conversation: row.get(0)?,
        conversation_id: row.get(1)?,
        seq: row.get(2)?,
        id: row.get(3)?,
        kind: named(row, 4, MessageKind::parse)?,
        text: row.get(5)?,
        visitor_id: row.get(6)?,
        agent: agent.transpose()?,
        created_at: row.get(11)?,
        is_pushed: row.get(12)?,
        is_trigger: row.get(13)?,
        is_missed: row.get(14)?,
        is_missed_by_visitor: row.get(15)?,
        is_bot: row.get(16)?,
        is_sent_via_js_api: row.get(17)?,
        received_from: row.get(18)?,
        cid: row.get(19)?,
        details: details.transpose()?,
    })
}

/// Adds a message at the `seq` it has taken.
pub fn insert(tx: &mut Tx<'_>, message: &Message) -> Result<()> {
    const SQL: &str = "insert into messages (conversation, seq, id, kind, text, agent, created_at, is_pushed, is_trigger, is_missed, is_missed_by_visitor, \
        is_bot, is_sent_via_js_api, received_from, cid, details) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    let details = message
        .details
        .as_ref()
        .map(serde_json::to_string)
        .transpose();
    let details = details.map_err(|error| Error::Content(error.to_string()))?;
    let parameters = [
        message.conversation.into(),
        message.seq.into(),
        (&message.id).into(),
        message.kind.as_str().into(),
        (&message.text).into(),
        message.agent.as_ref().map(|agent| agent.number).into(),
        message.created_at.into(),
        message.is_pushed.into(),
        message.is_trigger.into(),
        message.is_missed.into(),
        message.is_missed_by_visitor.into(),
        message.is_bot.into(),
        message.is_sent_via_js_api.into(),
        message.received_from.as_ref().into(),
        message.cid.as_ref().into(),
        details.as_ref().into(),
    ];
    tx.run(SQL, &parameters).map(drop)
}

/// The message of an id; not a deleted one, and not a note where a visitor asks.
pub fn find(tx: &mut Tx<'_>, scope: Scope, id: &MessageId) -> Result<Option<Message>> {
    const SQL: &str = concat!(
        "select ",
        message_columns!(),
        " where m.id = $1 and c.organization = $2 and m.deleted_at is null \
        and (cast($3 as bigint) is null or (c.visitor = $3 and m.kind <> 'note'))"
    );
    tx.find(
        SQL,
        &[id.into(), scope.organization.into(), scope.visitor.into()],
        read,
    )
}

/// The message that its author sent with a client-made id, deleted or not.
pub fn find_by_cid(
    tx: &mut Tx<'_>,
    conversation: ConversationNumber,
    kind: MessageKind,
    agent: Option<AgentNumber>,
    cid: &str,
) -> Result<Option<Message>> {
    const SQL: &str = concat!(
        "select ",
        message_columns!(),
        " where m.conversation = $1 and m.kind = $2 and coalesce(m.agent, 0) = $3 and m.cid = $4"
    );
    let agent = agent.map_or(0, |agent| agent.0);
    tx.find(
        SQL,
        &[
            conversation.into(),
            kind.as_str().into(),
            agent.into(),
            cid.into(),
        ],
        read,
    )
}

/// The latest automatic message that a page showed in a conversation with a text, since a time; not a deleted one. Only the
/// latest events of the conversation are looked through, those above a `seq`.
pub fn find_shown_by_page(
    tx: &mut Tx<'_>,
    conversation: ConversationNumber,
    text: &str,
    since: Millis,
    above: i64,
) -> Result<Option<Message>> {
    const SQL: &str = concat!(
        "select ",
        message_columns!(),
        " where m.conversation = $1 and m.seq > $4 and m.is_sent_via_js_api and m.created_at >= $3 and m.text = $2 \
        and m.deleted_at is null order by m.seq desc limit 1"
    );
    let parameters = [conversation.into(), text.into(), since.into(), above.into()];
    tx.find(SQL, &parameters, read)
}

/// The automatic message that a page showed in a conversation with a client-made id, from whichever agent, deleted or not.
pub fn find_shown_by_cid(
    tx: &mut Tx<'_>,
    conversation: ConversationNumber,
    cid: &str,
) -> Result<Option<Message>> {
    const SQL: &str = concat!(
        "select ",
        message_columns!(),
        " where m.conversation = $1 and m.kind = 'agent' and m.cid = $2 and m.is_sent_via_js_api order by m.seq limit 1"
    );
    tx.find(SQL, &[conversation.into(), cid.into()], read)
}

/// Messages of a conversation below a `seq`, newest first, at most `limit`; without notes where a visitor asks.
pub fn list(
    tx: &mut Tx<'_>,
    scope: Scope,
    conversation: ConversationNumber,
    before: i64,
    limit: i64,
) -> Result<Vec<Message>> {
    const SQL: &str = concat!(
        "select ",
        message_columns!(),
        " where m.conversation = $1 and m.seq < $2 and c.organization = $3 and m.deleted_at is null \
        and (cast($4 as bigint) is null or (c.visitor = $4 and m.kind <> 'note')) order by m.seq desc limit $5"
    );
    let parameters = [
        conversation.into(),
        before.into(),
        scope.organization.into(),
        scope.visitor.into(),
        limit.into(),
    ];
    tx.all(SQL, &parameters, read)
}

/// Messages of a conversation from a `seq` on, oldest first, at most `limit`; without notes where a visitor asks.
pub fn list_from(
    tx: &mut Tx<'_>,
    scope: Scope,
    conversation: ConversationNumber,
    from: i64,
    limit: i64,
) -> Result<Vec<Message>> {
    const SQL: &str = concat!(
        "select ",
        message_columns!(),
        " where m.conversation = $1 and m.seq >= $2 and c.organization = $3 and m.deleted_at is null \
        and (cast($4 as bigint) is null or (c.visitor = $4 and m.kind <> 'note')) order by m.seq limit $5"
    );
    let parameters = [
        conversation.into(),
        from.into(),
        scope.organization.into(),
        scope.visitor.into(),
        limit.into(),
    ];
    tx.all(SQL, &parameters, read)
}

/// Gives a message a new text.
pub fn set_text(tx: &mut Tx<'_>, message: &Message, text: &str) -> Result<()> {
    const SQL: &str = "update messages set text = $3 where conversation = $1 and seq = $2";
    tx.run(
        SQL,
        &[message.conversation.into(), message.seq.into(), text.into()],
    )
    .map(drop)
}

/// Empties a message and marks it as deleted; its row stays, as its `seq` must not leave a hole.
pub fn delete(tx: &mut Tx<'_>, message: &Message, at: Millis) -> Result<()> {
    const SQL: &str = "update messages set text = '', details = null, received_from = null, deleted_at = $3 where conversation = $1 and seq = $2";
    tx.run(
        SQL,
        &[message.conversation.into(), message.seq.into(), at.into()],
    )
    .map(drop)
}

/// Marks a message as never answered by an agent.
pub fn mark_missed(tx: &mut Tx<'_>, conversation: ConversationNumber, seq: i64) -> Result<()> {
    const SQL: &str = "update messages set is_missed = true where conversation = $1 and seq = $2";
    tx.run(SQL, &[conversation.into(), seq.into()]).map(drop)
}

/// Marks a message as never seen by the visitor.
pub fn mark_missed_by_visitor(
    tx: &mut Tx<'_>,
    conversation: ConversationNumber,
    seq: i64,
) -> Result<()> {
    const SQL: &str =
        "update messages set is_missed_by_visitor = true where conversation = $1 and seq = $2";
    tx.run(SQL, &[conversation.into(), seq.into()]).map(drop)
}
