//! Ends connections whose right to be there has ended, within seconds on every node (delivery R10).

use std::sync::Arc;

use model::{
    revocation::{Revocation, RevocationKind},
    time::{MINUTE_MS, SECOND_MS},
};

use super::Hub;
use crate::{
    lifecycle::Lifecycle,
    live::{
        inlet::News,
        protocol::CloseCode,
        reader::{Reader, Who},
    },
};

/// How often it is looked for, besides when it is told.
const EVERY_MS: i64 = 2 * SECOND_MS;

/// What ended so long ago is looked at, as clocks of nodes differ and a commit takes its time.
const LOOKED_BACK_MS: i64 = MINUTE_MS;

/// Revocations looked at once; more in a minute are looked at by age, the latest first.
const LOOKED_AT_MAX: i64 = 1_000;

/// Looks until the server stops.
pub(super) async fn follow(hub: Arc<Hub>, lifecycle: Lifecycle) {
    let clock = hub.app.clock();
    loop {
        let next = clock.now() + EVERY_MS;
        tokio::select! {
            () = clock.sleep_until(next) => {}
            () = hub.revoked.notified() => {}
            () = lifecycle.stopping() => return,
        }
        if hub.registry().sockets.is_empty() {
            continue;
        }
        let since = clock.now() - LOOKED_BACK_MS;
        let ended = hub
            .app
            .read(move |tx| Ok(store::revocations::list_since(tx, since, LOOKED_AT_MAX)?))
            .await;
        match ended {
            Ok(ended) if ended.is_empty() => {}
            Ok(ended) => close(&hub, &ended).await,
            Err(error) => tracing::warn!(%error, "it could not be found out whose access ended"),
        }
    }
}

async fn close(hub: &Hub, ended: &[Revocation]) {
    let mut concerned = Vec::new();
    for socket in hub.registry().sockets.values() {
        let is_ended = ended.iter().any(|ended| ends(ended, &socket.reader));
        if is_ended {
            concerned.push((Arc::clone(&socket.reader), Arc::clone(&socket.inlet)));
        }
    }
    for (reader, inlet) in concerned {
        inlet.put(News::End(code_for(hub, &reader).await), 0);
    }
}

/// Whether it ended what this reader proved before.
fn ends(ended: &Revocation, reader: &Reader) -> bool {
    if ended.organization != reader.organization() || ended.at < reader.proved_at {
        return false;
    }
    match (ended.kind, &reader.who) {
        (RevocationKind::Key(key), _) => reader.key() == Some(key),
        (RevocationKind::Visitor(visitor), Who::Visitor { number, .. }) => *number == visitor,
        (RevocationKind::Agent(agent), Who::Agent { number, .. }) => *number == agent,
        _ => false,
    }
}

/// A banned visitor is not to come back; whoever else lost their proof may bring another.
async fn code_for(hub: &Hub, reader: &Reader) -> CloseCode {
    if !reader.is_visitor() {
        return CloseCode::Unauthorized;
    }
    let actor = reader.actor;
    let visitor = hub
        .app
        .read(move |tx| app::visitors::get_own(tx, &actor))
        .await;
    match visitor {
        Ok(visitor) if visitor.banned_at.is_some() => CloseCode::Forbidden,
        _ => CloseCode::Unauthorized,
    }
}
