//! A million messages in a minute: rows written straight into the file of a server that does not run.

use std::path::Path;

use model::id::{ALPHABET, encode_time};
use rusqlite::{CachedStatement, Connection, params};

use crate::{ledger::MessageId, load::Random, progress::Progress, stopwatch};

/// One conversation in ten is long.
const LONG_EVERY: u64 = 10;

/// Messages of a long conversation: more than a page shows.
const LONG_MESSAGES: i64 = 23;

/// Messages of the others. Together with the long ones they are five on average.
const SHORT_MESSAGES: i64 = 3;

/// Over what time the conversations are spread.
const YEAR_MS: i64 = 365 * 86_400_000;

/// Time between two messages of a conversation.
const PAUSE_MS: i64 = 30_000;

/// Milliseconds of a minute, by which the list is ordered.
const MINUTE_MS: i64 = 60_000;

/// Conversations of a transaction.
const BATCH: u64 = 5_000;

/// Steps between the places of two long conversations that follow each other in the numbers of their visitors: a prime,
/// so that all are met, and those who are written to lie all over the file.
const STRIDE: u64 = 7_919;

/// What was put in.
pub(super) struct Loaded {
    /// Every message.
    pub(super) messages: Vec<MessageId>,
    /// The long conversations, in the order of their visitors' numbers.
    pub(super) long: Vec<MessageId>,
}

/// Writes conversations of a year into the database of a data directory, about `messages` messages in all.
pub(super) fn fill(
    directory: &Path,
    prefix: &str,
    messages: u64,
    progress: &Progress,
) -> Result<Loaded, String> {
    let failed = |error: rusqlite::Error| format!("the database cannot be filled: {error}");
    let connection = Connection::open(directory.join("parlour.db")).map_err(failed)?;
    // Ten conversations at a time: one long, nine others.
    let ten = LONG_MESSAGES as u64 + (LONG_EVERY - 1) * SHORT_MESSAGES as u64;
    let conversations = messages / ten * LONG_EVERY;
    let mut filling = Filling {
        connection: &connection,
        prefix,
        agent: agent(&connection).map_err(failed)?,
        conversations,
        begun_at: stopwatch::unix_ms() - YEAR_MS,
        random: Random::new(messages),
        messages: Vec::with_capacity(messages as usize),
        long: vec![MessageId::default(); (conversations / LONG_EVERY) as usize],
    };
    // Nobody relies on this file before it is whole.
    connection
        .execute_batch("pragma synchronous = off")
        .map_err(failed)?;
    for first in (0..conversations).step_by(BATCH as usize) {
        progress.show(first as f64 / conversations as f64)?;
        connection.execute_batch("begin").map_err(failed)?;
        for number in first..(first + BATCH).min(conversations) {
            filling.conversation(number).map_err(failed)?;
        }
        connection.execute_batch("commit").map_err(failed)?;
    }
    let (messages, long) = (filling.messages, filling.long);
    connection
        .execute_batch("pragma synchronous = full; pragma wal_checkpoint(truncate)")
        .map_err(failed)?;
    Ok(Loaded { messages, long })
}

/// Organization and agent that `parlour init` made.
fn agent(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    let sql = "select organization, number from agents order by number limit 1";
    connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
}

struct Filling<'a> {
    connection: &'a Connection,
    prefix: &'a str,
    agent: (i64, i64),
    conversations: u64,
    begun_at: i64,
    random: Random,
    messages: Vec<MessageId>,
    long: Vec<MessageId>,
}

const VISITOR: &str = "insert into visitors (number, organization, id, color, attributes, search_text, \
    marketing_consent, terms_of_service_consent, created_at) values (?1, ?2, ?3, '#2364aa', '{}', ?3, false, false, ?4)";
const CONVERSATION: &str = "insert into conversations (number, organization, id, visitor, channel, head, status, chat, \
    is_chat_open, last_message_at, list_minute, visitor_seen, created_at) \
    values (?1, ?2, ?3, ?1, 'widget', ?4, ?5, 1, false, ?6, ?7, ?4, ?8)";
const CHAT: &str = "insert into chats (conversation, number, started_by, first_seq, started_at, finished_at, last_seq, \
    missed_messages_count) values (?1, 1, 'visitor', 1, ?2, ?3, ?4, 0)";
const MESSAGE: &str = "insert into messages (conversation, seq, id, kind, text, agent, created_at, is_pushed, is_trigger, \
    is_missed, is_missed_by_visitor, is_bot, is_sent_via_js_api, received_from) \
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, false, false, false, false, false, false, ?8)";

/// Texts as people write them.
const QUESTION: &str = "Hello, I ordered two weeks ago and have not heard anything since. Could you please look where \
    my parcel is? The number of the order is in the e-mail that I sent yesterday.";
const ANSWER: &str = "Hello! Thank you for waiting. I have looked at your order: it left our house this morning and \
    will be with you on Thursday. Is there anything else that I can do for you?";

impl Filling<'_> {
    fn statement(&self, sql: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.connection.prepare_cached(sql)
    }

    /// One visitor's conversation, with its one finished chat.
    fn conversation(&mut self, number: u64) -> rusqlite::Result<()> {
        let (organization, agent) = self.agent;
        let row = number as i64 + 1;
        let at = self.begun_at + (YEAR_MS as u64 * number / self.conversations) as i64;
        let is_long = number.is_multiple_of(LONG_EVERY);
        let (count, status, visitor) = if is_long {
            let count = self.long.len() as u64;
            let stride = if count.is_multiple_of(STRIDE) {
                1
            } else {
                STRIDE
            };
            let visitor = number / LONG_EVERY * stride % count;
            (LONG_MESSAGES, "open", visitor)
        } else {
            let visitor = self.long.len() as u64 + number;
            (SHORT_MESSAGES, "closed", visitor)
        };
        let id = self.id(None);
        if is_long {
            self.long[visitor as usize] = id;
        }
        let last_at = at + PAUSE_MS * (count - 1);
        let visitor_id = format!("{}{visitor:07}", self.prefix);
        self.statement(VISITOR)?
            .execute(params![row, organization, visitor_id, at])?;
        self.statement(CONVERSATION)?.execute(params![
            row,
            organization,
            text(&id),
            count,
            status,
            last_at,
            last_at / MINUTE_MS,
            at
        ])?;
        self.statement(CHAT)?
            .execute(params![row, at, last_at, count])?;
        for seq in 1..=count {
            let created_at = at + PAUSE_MS * (seq - 1);
            let id = self.id(Some(created_at));
            let (kind, words, agent, label) = match seq % 2 {
                1 => ("visitor", QUESTION, None, None),
                _ => ("agent", ANSWER, Some(agent), Some("bench")),
            };
            self.statement(MESSAGE)?.execute(params![
                row,
                seq,
                text(&id),
                kind,
                words,
                agent,
                created_at,
                label
            ])?;
            self.messages.push(id);
        }
        Ok(())
    }

    /// An id as the server makes them: a message's begins with its time.
    fn id(&mut self, at: Option<i64>) -> MessageId {
        let mut id = MessageId::default();
        for character in &mut id {
            *character = ALPHABET[self.random.below(ALPHABET.len())];
        }
        if let Some(at) = at {
            let time = encode_time(at);
            id[..time.len()].copy_from_slice(&time);
        }
        id
    }
}

fn text(id: &MessageId) -> &str {
    std::str::from_utf8(id).expect("the alphabet of ids is ASCII")
}
