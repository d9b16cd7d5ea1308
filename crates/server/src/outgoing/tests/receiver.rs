//! A receiver with threads of its own, which does with each connection exactly what it is told.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use tokio::sync::mpsc;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A connection as its receiver sees it, with or without TLS.
pub(super) trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

/// A receiver that listens.
pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
    ended: tokio::sync::Mutex<mpsc::UnboundedReceiver<()>>,
}

/// One connection, and what is known about the others.
pub(super) struct Exchange<'a> {
    /// How many connections came before.
    pub(super) number: usize,
    stream: &'a mut dyn Stream,
    requests: &'a Mutex<Vec<String>>,
}

impl Receiver {
    /// Listens on a free port; `script` is run for each connection, which is closed when it returns.
    pub(super) fn start(script: impl Fn(&mut Exchange) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        Self::with(listener, script, |stream| Some(Box::new(stream)))
    }

    /// The same with TLS. A connection whose handshake fails never reaches the script.
    pub(super) fn start_tls(
        config: ServerConfig,
        script: impl Fn(&mut Exchange) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let config = Arc::new(config);
        Self::with(listener, script, move |mut stream| {
            let mut tls = ServerConnection::new(Arc::clone(&config)).expect("a good configuration");
            while tls.is_handshaking() {
                tls.complete_io(&mut stream).ok()?;
            }
            Some(Box::new(StreamOwned::new(tls, stream)))
        })
    }

    /// Listens where it is told.
    pub(super) fn with(
        listener: TcpListener,
        script: impl Fn(&mut Exchange) + Send + Sync + 'static,
        wrap: impl Fn(TcpStream) -> Option<Box<dyn Stream>> + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().expect("bound");
        let connections = Arc::new(AtomicUsize::new(0));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (sender, ended) = mpsc::unbounded_channel();
        let work = Arc::new((script, wrap));
        let (count, heard) = (Arc::clone(&connections), Arc::clone(&requests));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.expect("a connection");
                let number = count.fetch_add(1, Ordering::SeqCst);
                let (work, heard, sender) = (Arc::clone(&work), Arc::clone(&heard), sender.clone());
                thread::spawn(move || {
                    let (script, wrap) = &*work;
                    if let Some(mut stream) = wrap(stream) {
                        script(&mut Exchange {
                            number,
                            stream: &mut *stream,
                            requests: &heard,
                        });
                    }
                    // Nobody may be interested any more.
                    sender.send(()).ok();
                });
            }
        });
        Self {
            address,
            connections,
            requests,
            ended: ended.into(),
        }
    }

    /// One that answers every request with the same text and keeps the connection.
    pub(super) fn answering(answer: &'static str) -> Self {
        Self::start(move |exchange| {
            while exchange.read_request() {
                exchange.write(answer);
            }
        })
    }

    /// Its address for the door.
    pub(super) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Connections so far.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The requests so far.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no test panics here").clone()
    }

    /// Waits until a connection has come to its end on both sides.
    pub(super) async fn wait_for_end(&self) {
        let ended = self.ended.lock().await.recv().await;
        ended.expect("the receiver runs");
    }
}

impl Exchange<'_> {
    /// Reads a whole request; false where none comes any more.
    pub(super) fn read_request(&mut self) -> bool {
        let Some(head) = self.read_head() else {
            return false;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|length| length.parse().ok())
            .unwrap_or(0);
        let mut body = vec![0; length];
        if self.stream.read_exact(&mut body).is_err() {
            return false;
        }
        let body = String::from_utf8(body).expect("text");
        let mut requests = self.requests.lock().expect("no test panics here");
        requests.push(format!("{head}{body}"));
        true
    }

    /// Reads a head and not what follows: closing now resets the connection, because something is left unread.
    pub(super) fn read_head(&mut self) -> Option<String> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            match self.stream.read(&mut byte) {
                Ok(1) => head.push(byte[0]),
                _ => return None,
            }
        }
        Some(String::from_utf8(head).expect("text"))
    }

    /// Sends a text.
    pub(super) fn write(&mut self, text: &str) {
        self.stream
            .write_all(text.as_bytes())
            .and_then(|()| self.stream.flush())
            .expect("the door reads");
    }

    /// Sends a text; false where nobody reads it any more.
    pub(super) fn write_if_open(&mut self, text: &str) -> bool {
        self.stream.write_all(text.as_bytes()).is_ok()
    }

    /// Sends a text again and again, until the other side has had enough; how many bytes that took.
    pub(super) fn write_without_end(&mut self, text: &str) -> usize {
        let mut sent = 0;
        while self.stream.write_all(text.as_bytes()).is_ok() {
            sent += text.len();
        }
        sent
    }

    /// Sends nothing more and waits until the other side has closed.
    pub(super) fn hang(&mut self) {
        let mut rest = [0; 1_024];
        loop {
            match self.stream.read(&mut rest) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }
}
