//! A receiver of webhooks that outlives every fault: it answers 204 and remembers what came.

use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde::Deserialize;
use tokio::{net::TcpListener, sync::oneshot};

use super::{Result, wait};
use crate::progress::Stop;

/// How long a delivery is under way: long enough that faults meet some of them there.
const TAKES: Duration = Duration::from_millis(20);

/// One delivery.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    /// The same for every delivery of one event.
    pub(super) webhook_id: String,
    pub(super) event: String,
    pub(super) visitor_id: String,
    /// The ids of its messages.
    pub(super) messages: Vec<String>,
}

/// As much of a payload as matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    event_name: String,
    visitor: Visitor,
    #[serde(default)]
    message: Option<Message>,
    #[serde(default)]
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Visitor {
    id: String,
}

#[derive(Deserialize)]
struct Message {
    id: String,
}

#[derive(Default)]
struct Memory {
    arrivals: Vec<Arrival>,
    /// Messages that were in a fragment.
    in_fragments: HashSet<String>,
    /// Visitors whose transcript came.
    in_transcripts: HashSet<String>,
}

/// A receiver that listens until it is dropped.
pub(super) struct Receiver {
    address: SocketAddr,
    memory: Arc<Mutex<Memory>>,
    _stop: oneshot::Sender<()>,
}

impl Receiver {
    pub(super) fn start() -> Result<Self> {
        let memory = Arc::new(Mutex::new(Memory::default()));
        let (stop, stopped) = oneshot::channel::<()>();
        let (say, told) = std::sync::mpsc::channel();
        let remembered = Arc::clone(&memory);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| format!("the receiver cannot start: {error}"))?;
        std::thread::spawn(move || {
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                say.send(listener.local_addr()?).unwrap_or_default();
                let router = Router::new()
                    .route("/", post(receive))
                    .with_state(remembered);
                // Connections that the server keeps open end with the runtime.
                tokio::select! {
                    served = axum::serve(listener, router) => served,
                    _ = stopped => Ok(()),
                }
            })
        });
        let address = told.recv();
        Ok(Self {
            address: address.map_err(|_| "the receiver found no port".to_owned())?,
            memory,
            _stop: stop,
        })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Everything that came, in that order.
    pub(super) fn arrivals(&self) -> Vec<Arrival> {
        lock(&self.memory).arrivals.clone()
    }

    /// Waits until every message came in a fragment and the transcript of every visitor's chat, but not for ever.
    pub(super) fn wait_for(
        &self,
        messages: &HashSet<String>,
        visitors: &HashSet<String>,
        time: Duration,
        stop: &Stop,
    ) {
        let look = || {
            let memory = lock(&self.memory);
            let is_complete = messages.is_subset(&memory.in_fragments)
                && visitors.is_subset(&memory.in_transcripts);
            (is_complete || stop.check().is_err()).then_some(())
        };
        // What did not come in time is found by the comparison.
        wait::until(time, "the last delivery", look).unwrap_or_default();
    }
}

fn lock(memory: &Mutex<Memory>) -> MutexGuard<'_, Memory> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a receiver that other processes send to, and that nothing else waits for"
)]
async fn linger() {
    tokio::time::sleep(TAKES).await;
}

async fn receive(
    State(memory): State<Arc<Mutex<Memory>>>,
    headers: HeaderMap,
    Json(payload): Json<Payload>,
) -> StatusCode {
    let webhook_id = headers.get("webhook-id");
    let Some(webhook_id) = webhook_id.and_then(|id| id.to_str().ok()) else {
        return StatusCode::BAD_REQUEST;
    };
    linger().await;
    let messages = payload.messages.into_iter().chain(payload.message);
    let arrival = Arrival {
        webhook_id: webhook_id.to_owned(),
        event: payload.event_name,
        visitor_id: payload.visitor.id,
        messages: messages.map(|message| message.id).collect(),
    };
    let mut memory = lock(&memory);
    match arrival.event.as_str() {
        "conversationFragment" => memory.in_fragments.extend(arrival.messages.iter().cloned()),
        "conversationTranscript" => {
            memory.in_transcripts.insert(arrival.visitor_id.clone());
        }
        _ => {}
    }
    memory.arrivals.push(arrival);
    StatusCode::NO_CONTENT
}
