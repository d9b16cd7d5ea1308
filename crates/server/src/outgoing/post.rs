//! Posts a request, and keeps of the answer what is worth knowing.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Method, Response, Uri,
    body::Incoming,
    ext::on_informational,
    header::{HeaderName, HeaderValue, RETRY_AFTER},
};
use hyper_util::{
    client::legacy::{Client, Error},
    rt::{TokioExecutor, TokioTimer},
};
use model::{address::OutgoingPolicy, time::Millis};
use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};
use url::Url;

use super::{
    OutgoingError,
    answer::{Excerpt, read_body, retry_after_s},
    connection::Used,
    connector::{Connector, is_own},
    resolver::Resolver,
    tls,
};

/// Idle connections that are kept for one receiver: more than are ever used at once for an endpoint.
const IDLE_PER_HOST_MAX: usize = 64;

/// How long an idle connection is kept.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Longest head of an answer; a usual one is well under 4 KiB.
const HEAD_SIZE_BYTES_MAX: usize = 64 * 1_024;

/// Answers of the kind "wait, there is more" (1xx) before the real one. They are read without end otherwise.
const INFORMATIONAL_MAX: usize = 32;

/// How long the parts of an exchange may take.
#[derive(Clone, Copy, Debug)]
pub struct OutgoingTimes {
    /// For looking up the name, connecting and TLS together.
    pub connect_ms: u64,
    /// For everything, to the end of the answer.
    pub total_ms: u64,
}

/// The door outwards. It is cheap to clone, and all clones share their connections.
#[derive(Clone)]
pub struct Outgoing {
    policy: Arc<OutgoingPolicy>,
    client: Client<Connector, Full<Bytes>>,
    total: Duration,
}

/// What is to be sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where to.
    pub url: Url,
    /// Headers beside `Host` and `Content-Length`, which the door writes itself.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: Bytes,
}

/// What came of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The answer's status, where its head arrived.
    pub http_status: Option<u16>,
    /// The seconds that the answer asks to wait.
    pub retry_after_s: Option<u64>,
    /// What went wrong. A status alone is nothing wrong here, unless it points elsewhere.
    pub error: Option<OutgoingError>,
    /// How long it took.
    pub duration_ms: u64,
    /// The beginning of the answer's body, as text that can be shown.
    pub excerpt: String,
}

impl Outgoing {
    /// Prepares the door. `ca_file` holds certificates in PEM form that are trusted beside the public ones.
    pub fn new(
        policy: OutgoingPolicy,
        times: OutgoingTimes,
        ca_file: Option<&Path>,
    ) -> Result<Self, String> {
        Self::with_resolver(policy, times, ca_file, Resolver::system())
    }

    pub(super) fn with_resolver(
        policy: OutgoingPolicy,
        times: OutgoingTimes,
        ca_file: Option<&Path>,
        resolver: Resolver,
    ) -> Result<Self, String> {
        let policy = Arc::new(policy);
        let connector = Connector {
            policy: Arc::clone(&policy),
            resolver,
            tls: tls::connector(ca_file)?,
            timeout: Duration::from_millis(times.connect_ms),
            is_own,
        };
        // The executor spawns past the lifecycle: a connection is idle most of its life, nothing is lost when it goes,
        // and a stop should not wait for it. Whoever posts is waited for, and the answer with it.
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(IDLE_PER_HOST_MAX)
            .http1_max_buf_size(HEAD_SIZE_BYTES_MAX)
            // What was not even written to a connection that had ended goes out on another one.
            .retry_canceled_requests(true)
            .build(connector);
        Ok(Self {
            policy,
            client,
            total: Duration::from_millis(times.total_ms),
        })
    }

    /// Where this door leads to.
    pub fn policy(&self) -> &OutgoingPolicy {
        &self.policy
    }

    /// Posts a request. `now` is what a date in `Retry-After` is compared with.
    ///
    /// An answer must come whole within its time: one that hangs or breaks off after its head is an error, whatever its
    /// status, because the receiver may not have finished either. Only what is longer than anybody needs to say is cut,
    /// and then the head counts.
    pub async fn post(&self, request: Request, now: Millis) -> Outcome {
        let started = Instant::now();
        let deadline = started + self.total;
        let mut outcome = Outcome::default();
        let exchanged = self.exchange(&request, deadline, now, &mut outcome).await;
        outcome.error = exchanged.err();
        outcome.duration_ms = started.elapsed().as_millis() as u64;
        outcome
    }

    async fn exchange(
        &self,
        request: &Request,
        deadline: Instant,
        now: Millis,
        outcome: &mut Outcome,
    ) -> Result<(), OutgoingError> {
        let head = timeout_at(deadline, self.send(request));
        let response = head.await.unwrap_or(Err(OutgoingError::Timeout))?;
        let status = response.status();
        outcome.http_status = Some(status.as_u16());
        let retry_after = response.headers().get(RETRY_AFTER);
        outcome.retry_after_s = retry_after.and_then(|value| retry_after_s(value, now));
        if status.is_redirection() {
            return Err(OutgoingError::Redirect);
        }
        let mut excerpt = Excerpt::default();
        let read = timeout_at(deadline, read_body(response.into_body(), &mut excerpt)).await;
        outcome.excerpt = excerpt.into_text();
        read.unwrap_or(Err(OutgoingError::Timeout))
    }

    /// Sends a request until the head of its answer is there.
    ///
    /// A receiver may close a kept connection in the moment in which it is used again. Then the request is sent a second
    /// time, on a new one: whoever receives over HTTP in this way knows a repetition by its id, and an attempt that failed
    /// for nothing would hold up what waits behind it.
    async fn send(&self, request: &Request) -> Result<Response<Incoming>, OutgoingError> {
        let url = self.policy.check_url(request.url.as_str())?;
        let first = self.send_once(&url, request).await;
        match first {
            Err((OutgoingError::BrokeOff, Connected::Before)) => self
                .send_once(&url, request)
                .await
                .map_err(|(error, _)| error),
            other => other.map_err(|(error, _)| error),
        }
    }

    async fn send_once(
        &self,
        url: &Url,
        request: &Request,
    ) -> Result<Response<Incoming>, (OutgoingError, Connected)> {
        let too_much = Arc::new(Notify::new());
        let mut built = build(url, request).map_err(|error| (error, Connected::Now))?;
        limit_informational(&mut built, Arc::clone(&too_much));
        let response = tokio::select! {
            response = self.client.request(built) => response,
            () = too_much.notified() => return Err((OutgoingError::NotHttp, Connected::Now)),
        };
        match response {
            Ok(response) => {
                if let Some(used) = response.extensions().get::<Used>() {
                    used.mark();
                }
                Ok(response)
            }
            Err(error) => Err((OutgoingError::from_chain(&error), Connected::of(&error))),
        }
    }
}

impl Outcome {
    /// Whether the receiver has taken it: a 2xx answer without an error.
    pub fn is_success(&self) -> bool {
        let is_good = |status| (200..300).contains(&status);
        self.error.is_none() && self.http_status.is_some_and(is_good)
    }
}

/// When the connection was made on which a request failed.
enum Connected {
    /// For an earlier request, which was answered.
    Before,
    /// For this one.
    Now,
}

impl Connected {
    fn of(error: &Error) -> Self {
        let mut extras = hyper::http::Extensions::new();
        if let Some(info) = error.connect_info() {
            info.get_extras(&mut extras);
        }
        if extras.get::<Used>().is_some_and(Used::is_marked) {
            Connected::Before
        } else {
            Connected::Now
        }
    }
}

fn build(url: &Url, request: &Request) -> Result<hyper::Request<Full<Bytes>>, OutgoingError> {
    let uri: Uri = url
        .as_str()
        .parse()
        .map_err(|_| OutgoingError::Address(model::address::AddressError::Malformed))?;
    let mut built = hyper::Request::new(Full::new(request.body.clone()));
    *built.method_mut() = Method::POST;
    *built.uri_mut() = uri;
    built.headers_mut().extend(request.headers.iter().cloned());
    Ok(built)
}

/// Tells when more came before the answer than anybody has to say.
fn limit_informational(request: &mut hyper::Request<Full<Bytes>>, too_much: Arc<Notify>) {
    let count = AtomicUsize::new(0);
    on_informational(request, move |_| {
        if count.fetch_add(1, Ordering::Relaxed) >= INFORMATIONAL_MAX {
            too_much.notify_one();
        }
    });
}
