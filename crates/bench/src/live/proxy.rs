//! A proxy between clients and server that breaks, holds up and doubles what passes, by chance that can be repeated.
//!
//! It knows frames of WebSockets, so that it can double one or stop in the middle of one. Other connections it passes on.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::sleep_until,
};

use crate::{load::Random, stopwatch};

/// Of so many frames one meets each fault.
const CUT: usize = 120;
const HALVED: usize = 120;
const DELAYED: usize = 12;
const DOUBLED: usize = 12;

/// The longest delay: long enough that others overtake, short enough that nobody gives up.
const DELAY_MS_MAX: usize = 60;

/// The largest piece that is read at once, and the largest frame or head that is waited for.
const PIECE_BYTES: usize = 16 * 1_024;
const WHOLE_BYTES_MAX: usize = 4 * 1_024 * 1_024;

/// What happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Connections that ended between two frames.
    pub cut: u64,
    /// Connections that ended within a frame.
    pub halved: u64,
    /// Frames that came late.
    pub delayed: u64,
    /// Frames that came twice.
    pub doubled: u64,
}

/// What the proxy is told, and what it counts.
struct Control {
    server: Mutex<SocketAddr>,
    is_stormy: AtomicBool,
    seed: u64,
    connections: AtomicU64,
    /// Changes when every connection is to end.
    ends: watch::Sender<u64>,
    cut: AtomicU64,
    halved: AtomicU64,
    delayed: AtomicU64,
    doubled: AtomicU64,
}

/// A proxy; it runs as long as its runtime.
#[derive(Clone)]
pub struct Proxy {
    address: SocketAddr,
    control: Arc<Control>,
}

impl Proxy {
    /// Listens in front of a server; calm at first. The connections live in the set, and end with it.
    pub async fn start(server: SocketAddr, seed: u64, tasks: &mut JoinSet<()>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let control = Arc::new(Control {
            server: Mutex::new(server),
            is_stormy: AtomicBool::new(false),
            seed,
            connections: AtomicU64::new(0),
            ends: watch::Sender::new(0),
            cut: AtomicU64::new(0),
            halved: AtomicU64::new(0),
            delayed: AtomicU64::new(0),
            doubled: AtomicU64::new(0),
        });
        let proxy = Self {
            address: listener.local_addr()?,
            control: Arc::clone(&control),
        };
        tasks.spawn(accept(listener, control));
        Ok(proxy)
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// New connections go to another server from now on.
    pub fn turn_to(&self, server: SocketAddr) {
        *lock(&self.control.server) = server;
    }

    /// Ends every connection there is, as whoever balances load does with those to a server that is ill.
    pub fn end_all(&self) {
        self.control.ends.send_modify(|ends| *ends += 1);
    }

    /// Faults from now on, or none.
    pub fn be_stormy(&self, is_stormy: bool) {
        self.control.is_stormy.store(is_stormy, Ordering::Relaxed);
    }

    /// What happened so far.
    pub fn faults(&self) -> Faults {
        let Control {
            cut,
            halved,
            delayed,
            doubled,
            ..
        } = &*self.control;
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Faults {
            cut: count(cut),
            halved: count(halved),
            delayed: count(delayed),
            doubled: count(doubled),
        }
    }
}

fn lock(server: &Mutex<SocketAddr>) -> std::sync::MutexGuard<'_, SocketAddr> {
    server.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, control: Arc<Control>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Ok((client, _)) = listener.accept() => {
                let number = control.connections.fetch_add(1, Ordering::Relaxed);
                connections.spawn(pass(client, Arc::clone(&control), number));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Passes one connection on, in both directions, until either ends.
async fn pass(client: TcpStream, control: Arc<Control>, number: u64) {
    let mut ends = control.ends.subscribe();
    let address = *lock(&control.server);
    let Ok(server) = TcpStream::connect(address).await else {
        return;
    };
    // Where it fails the connection is broken anyway.
    drop(
        client
            .set_nodelay(true)
            .and_then(|()| server.set_nodelay(true)),
    );
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let seed = control.seed.wrapping_add(number.wrapping_mul(2));
    let there = Direction::new(from_client, to_server, &control, seed);
    let back = Direction::new(from_server, to_client, &control, seed + 1);
    // Dropping one direction in the middle of a frame is what a broken connection does.
    tokio::select! {
        _ = there.run() => {}
        _ = back.run() => {}
        _ = ends.changed() => {}
    }
}

/// What is to become of a frame.
enum Fate {
    Pass,
    Delay(Duration),
    Double,
    Halve,
    Cut,
}

struct Direction<'a, R, W> {
    from: R,
    to: W,
    control: &'a Control,
    random: Random,
    received: Vec<u8>,
}

impl<'a, R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Direction<'a, R, W> {
    fn new(from: R, to: W, control: &'a Control, seed: u64) -> Self {
        Self {
            from,
            to,
            control,
            random: Random::new(seed),
            received: Vec::new(),
        }
    }

    async fn run(mut self) -> io::Result<()> {
        let length = self.whole(head_length).await?;
        let is_upgrade = is_upgrade(&self.received[..length]);
        self.to.write_all(&self.received[..length]).await?;
        self.received.drain(..length);
        if !is_upgrade {
            self.to.write_all(&self.received).await?;
            tokio::io::copy(&mut self.from, &mut self.to).await?;
            return Ok(());
        }
        loop {
            let length = self.whole(frame_length).await?;
            let fate = self.fate();
            let frame = &self.received[..length];
            let count = |counter: &AtomicU64| counter.fetch_add(1, Ordering::Relaxed);
            match fate {
                Fate::Pass => self.to.write_all(frame).await?,
                Fate::Delay(time) => {
                    count(&self.control.delayed);
                    sleep_until((stopwatch::now() + time).into()).await;
                    self.to.write_all(frame).await?;
                }
                Fate::Double => {
                    count(&self.control.doubled);
                    self.to.write_all(&[frame, frame].concat()).await?;
                }
                Fate::Halve => {
                    count(&self.control.halved);
                    self.to.write_all(&frame[..length / 2]).await?;
                    return self.to.flush().await;
                }
                Fate::Cut => {
                    count(&self.control.cut);
                    return Ok(());
                }
            }
            self.received.drain(..length);
        }
    }

    fn fate(&mut self) -> Fate {
        if !self.control.is_stormy.load(Ordering::Relaxed) {
            return Fate::Pass;
        }
        // Only whole text frames mean the same twice.
        let is_text = self.received[0] == 0x81;
        let mut one_of = |count: usize| self.random.below(count) == 0;
        if one_of(CUT) {
            Fate::Cut
        } else if one_of(HALVED) {
            Fate::Halve
        } else if is_text && one_of(DOUBLED) {
            Fate::Double
        } else if one_of(DELAYED) {
            Fate::Delay(Duration::from_millis(
                self.random.below(DELAY_MS_MAX) as u64 + 1,
            ))
        } else {
            Fate::Pass
        }
    }

    /// Reads until something is whole, and tells its length.
    async fn whole(&mut self, length: fn(&[u8]) -> Option<usize>) -> io::Result<usize> {
        loop {
            let found = length(&self.received);
            if let Some(length) = found.filter(|length| *length <= self.received.len()) {
                return Ok(length);
            }
            if self.received.len() > WHOLE_BYTES_MAX {
                return Err(io::ErrorKind::InvalidData.into());
            }
            self.received.reserve(PIECE_BYTES);
            if self.from.read_buf(&mut self.received).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// The length of the head of a request or an answer, once it is all there.
fn head_length(received: &[u8]) -> Option<usize> {
    const END: &[u8] = b"\r\n\r\n";
    let place = received.windows(END.len()).position(|part| part == END)?;
    Some(place + END.len())
}

fn is_upgrade(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    head.contains("upgrade: websocket")
}

/// The length of a frame of RFC 6455, once its head is there.
fn frame_length(received: &[u8]) -> Option<usize> {
    let second = *received.get(1)?;
    let (head, payload) = match second & 0x7f {
        126 => {
            let length = received.get(2..4)?.try_into().ok()?;
            (4, usize::from(u16::from_be_bytes(length)))
        }
        127 => {
            let length = received.get(2..10)?.try_into().ok()?;
            (10, usize::try_from(u64::from_be_bytes(length)).ok()?)
        }
        length => (2, usize::from(length)),
    };
    let mask = if second & 0x80 == 0 { 0 } else { 4 };
    Some(head + mask + payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_as_long_as_their_heads_say() {
        assert_eq!(frame_length(&[0x81]), None);
        assert_eq!(frame_length(&[0x81, 5]), Some(7));
        assert_eq!(frame_length(&[0x81, 0x85]), Some(11));
        assert_eq!(frame_length(&[0x81, 126, 1]), None);
        assert_eq!(frame_length(&[0x81, 126, 1, 0]), Some(260));
        let long = [0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0];
        assert_eq!(frame_length(&long), Some(65_550));
    }

    #[test]
    fn heads_end_with_an_empty_line_and_say_what_follows() {
        let head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n\r\n";
        assert_eq!(head_length(head), Some(head.len()));
        assert_eq!(head_length(&head[..head.len() - 1]), None);
        assert!(is_upgrade(head));
        assert!(!is_upgrade(b"HTTP/1.1 200 OK\r\n\r\n"));
    }
}
