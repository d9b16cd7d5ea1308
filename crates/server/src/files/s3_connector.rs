//! Connections to the S3 service. Whoever runs this server named it, so unlike a webhook's receiver it may be anywhere,
//! in a private network too.

use std::{
    future::Future,
    io,
    path::Path,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Body;
use hyper::{Uri, http::uri::Scheme};
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};
use tower::Service;

use crate::outgoing::{Connection, tls_connector};

/// How long looking up the name, connecting and TLS may take together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long an idle connection is kept.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// Idle connections that are kept.
const IDLE_MAX: usize = 16;

/// Makes connections.
#[derive(Clone)]
pub(super) struct S3Connector(TlsConnector);

/// A client whose connections are kept for the next request.
pub(super) fn client(ca_file: Option<&Path>) -> Result<Client<S3Connector, Body>, String> {
    let connector = S3Connector(tls_connector(ca_file)?);
    // The executor spawns past the lifecycle: a connection is idle most of its life, and whoever asks is waited for.
    Ok(Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(IDLE_MAX)
        .build(connector))
}

impl Service<Uri> for S3Connector {
    type Response = Connection;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Connection>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let tls = self.0.clone();
        Box::pin(async move {
            let connected = timeout(CONNECT_TIMEOUT, connect(&tls, &uri)).await;
            connected.unwrap_or(Err(io::ErrorKind::TimedOut.into()))
        })
    }
}

async fn connect(tls: &TlsConnector, uri: &Uri) -> io::Result<Connection> {
    let host = uri.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_tls = uri.scheme() == Some(&Scheme::HTTPS);
    let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    if !is_tls {
        return Ok(Connection::plain(stream));
    }
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    tls.connect(name, stream).await.map(Connection::tls)
}
