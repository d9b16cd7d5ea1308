//! Requests at an even pace, whether the server is slow or not: what waits for a slow answer counts as slow itself.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{task::JoinSet, time::sleep_until};

use crate::{
    ledger::MessageId,
    load::{Connection, message_id},
    stopwatch,
};

/// Connections that take turns, so that one slow answer does not hold up the next request.
const SENDERS: u64 = 16;

/// A request that was answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    /// Its number.
    pub(super) number: u64,
    /// When it was to be sent.
    pub(super) due_at: Instant,
    /// The id that the answer tells; none from a floor.
    pub(super) id: Option<MessageId>,
}

/// The bytes of a request with a number.
pub(super) type Requests = Arc<dyn Fn(u64) -> Vec<u8> + Send + Sync>;

/// Sends the requests of numbers from `first` on, so many a second.
pub(super) async fn send(
    address: std::net::SocketAddr,
    first: u64,
    count: u64,
    per_second: u64,
    requests: Requests,
) -> Result<Vec<Sent>, String> {
    let begun_at = stopwatch::now();
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS.min(count) {
        let requests = Arc::clone(&requests);
        senders.spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut sent = Vec::new();
            for place in (sender..count).step_by(SENDERS as usize) {
                let due_at = begun_at + Duration::from_secs(place) / per_second as u32;
                sleep_until(due_at.into()).await;
                let answer = connection.ask(&requests(first + place)).await?;
                if !(200..300).contains(&answer.status) {
                    let body = String::from_utf8_lossy(answer.body);
                    return Err(format!("a message was answered {}: {body}", answer.status));
                }
                sent.push(Sent {
                    number: first + place,
                    due_at,
                    id: message_id(answer.body),
                });
            }
            Ok(sent)
        });
    }
    let mut sent = Vec::new();
    while let Some(part) = senders.join_next().await {
        sent.extend(part.map_err(|error| error.to_string())??);
    }
    Ok(sent)
}
