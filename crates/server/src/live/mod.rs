//! The live door: visitors and agents follow conversations and write into them over connections that stay open.
//! PROTOCOL.md says what goes over them.

pub(crate) mod protocol;

mod access;
mod bucket;
mod channel;
mod door;
mod drive;
mod echo;
mod events;
mod hub;
mod inlet;
mod line;
mod question;
mod reader;
mod refusal;
mod rehearsal;
mod session;
mod telling;
mod websocket;

use std::sync::Arc;

use app::Error;
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

pub use self::echo::serve_echo;
use self::{
    access::{Shown, shown},
    drive::{Opening, drive},
    hub::Seat,
    inlet::Inlet,
    line::Line,
    websocket::WebSocket,
};
pub(crate) use self::{door::LiveDoor, rehearsal::say_anything};
use crate::{origins::Origins, problem::Problem};

/// The routes of the door.
pub(crate) fn router(door: Arc<LiveDoor>) -> Router {
    Router::new()
        .route("/live", get(connect))
        .route("/live/events", get(events::open))
        .route("/live/send", post(events::send))
        .with_state(door)
}

/// `GET /live`: the request that becomes a WebSocket.
async fn connect(State(door): State<Arc<LiveDoor>>, mut request: Request) -> Response {
    let shown = shown(request.headers(), &door.origins);
    if let Shown::Nothing = shown {
        return forbidden();
    }
    let Some(accepted) = websocket::accept(&request) else {
        return Problem::new(
            StatusCode::UPGRADE_REQUIRED,
            "bad_request",
            "this is for WebSockets of version 13",
        )
        .into_response();
    };
    let Some(place) = door.take_place(&request) else {
        return too_many();
    };
    let inlet = Arc::new(Inlet::default());
    let seat = match admit(&door, shown, &inlet).await {
        Ok(seat) => seat,
        Err(problem) => return problem.into_response(),
    };
    let upgrade = hyper::upgrade::on(&mut request);
    let running = Arc::clone(&door);
    door.lifecycle.spawn(async move {
        let Ok(upgraded) = upgrade.await else {
            return;
        };
        // The bare connection: nothing of what read the request stays behind.
        let Ok(parts) = upgraded.downcast::<TokioIo<TcpStream>>() else {
            tracing::error!("a connection that was upgraded is none of ours");
            return;
        };
        let socket = WebSocket::new(parts.io.into_inner(), &parts.read_buf).await;
        drop(parts.read_buf);
        let opening = Opening {
            line: Line::Socket(socket),
            place,
            inlet,
            seat,
            session: None,
        };
        Box::pin(drive(running, opening)).await;
    });
    accepted
}

/// Gives a seat to whoever shows a proof; a page comes in without, and proves itself by its first frame.
async fn admit(
    door: &LiveDoor,
    shown: Shown,
    inlet: &Arc<Inlet>,
) -> Result<Option<Arc<Seat>>, Problem> {
    let Shown::Proof(proof) = shown else {
        return Ok(None);
    };
    match door.admit(proof, inlet).await {
        Ok(Some(seat)) => Ok(Some(seat)),
        Ok(None) => Err(Problem::unauthorized("Key not found")),
        Err(Error::NotFound(noun)) => Err(Problem::invalid(format!("{noun} not found"))),
        Err(error) => Err(error.into()),
    }
}

fn is_page(headers: &HeaderMap, origins: &Origins) -> bool {
    matches!(shown(headers, origins), Shown::Page | Shown::Proof(_))
}

fn forbidden() -> Response {
    forbidden_problem().into_response()
}

fn forbidden_problem() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "permission_denied",
        "a page must be of an origin that is allowed here, a program must show its key or token",
    )
}

fn too_many() -> Response {
    Problem::too_many("too many connections", 60).into_response()
}
