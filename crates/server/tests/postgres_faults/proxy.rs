//! A proxy between server and PostgreSQL that breaks connections around a commit.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

/// The simple query that commits, behind its type and length.
const COMMIT: &[u8] = b"COMMIT\0";

/// Where a connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The commit reaches PostgreSQL, and its answer nobody.
    BeforeAnswer,
    /// The commit reaches nobody.
    BeforeCommit,
}

/// What the proxy is to do, and what it did.
#[derive(Default)]
struct Plan {
    /// Every so many commits a cut; none at 0.
    every: usize,
    passed: usize,
    before_answer: usize,
    before_commit: usize,
}

impl Plan {
    /// What happens to the commit that is there.
    fn next(&mut self) -> Option<Cut> {
        self.passed += 1;
        if self.every == 0 || !self.passed.is_multiple_of(self.every) {
            return None;
        }
        // Two of three are the hard ones.
        if (self.before_answer + self.before_commit) % 3 == 2 {
            self.before_commit += 1;
            Some(Cut::BeforeCommit)
        } else {
            self.before_answer += 1;
            Some(Cut::BeforeAnswer)
        }
    }
}

/// A proxy that runs as long as this process.
pub(crate) struct Proxy {
    port: u16,
    plan: Arc<Mutex<Plan>>,
}

impl Proxy {
    /// Starts a proxy in front of a port of this machine; it cuts nothing yet.
    pub(crate) fn start(database_port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("a bound listener").port();
        let plan = Arc::new(Mutex::new(Plan::default()));
        let shared = Arc::clone(&plan);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(database) = TcpStream::connect(("127.0.0.1", database_port)) else {
                    continue;
                };
                connect(client, database, &shared);
            }
        });
        Self { port, plan }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Cuts at every so many commits from now on; at none with 0.
    pub(crate) fn cut_every(&self, commits: usize) {
        let mut plan = self.plan.lock().expect("nobody panics with it");
        plan.every = commits;
        plan.passed = 0;
    }

    /// How often it cut before the answer, and before the commit.
    pub(crate) fn cuts(&self) -> (usize, usize) {
        let plan = self.plan.lock().expect("nobody panics with it");
        (plan.before_answer, plan.before_commit)
    }
}

fn connect(client: TcpStream, database: TcpStream, plan: &Arc<Mutex<Plan>>) {
    // Small messages are not to wait for each other.
    client.set_nodelay(true).expect("an open connection");
    database.set_nodelay(true).expect("an open connection");
    let both = || {
        let client = client.try_clone().expect("a free descriptor");
        (client, database.try_clone().expect("a free descriptor"))
    };
    let is_doomed = Arc::new(AtomicBool::new(false));
    let (there, back) = (both(), both());
    let (plan, doomed) = (Arc::clone(plan), Arc::clone(&is_doomed));
    std::thread::spawn(move || {
        // Errors only mean that one side is gone, and then both are.
        forward(&there.0, &there.1, &plan, &doomed).unwrap_or_default();
        close(&there.0, &there.1);
    });
    std::thread::spawn(move || {
        answer(&back.0, &back.1, &is_doomed).unwrap_or_default();
        close(&back.0, &back.1);
    });
}

/// Passes on one message after the other, and looks at each.
fn forward(
    mut client: &TcpStream,
    mut database: &TcpStream,
    plan: &Mutex<Plan>,
    is_doomed: &AtomicBool,
) -> std::io::Result<()> {
    // The first message has no type, only a length that counts itself.
    let mut length = [0; 4];
    client.read_exact(&mut length)?;
    let mut startup = vec![0; u32::from_be_bytes(length) as usize - 4];
    client.read_exact(&mut startup)?;
    database.write_all(&[&length[..], &startup].concat())?;
    loop {
        let mut head = [0; 5];
        client.read_exact(&mut head)?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let mut body = vec![0; length - 4];
        client.read_exact(&mut body)?;
        let cut = match (head[0], body.as_slice()) {
            (b'Q', COMMIT) => plan.lock().expect("nobody panics with it").next(),
            _ => None,
        };
        match cut {
            Some(Cut::BeforeCommit) => return Ok(()),
            Some(Cut::BeforeAnswer) => is_doomed.store(true, Ordering::SeqCst),
            None => {}
        }
        database.write_all(&[&head[..], &body].concat())?;
    }
}

/// Passes answers on, except the one of a doomed commit: by then PostgreSQL has committed.
fn answer(
    mut client: &TcpStream,
    mut database: &TcpStream,
    is_doomed: &AtomicBool,
) -> std::io::Result<()> {
    let mut buffer = [0; 16 * 1_024];
    loop {
        let read = database.read(&mut buffer)?;
        if read == 0 || is_doomed.load(Ordering::SeqCst) {
            return Ok(());
        }
        client.write_all(&buffer[..read])?;
    }
}

/// Ends both sides; one of them may be gone already.
fn close(client: &TcpStream, database: &TcpStream) {
    client.shutdown(Shutdown::Both).unwrap_or_default();
    database.shutdown(Shutdown::Both).unwrap_or_default();
}
