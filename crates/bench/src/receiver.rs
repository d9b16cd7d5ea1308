//! A receiver of webhooks: takes what comes, notes when, and can be one that never answers.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::Instant,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinSet,
};

use crate::{load::in_one_thread, stopwatch};

/// Headers of a delivery.
const HEADERS_MAX: usize = 48;

/// Most bytes of a delivery: a transcript of a long conversation.
const REQUEST_BYTES_MAX: usize = 16 * 1_024 * 1_024;

/// Digits of a visitor's number, at the end of its id.
const VISITOR_DIGITS: usize = 7;

/// A delivery that came.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    /// When all of it was there.
    pub(crate) at: Instant,
    /// The same for all attempts of one delivery.
    pub(crate) webhook_id: String,
    /// The visitor it tells of, where that is one of the bench's.
    pub(crate) visitor: Option<u64>,
}

/// What came so far.
#[derive(Debug, Default)]
struct Log {
    arrivals: Vec<Arrival>,
    first: Option<Vec<u8>>,
}

/// Whether a receiver answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// At once, with 200.
    Answers,
    /// It takes everything and never answers.
    Hangs,
}

/// A receiver, on a thread of its own, until it is dropped.
pub(crate) struct Receiver {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    log: Arc<Mutex<Log>>,
    _end: oneshot::Sender<()>,
}

impl Receiver {
    /// Listens on a free port; `prefix` is what the ids of the bench's visitors begin with.
    pub(crate) fn start(manner: Manner, prefix: &str) -> Result<Self, String> {
        let log = Arc::new(Mutex::new(Log::default()));
        let (end, ended) = oneshot::channel::<()>();
        let (bound, is_bound) = mpsc::channel();
        let (kept, prefix) = (Arc::clone(&log), prefix.as_bytes().to_owned());
        thread::spawn(move || {
            in_one_thread(async move {
                let failed = |error: std::io::Error| error.to_string();
                let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
                let address = listener.local_addr().map_err(failed)?;
                bound.send(address).unwrap_or_default();
                tokio::select! {
                    () = accept(listener, manner, kept, prefix.into()) => {}
                    _ = ended => {}
                }
                Ok(())
            })
        });
        let address = is_bound.recv();
        Ok(Self {
            address: address.map_err(|_| "a receiver cannot listen".to_owned())?,
            log,
            _end: end,
        })
    }

    /// The address of an endpoint; each path is another one.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// How many deliveries came so far.
    pub(crate) fn count(&self) -> usize {
        lock(&self.log).arrivals.len()
    }

    /// The bytes of the first delivery, head and body.
    pub(crate) fn first(&self) -> Option<Vec<u8>> {
        lock(&self.log).first.clone()
    }

    /// Takes what came so far out of the receiver.
    pub(crate) fn take(&self) -> Vec<Arrival> {
        std::mem::take(&mut lock(&self.log).arrivals)
    }
}

fn lock(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, manner: Manner, log: Arc<Mutex<Log>>, prefix: Arc<[u8]>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((socket, _)) = accepted {
                    connections.spawn(receive(socket, manner, Arc::clone(&log), Arc::clone(&prefix)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// One connection, until the sender ends it. What is not understood ends it too, and is missed later.
async fn receive(
    mut socket: TcpStream,
    manner: Manner,
    log: Arc<Mutex<Log>>,
    prefix: Arc<[u8]>,
) -> std::io::Result<()> {
    socket.set_nodelay(true)?;
    let mut received = Vec::with_capacity(4_096);
    loop {
        if socket.read_buf(&mut received).await? == 0 || received.len() > REQUEST_BYTES_MAX {
            return Ok(());
        }
        while let Some((length, webhook_id)) = whole_request(&received) {
            if manner == Manner::Answers {
                let arrival = Arrival {
                    at: stopwatch::now(),
                    webhook_id,
                    visitor: visitor(&received[..length], &prefix),
                };
                note(&log, arrival, &received[..length]);
                socket
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                    .await?;
            }
            received.drain(..length);
        }
    }
}

fn note(log: &Mutex<Log>, arrival: Arrival, request: &[u8]) {
    let mut log = lock(log);
    if log.first.is_none() {
        log.first = Some(request.to_owned());
    }
    log.arrivals.push(arrival);
}

/// The length and the `webhook-id` of the request that begins what was received, once all of it is there.
fn whole_request(received: &[u8]) -> Option<(usize, String)> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = request.parse(received).ok()? else {
        return None;
    };
    let header = |name: &str| {
        let mut headers = request.headers.iter();
        let found = headers.find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(found.value).ok()
    };
    let body: usize = header("content-length")?.trim().parse().ok()?;
    let webhook_id = header("webhook-id").unwrap_or_default().to_owned();
    (received.len() >= head + body).then_some((head + body, webhook_id))
}

/// The number of the visitor whose id is in a request.
fn visitor(request: &[u8], prefix: &[u8]) -> Option<u64> {
    let mut windows = request.windows(prefix.len());
    let start = windows.position(|part| part == prefix)? + prefix.len();
    let digits = request.get(start..start + VISITOR_DIGITS)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_taken_when_it_is_whole() {
        let request = b"POST /a HTTP/1.1\r\nwebhook-id: msg_1\r\nContent-Length: 2\r\n\r\n{}POST";
        let length = request.len() - 4;
        for cut in 0..length {
            assert_eq!(whole_request(&request[..cut]), None, "{cut} bytes");
        }
        let expected = Some((length, "msg_1".to_owned()));
        assert_eq!(whole_request(&request[..length]), expected);
        assert_eq!(whole_request(request), expected);
    }

    #[test]
    fn the_visitor_of_a_delivery_is_found() {
        let body = br#"{"visitor":{"id":"bench-00c0ffee-0000123"}}"#;
        assert_eq!(visitor(body, b"bench-00c0ffee-"), Some(123));
        assert_eq!(visitor(body, b"bench-11111111-"), None);
        assert_eq!(visitor(b"bench-00c0ffee-12", b"bench-00c0ffee-"), None);
    }
}
