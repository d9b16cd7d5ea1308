//! The accept loop: bounds connections and how long a request's head may take, which `axum::serve` does not.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{Request, body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tower::ServiceExt;

use crate::{config::HttpConfig, lifecycle::Lifecycle};

/// Most bytes of a request's head.
const HEAD_BYTES_MAX: usize = 64 * 1_024;

/// Pause after a failed accept, as when no file descriptor is left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A router behind a listener.
pub(crate) struct Door {
    pub(crate) listener: TcpListener,
    pub(crate) router: Router,
    pub(crate) gauge: prometheus_client::metrics::gauge::Gauge,
}

/// Accepts connections until the server stops; those that are open then finish what they do.
pub(crate) async fn accept(door: Door, config: HttpConfig, lifecycle: Lifecycle) {
    let places = Arc::new(Semaphore::new(config.connections_max));
    let header_timeout = Duration::from_secs(config.header_timeout_seconds);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await.ok()?;
            Some((place, door.listener.accept().await))
        };
        let accepted = tokio::select! {
            accepted = next => accepted,
            () = lifecycle.stopping() => return,
        };
        let Some((place, accepted)) = accepted else {
            return;
        };
        let (socket, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                pause().await;
                continue;
            }
        };
        let (router, gauge, ending) = (door.router.clone(), door.gauge.clone(), lifecycle.clone());
        lifecycle.spawn(async move {
            gauge.inc();
            serve(socket, peer, router, header_timeout, ending).await;
            gauge.dec();
            drop(place);
        });
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "waits for the system to have room again, not for the time to pass"
)]
async fn pause() {
    tokio::time::sleep(ACCEPT_PAUSE).await;
}

async fn serve(
    socket: TcpStream,
    peer: SocketAddr,
    router: Router,
    header_timeout: Duration,
    lifecycle: Lifecycle,
) {
    // Answers are small and somebody waits for each.
    if socket.set_nodelay(true).is_err() {
        return;
    }
    let service = router.map_request(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .max_header_size(HEAD_BYTES_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(socket), TowerToHyperService::new(service))
        .with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = lifecycle.stopping() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection.as_mut() => ended,
                () = lifecycle.abandoned() => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
