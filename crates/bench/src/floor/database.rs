//! The floor's SQLite: one writer that commits many inserts at once and two readers, as the server has them.

use std::{path::Path, thread};

use async_channel::{Receiver, Sender};
use rusqlite::{Connection, Row, params};
use tokio::sync::oneshot;

use super::message::{ConversationJson, ConversationsJson, MessageJson, MessagesJson};
use crate::stopwatch;

/// Inserts of one commit, as in the store's writer.
const BATCH_MAX: usize = 256;

/// What waits for the writer or the readers.
const QUEUE_LENGTH_MAX: usize = 4_096;

/// Connections that read, the server's default.
const READERS: usize = 2;

const SCHEMA: &str = "pragma journal_mode = wal; pragma synchronous = full;
    create table if not exists messages (
        conversation bigint not null, seq bigint not null, id text not null, kind text not null, text text not null,
        agent text, created_at bigint not null, received_from text, visitor text not null,
        primary key (conversation, seq)) without rowid;
    create unique index if not exists messages_id on messages (id);
    create table if not exists agents (id text primary key, online_until bigint not null) without rowid;
    create table if not exists conversations (number integer primary key, head bigint not null, last_message_at bigint not null);
    with recursive numbers (number) as (select 0 union all select number + 1 from numbers where number < 999)
    insert into conversations (number, head, last_message_at) select number, 20, 1795334708116 + number from numbers where true
    on conflict do nothing;";

/// A row to write, and who waits for it.
pub(super) enum Written {
    /// A message.
    Message(Box<MessageJson>, oneshot::Sender<Box<MessageJson>>),
    /// An agent's time.
    Ping(String, oneshot::Sender<()>),
}

/// Something to read, and who waits for it.
pub(super) enum Read {
    /// The newest page of a conversation.
    Page(i64, oneshot::Sender<MessagesJson>),
    /// The first page of the conversations.
    List(oneshot::Sender<ConversationsJson>),
}

/// The queues in front of the threads.
pub(super) struct Floor {
    pub(super) writes: Sender<Written>,
    pub(super) reads: Sender<Read>,
}

/// Opens a database and starts its threads.
pub(super) fn open(path: &Path) -> Result<Floor, String> {
    let connect = || Connection::open(path).map_err(|error| error.to_string());
    let connection = connect()?;
    connection
        .execute_batch(SCHEMA)
        .map_err(|error| error.to_string())?;
    let (writes, written) = async_channel::bounded(QUEUE_LENGTH_MAX);
    thread::spawn(move || write(&connection, &written).expect("the floor's database works"));
    let (reads, read) = async_channel::bounded(QUEUE_LENGTH_MAX);
    for _ in 0..READERS {
        let (connection, queue) = (connect()?, read.clone());
        thread::spawn(move || answer(&connection, &queue).expect("the floor's database works"));
    }
    Ok(Floor { writes, reads })
}

const INSERT: &str = "insert into messages (conversation, seq, id, kind, text, agent, created_at, received_from, visitor) \
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const PING: &str = "insert into agents (id, online_until) values (?1, ?2) on conflict (id) do update set online_until = ?2";
const PAGE: &str = "select id, text, agent, created_at, received_from, visitor from messages \
    where conversation = ?1 order by seq desc limit 20";
const LIST: &str =
    "select number, head, last_message_at from conversations order by number desc limit 50";

/// Takes what waits, writes it in one transaction, and answers when that is on the disk.
fn write(connection: &Connection, queue: &Receiver<Written>) -> rusqlite::Result<()> {
    let mut seq: i64 =
        connection.query_row("select coalesce(max(seq), 0) from messages", [], |row| {
            row.get(0)
        })?;
    while let Ok(first) = queue.recv_blocking() {
        let more = std::iter::from_fn(|| queue.try_recv().ok());
        let mut batch: Vec<Written> = std::iter::once(first).chain(more).take(BATCH_MAX).collect();
        let now = stopwatch::unix_ms();
        connection.execute_batch("begin immediate")?;
        for written in &mut batch {
            match written {
                Written::Message(message, _) => {
                    seq += 1;
                    // Grows with time, as the server's ids do.
                    message.id = format!("{seq:017}");
                    message.created_at = now;
                    insert(connection, message, seq)?;
                }
                Written::Ping(agent_id, _) => {
                    let mut statement = connection.prepare_cached(PING)?;
                    statement.execute(params![&*agent_id, now])?;
                }
            }
        }
        connection.execute_batch("commit")?;
        for written in batch {
            // A caller that went away needs no answer.
            match written {
                Written::Message(message, caller) => drop(caller.send(message)),
                Written::Ping(_, caller) => drop(caller.send(())),
            }
        }
    }
    Ok(())
}

fn insert(connection: &Connection, message: &MessageJson, seq: i64) -> rusqlite::Result<usize> {
    connection.prepare_cached(INSERT)?.execute(params![
        message.conversation,
        seq,
        message.id,
        message.r#type,
        message.text,
        message.agent_id,
        message.created_at,
        message.received_from,
        message.visitor_id
    ])
}

fn answer(connection: &Connection, queue: &Receiver<Read>) -> rusqlite::Result<()> {
    while let Ok(read) = queue.recv_blocking() {
        match read {
            Read::Page(conversation, caller) => {
                let mut statement = connection.prepare_cached(PAGE)?;
                let rows = statement.query_map([conversation], message)?;
                let mut items = rows.collect::<rusqlite::Result<Vec<_>>>()?;
                items.reverse();
                let next_cursor = None;
                drop(caller.send(MessagesJson { items, next_cursor }));
            }
            Read::List(caller) => {
                let mut statement = connection.prepare_cached(LIST)?;
                let rows = statement.query_map([], |row| {
                    Ok(ConversationJson::new(row.get(0)?, row.get(1)?, row.get(2)?))
                })?;
                let items = rows.collect::<rusqlite::Result<Vec<_>>>()?;
                let next_cursor = None;
                drop(caller.send(ConversationsJson { items, next_cursor }));
            }
        }
    }
    Ok(())
}

fn message(row: &Row<'_>) -> rusqlite::Result<MessageJson> {
    let text: String = row.get(1)?;
    let mut message = MessageJson::sent(row.get(5)?, String::new(), text, String::new());
    message.id = row.get(0)?;
    message.agent_id = row.get(2)?;
    message.created_at = row.get(3)?;
    message.received_from = row.get(4)?;
    Ok(message)
}
