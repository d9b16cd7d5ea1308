//! Requests at an even pace, whether the server is slow or not: what waits for a slow answer counts as slow itself.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::mpsc, task::JoinSet};

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
    let mut senders = JoinSet::new();
    let mut turns = Vec::new();
    for _ in 0..SENDERS.min(count) {
        let requests = Arc::clone(&requests);
        // A sender that is held up finds its turns waiting.
        let (turn, mut due) = mpsc::channel::<(u64, Instant)>(count as usize);
        turns.push(turn);
        senders.spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut sent = Vec::new();
            while let Some((number, due_at)) = due.recv().await {
                let answer = connection.ask(&requests(number)).await?;
                if !(200..300).contains(&answer.status) {
                    let body = String::from_utf8_lossy(answer.body);
                    return Err(format!("a message was answered {}: {body}", answer.status));
                }
                sent.push(Sent {
                    number,
                    due_at,
                    id: message_id(answer.body),
                });
            }
            Ok(sent)
        });
    }
    let pace = std::thread::spawn(move || keep_pace(first, count, per_second, &turns));
    let mut sent = Vec::new();
    while let Some(part) = senders.join_next().await {
        sent.extend(part.map_err(|error| error.to_string())??);
    }
    pace.join()
        .map_err(|_| "the pace was not kept".to_owned())?;
    Ok(sent)
}

/// Gives the senders their turns, one after the other. On a thread of its own: the runtime's timers are exact to a
/// millisecond, which is as long as what is measured.
fn keep_pace(first: u64, count: u64, per_second: u64, turns: &[mpsc::Sender<(u64, Instant)>]) {
    let begun_at = stopwatch::now();
    for place in 0..count {
        let due_at = begun_at + Duration::from_secs(place) / per_second as u32;
        #[expect(
            clippy::disallowed_methods,
            reason = "the pace is by the machine's clock"
        )]
        std::thread::sleep(due_at.saturating_duration_since(stopwatch::now()));
        let turn = &turns[(place as usize) % turns.len()];
        if turn.try_send((first + place, due_at)).is_err() {
            // That sender failed, and says so.
            return;
        }
    }
}
