//! The floor: the same HTTP library, one insert of a message's row, many inserts a commit under the same SQLite settings.
//! Nothing that makes a conversation server is here. Usage: `floor DATABASE-FILE ADDR:PORT`.

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use tokio::{net::TcpListener, sync::oneshot};

/// Inserts of one commit, as in the store's writer.
const BATCH_MAX: usize = 256;

/// Inserts that wait.
const QUEUE_LENGTH_MAX: usize = 4_096;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    visitor_id: String,
    agent_id: String,
    text: String,
    received_from: String,
}

/// As many fields as the server answers with.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    id: String,
    r#type: &'static str,
    text: String,
    html: String,
    visitor_id: String,
    agent_id: String,
    agent_name: &'static str,
    created_at: i64,
    is_pushed: bool,
    is_trigger: bool,
    is_missed: bool,
    is_missed_by_visitor: bool,
    is_bot: bool,
    is_sent_via_js_api: bool,
    is_forward: bool,
    received_from: String,
}

struct Insert {
    sent: Sent,
    caller: oneshot::Sender<Stored>,
}

type Queue = async_channel::Sender<Insert>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(address)) = (arguments.next(), arguments.next()) else {
        return Err("usage: floor DATABASE-FILE ADDR:PORT".into());
    };
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full;
         create table if not exists messages (
            conversation bigint not null, seq bigint not null, id text not null, text text not null, agent text not null,
            created_at bigint not null, received_from text not null, primary key (conversation, seq)) without rowid;
         create unique index if not exists messages_id on messages (id);",
    )?;
    let (queue, inserts) = async_channel::bounded(QUEUE_LENGTH_MAX);
    std::thread::spawn(move || write(&connection, &inserts).expect("the floor's database works"));
    let router = Router::new()
        .route("/v3/conversations/messages", post(send))
        .with_state(queue);
    Ok(axum::serve(TcpListener::bind(address).await?, router).await?)
}

async fn send(
    State(queue): State<Queue>,
    Json(sent): Json<Sent>,
) -> Result<Json<Stored>, StatusCode> {
    let (caller, answer) = oneshot::channel();
    queue
        .send(Insert { sent, caller })
        .await
        .map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    answer
        .await
        .map(Json)
        .map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
}

/// The row is a message's: one primary key in reading order, one unique id that grows with time.
const INSERT: &str = "insert into messages (conversation, seq, id, text, agent, created_at, received_from) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

fn write(
    connection: &Connection,
    inserts: &async_channel::Receiver<Insert>,
) -> rusqlite::Result<()> {
    let mut seq: i64 =
        connection.query_row("select coalesce(max(seq), 0) from messages", [], |row| {
            row.get(0)
        })?;
    while let Ok(first) = inserts.recv_blocking() {
        let batch = std::iter::once(first)
            .chain(std::iter::from_fn(|| inserts.try_recv().ok()))
            .take(BATCH_MAX);
        connection.execute_batch("begin immediate")?;
        let mut stored = Vec::new();
        for Insert { sent, caller } in batch {
            seq += 1;
            let message = answer(seq, sent);
            let mut statement = connection.prepare_cached(INSERT)?;
            let Stored {
                id,
                text,
                agent_id,
                received_from,
                ..
            } = &message;
            statement.execute(params![
                seq % 1_000,
                seq,
                id,
                text,
                agent_id,
                message.created_at,
                received_from
            ])?;
            stored.push((message, caller));
        }
        connection.execute_batch("commit")?;
        for (message, caller) in stored {
            // A caller that went away needs no answer.
            drop(caller.send(message));
        }
    }
    Ok(())
}

fn answer(seq: i64, sent: Sent) -> Stored {
    Stored {
        id: format!("{seq:017}"),
        r#type: "agent",
        html: sent.text.clone(),
        text: sent.text,
        visitor_id: sent.visitor_id,
        agent_id: sent.agent_id,
        agent_name: "Floor",
        created_at: seq,
        is_pushed: false,
        is_trigger: false,
        is_missed: false,
        is_missed_by_visitor: false,
        is_bot: false,
        is_sent_via_js_api: false,
        is_forward: false,
        received_from: sent.received_from,
    }
}
