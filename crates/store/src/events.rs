//! Events: messages, which are their own, and the rest, which point and do not copy; only ratings are there themselves.

use std::sync::Arc;

use model::{
    event::{Event, EventKind, Side},
    id::{AgentId, ConversationNumber, GroupId, MessageId, Scope},
};

use crate::{Error, Result, Row, Tx, messages};

/// Adds an event at the `seq` it has taken.
pub fn insert(tx: &mut Tx<'_>, event: &Event) -> Result<()> {
    const SQL: &str =
        "insert into events (conversation, seq, kind, subject, at) values ($1, $2, $3, $4, $5)";
    let subject = event.kind.subject();
    let parameters = [
        event.conversation.into(),
        event.seq.into(),
        event.kind.name().into(),
        subject.as_ref().into(),
        event.at.into(),
    ];
    tx.run(SQL, &parameters).map(drop)
}

/// What a page of events is made of: both tables' places in one sequence (`p`), each with the message that it is or that
/// it changed (`m`), as that is now, where there is one that the scope may see. The columns of the message come first.
macro_rules! page_columns {
    () => {
        "select m.conversation, c.id, m.seq, m.id, m.kind, m.text, v.id, m.agent, a.id, a.name, a.userpic, m.created_at, m.is_pushed, \
        m.is_trigger, m.is_missed, m.is_missed_by_visitor, m.is_bot, m.is_sent_via_js_api, m.received_from, m.cid, m.details, \
        p.seq, p.kind, p.subject, p.at, c.number, c.visitor from ("
    };
}

macro_rules! message_places {
    () => {
        "select m.seq as seq, 'message' as kind, cast(null as text) as subject, m.created_at as at, m.seq as message_seq from messages m \
        where m.conversation = $1 and m.seq"
    };
}

macro_rules! event_places {
    () => {
        "select e.seq as seq, e.kind as kind, e.subject as subject, e.at as at, case when e.kind = 'edit' then \
        (select t.seq from messages t where t.id = e.subject and t.conversation = e.conversation) end as message_seq \
        from events e where e.conversation = $1 and e.seq"
    };
}

macro_rules! page_joins {
    () => {
        ") p join conversations c on c.number = $1 and c.organization = $4 and (cast($5 as bigint) is null or c.visitor = $5) \
        join visitors v on v.number = c.visitor \
        left join messages m on m.conversation = c.number and m.seq = p.message_seq and m.deleted_at is null \
        left join agents a on a.number = m.agent"
    };
}

/// Everything in a conversation after a `seq`, in order and without a hole, at most `limit`. What is not there any more,
/// and what a visitor may not see, is [`EventKind::Hidden`].
pub fn list_after(
    tx: &mut Tx<'_>,
    scope: Scope,
    conversation: ConversationNumber,
    after: i64,
    limit: i64,
) -> Result<Vec<Event>> {
    const SQL: &str = concat!(
        page_columns!(),
        "select * from (",
        message_places!(),
        " > $2 order by m.seq limit $3) i union all select * from (",
        event_places!(),
        " > $2 order by e.seq limit $3) o order by seq limit $3",
        page_joins!()
    );
    list(tx, SQL, scope, conversation, after, limit)
}

/// Everything in a conversation before a `seq`: the latest of it, in order and without a hole, at most `limit`; otherwise
/// as [`list_after`].
pub fn list_before(
    tx: &mut Tx<'_>,
    scope: Scope,
    conversation: ConversationNumber,
    before: i64,
    limit: i64,
) -> Result<Vec<Event>> {
    const SQL: &str = concat!(
        page_columns!(),
        "select * from (",
        message_places!(),
        " < $2 order by m.seq desc limit $3) i union all select * from (",
        event_places!(),
        " < $2 order by e.seq desc limit $3) o order by seq desc limit $3",
        page_joins!()
    );
    list(tx, SQL, scope, conversation, before, limit)
}

fn list(
    tx: &mut Tx<'_>,
    sql: &'static str,
    scope: Scope,
    conversation: ConversationNumber,
    from: i64,
    limit: i64,
) -> Result<Vec<Event>> {
    let parameters = [
        conversation.into(),
        from.into(),
        limit.into(),
        scope.organization.into(),
        scope.visitor.into(),
    ];
    let mut events = tx.all(sql, &parameters, |row| read(row, scope))?;
    // Sorting the joined rows, wide as they are, would cost the database a third more.
    events.sort_unstable_by_key(|event| event.seq);
    Ok(events)
}

fn read(row: &Row<'_>, scope: Scope) -> Result<Event> {
    let kind = read_kind(row)?;
    let is_hidden = scope.visitor.is_some() && kind.is_for_agents_only();
    Ok(Event {
        organization: scope.organization,
        conversation: row.get(25)?,
        conversation_id: row.get(1)?,
        visitor: row.get(26)?,
        seq: row.get(21)?,
        at: row.get(24)?,
        kind: if is_hidden { EventKind::Hidden } else { kind },
    })
}

fn read_kind(row: &Row<'_>) -> Result<EventKind> {
    let (name, subject): (String, Option<String>) = (row.get(22)?, row.get(23)?);
    let message = match row.get::<Option<i64>>(2)? {
        Some(_) => Some(Arc::new(messages::read(row)?)),
        None => None,
    };
    let subject = subject.as_deref();
    let unknown = || Error::Content(format!("an event {name:?} with the subject {subject:?}"));
    Ok(match name.as_str() {
        "message" => message.map_or(EventKind::Hidden, EventKind::Message),
        "edit" => message.map_or(EventKind::Hidden, EventKind::Edited),
        "delete" => EventKind::Deleted(subject.map(MessageId::new).ok_or_else(unknown)?),
        "assignment" => EventKind::Assigned(subject.map(AgentId::new)),
        "group" => EventKind::GroupChanged(subject.map(GroupId::new)),
        "closed" => EventKind::Closed,
        "reopened" => EventKind::Reopened,
        "visitor" => EventKind::VisitorChanged,
        "seen" => {
            let seen = subject.and_then(|subject| {
                let (by, up_to) = subject.split_once(':')?;
                Some((Side::parse(by)?, up_to.parse().ok()?))
            });
            let (by, up_to) = seen.ok_or_else(unknown)?;
            EventKind::Seen { by, up_to }
        }
        "rating" => read_rating(subject).ok_or_else(unknown)?,
        "hidden" => EventKind::Hidden,
        _ => return Err(unknown()),
    })
}

/// A rating as its subject has it: `4`, or `4:Thank you!`.
fn read_rating(subject: Option<&str>) -> Option<EventKind> {
    let subject = subject?;
    let (score, comment) = match subject.split_once(':') {
        Some((score, comment)) => (score, Some(comment.to_owned())),
        None => (subject, None),
    };
    let score = score.parse().ok()?;
    Some(EventKind::Rated { score, comment })
}

/// Whether a message was edited or deleted after it was written at a `seq`.
pub fn is_message_changed(
    tx: &mut Tx<'_>,
    conversation: ConversationNumber,
    seq: i64,
    id: &MessageId,
) -> Result<bool> {
    const SQL: &str = "select 1 from events where conversation = $1 and seq > $2 and subject = $3 and kind in ('edit', 'delete') limit 1";
    Ok(tx
        .find(SQL, &[conversation.into(), seq.into(), id.into()], |_| {
            Ok(())
        })?
        .is_some())
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
