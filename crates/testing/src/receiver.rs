//! A receiver of webhooks on a free port: it remembers what came and answers as the test says.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::Value;

/// How long something that is about to arrive may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What an endless answer is written in.
const MORE_BYTES: usize = 16 * 1_024;

/// Something that arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// The path with its query.
    pub path: String,
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body as it was sent.
    pub body: String,
}

impl Received {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("the body is JSON")
    }

    /// What happened.
    pub fn event(&self) -> String {
        self.json()["eventName"]
            .as_str()
            .expect("a name")
            .to_owned()
    }

    /// A header that must be there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .unwrap_or_else(|| panic!("there is no header {name}"))
    }

    /// The delivery's id.
    pub fn webhook_id(&self) -> &str {
        self.header("webhook-id")
    }
}

/// What a receiver does with what arrives.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Answers with a status, no body, and keeps the connection.
    Status(u16),
    /// Answers with these bytes as they are and closes.
    Raw(Vec<u8>),
    /// Answers with these bytes and then with the last of them again and again, for as long as somebody reads.
    Endless(Vec<u8>),
    /// Answers with these bytes and then does nothing until the test ends.
    Stall(Vec<u8>),
    /// Does not answer until the test ends.
    Hang,
}

type Script = dyn Fn(&Received, usize) -> Reply + Send + Sync;

#[derive(Default)]
struct Arrived {
    all: Vec<Received>,
    connections: usize,
    is_over: bool,
}

#[derive(Default)]
struct Shared {
    arrived: Mutex<Arrived>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Arrived> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A receiver of webhooks. When it is dropped, whoever waits for it is cut off; its other threads live as long as the
/// process.
pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Receiver {
    /// One that takes everything.
    pub fn start() -> Self {
        Self::start_with(|_, _| Reply::Status(204))
    }

    /// One that answers as told: with what arrived, and how many arrived before it.
    pub fn start_with(script: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared::default());
        let script: Arc<Script> = Arc::new(script);
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                accepting.lock().connections += 1;
                let (shared, script) = (Arc::clone(&accepting), Arc::clone(&script));
                // A broken connection is the sender's affair.
                std::thread::spawn(move || {
                    serve(connection, &shared, &*script).unwrap_or_default()
                });
            }
        });
        Self { address, shared }
    }

    /// Where to send.
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.shared.lock().connections
    }

    /// What has arrived until now, in order.
    pub fn received(&self) -> Vec<Received> {
        self.shared.lock().all.clone()
    }

    /// Waits until at least `count` have arrived and tells all.
    pub fn wait_for(&self, count: usize) -> Vec<Received> {
        self.wait_until(&format!("{count} deliveries"), |all| all.len() >= count)
    }

    /// Waits until what has arrived is as wanted and tells all.
    pub fn wait_until(&self, what: &str, is_enough: impl Fn(&[Received]) -> bool) -> Vec<Received> {
        let waited =
            self.shared
                .changed
                .wait_timeout_while(self.shared.lock(), PATIENCE, |arrived| {
                    !is_enough(&arrived.all)
                });
        let (arrived, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        let all = arrived.all.clone();
        drop(arrived);
        let events: Vec<String> = all.iter().map(Received::event).collect();
        assert!(
            !timeout.timed_out(),
            "{what} did not arrive within {PATIENCE:?}; there are {events:?}"
        );
        all
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.changed.notify_all();
    }
}

fn serve(connection: TcpStream, shared: &Shared, script: &Script) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut writer = connection;
    while let Some(received) = read(&mut reader)? {
        let before = {
            let mut arrived = shared.lock();
            arrived.all.push(received.clone());
            arrived.all.len() - 1
        };
        let reply = script(&received, before);
        shared.changed.notify_all();
        match reply {
            Reply::Status(status) => {
                write!(
                    writer,
                    "HTTP/1.1 {status} Scripted\r\ncontent-length: 0\r\n\r\n"
                )?;
            }
            Reply::Raw(bytes) => return writer.write_all(&bytes),
            Reply::Endless(bytes) => {
                writer.write_all(&bytes)?;
                let more = vec![bytes.last().copied().unwrap_or_default(); MORE_BYTES];
                loop {
                    writer.write_all(&more)?;
                }
            }
            Reply::Stall(bytes) => {
                writer.write_all(&bytes)?;
                return wait_for_end(shared);
            }
            Reply::Hang => return wait_for_end(shared),
        }
    }
    Ok(())
}

/// Waits until the receiver is dropped.
fn wait_for_end(shared: &Shared) -> std::io::Result<()> {
    let waited = shared
        .changed
        .wait_while(shared.lock(), |arrived| !arrived.is_over);
    drop(waited.unwrap_or_else(PoisonError::into_inner));
    Ok(())
}

/// The next request of a connection; none at its end.
fn read(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<Received>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers
        .get("content-length")
        .map_or(0, |length| length.parse().expect("a length is a number"));
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Received {
        path,
        headers,
        body: String::from_utf8(body).expect("bodies are UTF-8"),
    }))
}
