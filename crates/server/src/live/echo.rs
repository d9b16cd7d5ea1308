//! A server that says back whatever it hears, by the same stack as `/live`: only for the judgement of Autobahn.

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use super::websocket;

/// Answers one connection after the other, until it is dropped.
pub async fn serve_echo(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        let (echoing, upgraded) = tokio::sync::oneshot::channel();
        let echoing = std::sync::Arc::new(std::sync::Mutex::new(Some(echoing)));
        let connect = async move |mut request: Request| -> Response {
            let Some(accepted) = websocket::accept(&request) else {
                return StatusCode::UPGRADE_REQUIRED.into_response();
            };
            let upgrade = hyper::upgrade::on(&mut request);
            if let Some(echoing) = echoing.lock().ok().and_then(|mut waiting| waiting.take()) {
                drop(echoing.send(upgrade));
            }
            accepted
        };
        let router = Router::new().route("/", get(connect));
        let service = router.map_request(|request: hyper::Request<_>| request.map(Body::new));
        let connection = http1::Builder::new()
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
            .with_upgrades();
        if connection.await.is_err() {
            continue;
        }
        let Ok(upgrade) = upgraded.await else {
            continue;
        };
        let stream = upgrade.await.ok();
        let parts = stream.and_then(|stream| stream.downcast::<TokioIo<TcpStream>>().ok());
        if let Some(parts) = parts {
            websocket::echo(parts.io.into_inner(), &parts.read_buf).await;
        }
    }
}
