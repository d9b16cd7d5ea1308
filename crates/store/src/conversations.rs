//! Conversations: the row whose `head` numbers everything in them, and whose lock orders it.

use model::{
    conversation::{Channel, Conversation, Status},
    id::{
        AgentId, AgentNumber, ConversationId, ConversationNumber, GroupId, OrganizationNumber,
        Scope, VisitorNumber,
    },
    message::MessageKind,
    time::{MINUTE_MS, Millis},
    webhook::WebhookEvents,
};

use crate::{Error, Result, Row, Tx, chats::read_rating, value::named};

macro_rules! conversation_columns {
    () => {
        "c.number, c.id, c.visitor, v.id, c.channel, c.head, c.status, a.id, g.id, c.chat, c.is_chat_open, c.last_message_at, \
        c.visitor_seen, c.agents_seen, c.created_at, c.list_minute, h.rating_score, h.rating_comment, h.rated_at \
        from conversations c join visitors v on v.number = c.visitor \
        left join agents a on a.number = c.assignee left join groups g on g.number = v.group_number \
        left join chats h on h.conversation = c.number and h.number = c.rated_chat"
    };
}

fn read(row: &Row<'_>) -> Result<Conversation> {
    Ok(Conversation {
        number: row.get(0)?,
        id: row.get(1)?,
        visitor: row.get(2)?,
        visitor_id: row.get(3)?,
        channel: named(row, 4, Channel::parse)?,
        head: row.get(5)?,
        status: named(row, 6, Status::parse)?,
        assignee_id: row.get(7)?,
        group_id: row.get(8)?,
        chat: row.get(9)?,
        is_chat_open: row.get(10)?,
        last_message_at: row.get(11)?,
        visitor_seen: row.get(12)?,
        agents_seen: row.get(13)?,
        last_rating: read_rating(row, 16)?,
        created_at: row.get(14)?,
    })
}

/// Adds the conversation of a visitor on the widget channel, or finds the one there is.
pub fn insert(
    tx: &mut Tx<'_>,
    organization: OrganizationNumber,
    visitor: VisitorNumber,
    id: &ConversationId,
    created_at: Millis,
) -> Result<(ConversationNumber, ConversationId)> {
    const SQL: &str = "insert into conversations (organization, id, visitor, channel, head, status, chat, is_chat_open, last_message_at, list_minute, touched_minute, visitor_seen, created_at) \
        values ($1, $2, $3, 'widget', 0, 'open', 0, false, $4, $5, $5, 0, $4) on conflict (visitor, channel) do nothing";
    const FOUND: &str =
        "select number, id from conversations where visitor = $1 and channel = 'widget'";
    tx.run(
        SQL,
        &[
            organization.into(),
            id.into(),
            visitor.into(),
            created_at.into(),
            (created_at / MINUTE_MS).into(),
        ],
    )?;
    tx.one(FOUND, &[visitor.into()], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// The conversation of an id.
pub fn find(tx: &mut Tx<'_>, scope: Scope, id: &ConversationId) -> Result<Option<Conversation>> {
    const SQL: &str = concat!(
        "select ",
        conversation_columns!(),
        " where c.organization = $1 and c.id = $2 and (cast($3 as bigint) is null or c.visitor = $3)"
    );
    tx.find(
        SQL,
        &[scope.organization.into(), id.into(), scope.visitor.into()],
        read,
    )
}

/// The conversation of a number.
pub fn get(tx: &mut Tx<'_>, scope: Scope, number: ConversationNumber) -> Result<Conversation> {
    find_by_number(tx, scope, number)?
        .ok_or_else(|| Error::Content(format!("conversation {} was not found", number.0)))
}

/// The conversation of a number, if it is within the scope.
pub fn find_by_number(
    tx: &mut Tx<'_>,
    scope: Scope,
    number: ConversationNumber,
) -> Result<Option<Conversation>> {
    const SQL: &str = concat!(
        "select ",
        conversation_columns!(),
        " where c.organization = $1 and c.number = $2 and (cast($3 as bigint) is null or c.visitor = $3)"
    );
    let parameters = [
        scope.organization.into(),
        number.into(),
        scope.visitor.into(),
    ];
    tx.find(SQL, &parameters, read)
}

/// The conversation of a visitor on the widget channel.
pub fn find_of_visitor(
    tx: &mut Tx<'_>,
    organization: OrganizationNumber,
    visitor: VisitorNumber,
) -> Result<Option<Conversation>> {
    const SQL: &str = concat!(
        "select ",
        conversation_columns!(),
        " where c.organization = $1 and c.visitor = $2 and c.channel = 'widget'"
    );
    tx.find(SQL, &[organization.into(), visitor.into()], read)
}

/// What a conversation's row says when it is locked for a new message.
#[derive(Clone, Copy, Debug)]
pub struct Advanced {
    /// The `seq` of the new message.
    pub seq: i64,
    /// When it came: the time given, or the last message's where clocks went back.
    pub at: Millis,
    /// The latest chat.
    pub chat: i64,
    /// Whether it runs.
    pub is_chat_open: bool,
    /// Open or closed in the inbox.
    pub status: Status,
    /// The messages that no webhook fragment has taken yet.
    pub unsent: Option<Unsent>,
    /// Which webhook events are wanted.
    pub webhook_events: WebhookEvents,
    /// The minute by which it is listed now.
    list_minute: i64,
    /// The minute of its last event of any kind, so far.
    touched_minute: i64,
}

/// The messages of a conversation that no webhook fragment has taken yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsent {
    /// The `seq` of the first.
    pub seq: i64,
    /// When it came.
    pub at: Millis,
    /// The side that writes.
    pub by: MessageKind,
}

fn read_unsent(row: &Row<'_>, first: usize) -> Result<Option<Unsent>> {
    let Some(by) = row.get::<Option<String>>(first + 2)? else {
        return Ok(None);
    };
    let by = MessageKind::parse(&by)
        .ok_or_else(|| Error::Content(format!("messages of the unknown kind {by:?}")))?;
    Ok(Some(Unsent {
        seq: row.get(first)?,
        at: row.get(first + 1)?,
        by,
    }))
}

/// The messages that no webhook fragment has taken yet.
pub fn unsent(tx: &mut Tx<'_>, number: ConversationNumber) -> Result<Option<Unsent>> {
    const SQL: &str =
        "select unsent_seq, unsent_at, unsent_by from conversations where number = $1";
    tx.one(SQL, &[number.into()], |row| read_unsent(row, 0))
}

/// Says which messages no webhook fragment has taken yet.
pub fn set_unsent(
    tx: &mut Tx<'_>,
    number: ConversationNumber,
    unsent: Option<Unsent>,
) -> Result<()> {
    const SQL: &str = "update conversations set unsent_seq = $2, unsent_at = $3, unsent_by = $4 where number = $1";
    let parameters = [
        number.into(),
        unsent.map_or(0, |unsent| unsent.seq).into(),
        unsent.map_or(0, |unsent| unsent.at).into(),
        unsent.map(|unsent| unsent.by.as_str()).into(),
    ];
    tx.run(SQL, &parameters).map(drop)
}

/// Locks a conversation and takes the next `seq` for a message that comes at `at`.
pub fn advance(tx: &mut Tx<'_>, number: ConversationNumber, at: Millis) -> Result<Advanced> {
    const SQL: &str = "update conversations set head = head + 1, \
        last_message_at = case when last_message_at < $2 then $2 else last_message_at end where number = $1 \
        returning head, last_message_at, chat, is_chat_open, status, list_minute, touched_minute, unsent_seq, unsent_at, unsent_by, \
        (select webhook_events from organizations o where o.number = organization)";
    const RELIST: &str =
        "update conversations set list_minute = $2, touched_minute = $3 where number = $1";
    let advanced = tx.one(SQL, &[number.into(), at.into()], |row| {
        Ok(Advanced {
            seq: row.get(0)?,
            at: row.get(1)?,
            chat: row.get(2)?,
            is_chat_open: row.get(3)?,
            status: named(row, 4, Status::parse)?,
            list_minute: row.get(5)?,
            touched_minute: row.get(6)?,
            unsent: read_unsent(row, 7)?,
            webhook_events: WebhookEvents::from_bits(row.get(10)?),
        })
    })?;
    // A statement of its own, as SQLite rewrites an index for every column that is set, changed or not.
    let minute = advanced.at / MINUTE_MS;
    if minute > advanced.list_minute.min(advanced.touched_minute) {
        let touched = minute.max(advanced.touched_minute);
        tx.run(RELIST, &[number.into(), minute.into(), touched.into()])?;
    }
    Ok(advanced)
}

/// Locks a conversation for the rest of the transaction: whoever writes to it waits. SQLite has one writer anyway.
pub fn lock(tx: &mut Tx<'_>, number: ConversationNumber) -> Result<()> {
    const SQLITE: &str = "select number from conversations where number = $1";
    const POSTGRES: &str = "select number from conversations where number = $1 for update";
    let sql = tx.pick(SQLITE, POSTGRES);
    tx.one(sql, &[number.into()], |_| Ok(()))
}

/// Locks a conversation and takes the next `seq` for an event that is no message and happens at `at`.
pub fn take_seq(tx: &mut Tx<'_>, number: ConversationNumber, at: Millis) -> Result<i64> {
    const SQL: &str =
        "update conversations set head = head + 1 where number = $1 returning head, touched_minute";
    const TOUCH: &str = "update conversations set touched_minute = $2 where number = $1";
    let (seq, touched): (i64, i64) =
        tx.one(SQL, &[number.into()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let minute = at / MINUTE_MS;
    if minute > touched {
        tx.run(TOUCH, &[number.into(), minute.into()])?;
    }
    Ok(seq)
}

/// Opens or closes a conversation in the inbox; false where it is so already.
pub fn set_status(tx: &mut Tx<'_>, number: ConversationNumber, status: Status) -> Result<bool> {
    const SQL: &str = "update conversations set status = $2 where number = $1 and status <> $2";
    Ok(tx.run(SQL, &[number.into(), status.as_str().into()])? == 1)
}

/// Gives a conversation to an agent, or to nobody.
pub fn set_assignee(
    tx: &mut Tx<'_>,
    number: ConversationNumber,
    assignee: Option<AgentNumber>,
) -> Result<()> {
    const SQL: &str = "update conversations set assignee = $2 where number = $1";
    tx.run(SQL, &[number.into(), assignee.into()]).map(drop)
}

/// Says which chat is the latest and whether it runs.
pub fn set_chat(
    tx: &mut Tx<'_>,
    number: ConversationNumber,
    chat: i64,
    is_open: bool,
) -> Result<()> {
    const SQL: &str = "update conversations set chat = $2, is_chat_open = $3 where number = $1";
    tx.run(SQL, &[number.into(), chat.into(), is_open.into()])
        .map(drop)
}

/// What a list of conversations is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Open or closed ones.
    pub status: Option<Status>,
    /// Those of one agent.
    pub assignee: Option<AgentId>,
    /// Those whose visitor is in one group.
    pub group: Option<GroupId>,
    /// Those whose visitor's id or the value of an attribute holds this text, which is in lower case.
    pub text: Option<String>,
}

/// The place in a list after which a page begins: minute and number of its last conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The minute of the last message, as listed.
    pub minute: i64,
    /// The conversation.
    pub number: ConversationNumber,
}

/// Conversations after a place, latest minute first, at most `limit`, each with its place.
pub fn list(
    tx: &mut Tx<'_>,
    scope: Scope,
    filter: &Filter,
    after: Place,
    limit: i64,
) -> Result<Vec<(Conversation, Place)>> {
    if let Some(status) = filter.status {
        return list_of_status(tx, scope, filter, status, after, limit);
    }
    // The index orders within one status, so that a page is a short walk along it whatever there is.
    let mut found = Vec::new();
    for status in [Status::Open, Status::Closed] {
        found.extend(list_of_status(tx, scope, filter, status, after, limit)?);
    }
    found.sort_unstable_by_key(|(_, place)| std::cmp::Reverse((place.minute, place.number)));
    found.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(found)
}

fn list_of_status(
    tx: &mut Tx<'_>,
    scope: Scope,
    filter: &Filter,
    status: Status,
    after: Place,
    limit: i64,
) -> Result<Vec<(Conversation, Place)>> {
    const SQL: &str = concat!(
        "select ",
        conversation_columns!(),
        " where c.organization = $1 and c.status = $4 and (c.list_minute, c.number) < ($2, $3) \
        and (cast($5 as text) is null or a.id = $5) and (cast($6 as text) is null or g.id = $6) \
        and (cast($7 as text) is null or v.search_text like $7 escape '\\') \
        and (cast($8 as bigint) is null or c.visitor = $8) \
        order by c.list_minute desc, c.number desc limit $9"
    );
    let pattern = filter
        .text
        .as_ref()
        .map(|text| format!("%{}%", escape_like(text)));
    let parameters = [
        scope.organization.into(),
        after.minute.into(),
        after.number.into(),
        status.as_str().into(),
        filter.assignee.as_ref().into(),
        filter.group.as_ref().into(),
        pattern.as_ref().into(),
        scope.visitor.into(),
        limit.into(),
    ];
    tx.all(SQL, &parameters, |row| {
        let conversation = read(row)?;
        let place = Place {
            minute: row.get(15)?,
            number: conversation.number,
        };
        Ok((conversation, place))
    })
}

fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}
