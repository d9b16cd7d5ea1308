//! The floor: the same HTTP library, the same SQLite settings, and of each request only the row that it cannot do
//! without. Nothing that makes a conversation server is here: no keys, no agents, no events, no jobs.

mod database;
mod live;
mod message;

use std::{io::Write, path::Path, sync::Arc};

use axum::{
    Json, Router,
    extract::{Path as At, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use tokio::{net::TcpListener, sync::oneshot};

use database::{Floor, Read, Written};
use message::{ConversationsJson, MessageJson, MessagesJson};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SendBody {
    visitor_id: String,
    text: String,
    agent_id: String,
    received_from: String,
}

#[derive(Deserialize)]
struct WriteBody {
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PingBody {
    agent_id: String,
}

/// Serves the floor until the process is ended; says on stdout where it listens.
pub fn serve(directory: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| error.to_string();
    let floor = Arc::new(database::open(&directory.join("floor.db"))?);
    let router = Router::new()
        .route("/v3/conversations/messages", post(send))
        .route("/v3/conversations/agentOnlinePing", post(ping))
        .route("/api/v1/visitors/{id}/messages", post(write))
        .route("/api/v1/conversations", get(list))
        .route("/api/v1/conversations/{id}/messages", get(page))
        .with_state(floor)
        .merge(live::routes());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(failed)?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        writeln!(std::io::stdout(), "ready {address}").map_err(failed)?;
        axum::serve(
            axum::serve::ListenerExt::tap_io(listener, |socket| {
                // As the server does; where it fails the connection is broken anyway.
                drop(socket.set_nodelay(true));
            }),
            router,
        )
        .await
        .map_err(failed)
    })
}

async fn send(
    State(floor): State<Arc<Floor>>,
    Json(body): Json<SendBody>,
) -> Result<Json<MessageJson>, StatusCode> {
    let message = MessageJson::sent(
        body.visitor_id,
        body.agent_id,
        body.text,
        body.received_from,
    );
    insert(&floor, message).await.map(Json)
}

async fn write(
    State(floor): State<Arc<Floor>>,
    At(visitor_id): At<String>,
    Json(body): Json<WriteBody>,
) -> Result<(StatusCode, Json<MessageJson>), StatusCode> {
    let message = MessageJson::written(visitor_id, body.text);
    let message = insert(&floor, message).await?;
    Ok((StatusCode::CREATED, Json(message)))
}

async fn insert(floor: &Floor, message: MessageJson) -> Result<MessageJson, StatusCode> {
    let (caller, answer) = oneshot::channel();
    let work = Written::Message(Box::new(message), caller);
    ask(&floor.writes, work, answer)
        .await
        .map(|message| *message)
}

async fn ping(
    State(floor): State<Arc<Floor>>,
    Json(body): Json<PingBody>,
) -> Result<StatusCode, StatusCode> {
    let (caller, answer) = oneshot::channel();
    ask(&floor.writes, Written::Ping(body.agent_id, caller), answer).await?;
    Ok(StatusCode::CREATED)
}

async fn page(
    State(floor): State<Arc<Floor>>,
    At(id): At<String>,
) -> Result<Json<MessagesJson>, StatusCode> {
    let (caller, answer) = oneshot::channel();
    let conversation = message::number(&id);
    ask(&floor.reads, Read::Page(conversation, caller), answer)
        .await
        .map(Json)
}

async fn list(State(floor): State<Arc<Floor>>) -> Result<Json<ConversationsJson>, StatusCode> {
    let (caller, answer) = oneshot::channel();
    ask(&floor.reads, Read::List(caller), answer)
        .await
        .map(Json)
}

async fn ask<W, T>(
    queue: &async_channel::Sender<W>,
    work: W,
    answer: oneshot::Receiver<T>,
) -> Result<T, StatusCode> {
    let gone = StatusCode::SERVICE_UNAVAILABLE;
    queue.send(work).await.map_err(|_| gone)?;
    answer.await.map_err(|_| gone)
}
