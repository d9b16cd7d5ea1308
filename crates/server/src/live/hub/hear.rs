//! Hears the feed, and passes on what somebody here wants to know.

use std::sync::Arc;

use app::feed::News as FeedNews;
use model::signal::{Signal, SignalKind};
use tokio::sync::broadcast::error::RecvError;

use super::{Hub, size_of};
use crate::{
    lifecycle::Lifecycle,
    live::inlet::{News, Typing},
};

/// Passes on what happens until the server stops.
pub(super) async fn hear(
    hub: Arc<Hub>,
    mut news: tokio::sync::broadcast::Receiver<FeedNews>,
    lifecycle: Lifecycle,
) {
    loop {
        let heard = tokio::select! {
            heard = news.recv() => heard,
            () = lifecycle.stopping() => return,
        };
        match heard {
            Ok(FeedNews::Event(event))
                if cfg!(feature = "planted-dropped-event") && event.seq % 7 == 0 => {}
            Ok(FeedNews::Event(event)) => {
                let late_ms = hub.app.clock().now() - event.at;
                hub.fan_out(event);
                hub.metrics.told(late_ms);
            }
            Ok(FeedNews::Moved(moved)) => {
                if hub.registry().moved(&moved) {
                    hub.to_read.notify_one();
                }
            }
            Ok(FeedNews::Signal(signal, _)) => pass_on(&hub, &signal),
            Ok(FeedNews::Revoked(_)) => hub.revoked.notify_one(),
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "more happened than could be told: it is read");
                hub.sweep_now.notify_one();
            }
            Err(RecvError::Closed) => return,
        }
    }
}

fn pass_on(hub: &Hub, signal: &Signal) {
    match &signal.kind {
        SignalKind::Typing { conversation, .. } => {
            let Some((conversation_id, readers)) = hub.registry().readers_of(*conversation) else {
                return;
            };
            let news = News::Typing(Arc::new(Typing {
                conversation_id,
                signal: signal.kind.clone(),
            }));
            for reader in readers {
                reader.put(news.clone(), size_of(&news));
            }
        }
        SignalKind::VisitorPresence { visitor, is_there } => {
            hub.passing.tell(signal.organization, *visitor, *is_there);
        }
        // Every node asks for itself, as it also has to where nobody tells it.
        SignalKind::Availability { .. } => {}
    }
}
