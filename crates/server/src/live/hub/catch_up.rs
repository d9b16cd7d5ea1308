//! Reads what was not heard of, for all who want it at once.

use std::sync::Arc;

use app::{Actor, Error, conversations};
use model::time::SECOND_MS;

use super::Hub;
use crate::lifecycle::Lifecycle;

/// Conversations read in one transaction.
const READ_AT_ONCE: usize = 64;

/// Reads whenever there is something to read, until the server stops.
pub(super) async fn catch_up(hub: Arc<Hub>, lifecycle: Lifecycle) {
    loop {
        tokio::select! {
            () = hub.to_read.notified() => {}
            () = lifecycle.stopping() => return,
        }
        while read_some(&hub).await {
            if lifecycle.is_stopping() {
                return;
            }
        }
    }
}

/// Reads some of what is to be read; false where nothing was, or nothing can be read now.
async fn read_some(hub: &Hub) -> bool {
    let wanted = hub.registry().take_to_read(READ_AT_ONCE);
    if wanted.is_empty() {
        return false;
    }
    let asked = wanted.clone();
    let read = hub.app.read(move |tx| {
        let mut pages = Vec::with_capacity(asked.len());
        for (organization, conversation, after) in &asked {
            let actor = Actor::System {
                organization: *organization,
            };
            match conversations::read_on(tx, &actor, *conversation, *after) {
                Ok(page) => pages.push(page),
                Err(Error::Store(error)) => return Err(error.into()),
                // It is gone, and with it what was to be told.
                Err(_) => {}
            }
        }
        Ok(pages)
    });
    match read.await {
        Ok(pages) => {
            for page in pages {
                hub.metrics.caught_up();
                let conversation = page.conversation.number;
                for event in page.events {
                    hub.fan_out(Arc::new(event));
                }
                if page.has_more {
                    hub.registry().read_again(conversation);
                }
            }
            true
        }
        Err(error) => {
            tracing::warn!(%error, "what happened could not be read");
            for (_, conversation, _) in wanted {
                hub.registry().read_again(conversation);
            }
            let again = hub.app.clock().now() + SECOND_MS;
            hub.app.clock().sleep_until(again).await;
            true
        }
    }
}
