//! Looks now and then whether anything happened that nobody told (delivery R11).

use std::sync::Arc;

use app::{conversations, feed::Reach};
use model::{
    id::{ConversationNumber, OrganizationNumber},
    time::{MINUTE_MS, SECOND_MS},
};
use store::conversations::Place;

use super::Hub;
use crate::lifecycle::Lifecycle;

/// How often where nothing is heard of other nodes.
const OFTEN_MS: i64 = 2 * SECOND_MS;

/// How often otherwise.
const SELDOM_MS: i64 = 30 * SECOND_MS;

/// Conversations looked at in one transaction.
const HEADS_AT_ONCE: usize = 1_000;

/// Pages of conversations in which something happened since the last look, for one organization.
const PAGES_MAX: usize = 20;

/// Looks until the server stops.
pub(super) async fn sweep(hub: Arc<Hub>, lifecycle: Lifecycle) {
    let clock = hub.app.clock();
    let (mut since, mut reach) = (clock.now(), hub.app.feed().reach());
    loop {
        let next = clock.now() + OFTEN_MS;
        let is_told = tokio::select! {
            () = clock.sleep_until(next) => false,
            () = hub.sweep_now.notified() => true,
            () = lifecycle.stopping() => return,
        };
        let (now, before) = (clock.now(), reach);
        reach = hub.app.feed().reach();
        // Whatever was missed while the others could not be heard is looked for once more when they can.
        let is_due = is_told || reach != before || reach == Reach::Cut || now >= since + SELDOM_MS;
        let fresh = hub.registry().take_fresh();
        let found = if is_due {
            look(&hub, since).await
        } else if reach == Reach::Connected {
            compare(&hub, &fresh).await
        } else {
            continue;
        };
        match found {
            Ok(found) => {
                if is_due {
                    since = now;
                }
                if found > 0 {
                    hub.metrics.swept(found);
                    hub.to_read.notify_one();
                }
            }
            Err(error) => {
                tracing::warn!(%error, "it could not be found out what happened");
                reach = before;
            }
        }
    }
}

/// Compares what was told with what is there; tells how many conversations are to be read.
async fn look(hub: &Hub, since: i64) -> app::Result<u64> {
    let looked_at = hub.registry().looked_at();
    let mut found = compare(hub, &looked_at).await?;
    let organizations: Vec<_> = hub.registry().organizations.keys().copied().collect();
    for organization in organizations {
        found += look_for_others(hub, organization, since).await?;
    }
    Ok(found)
}

/// Compares the heads of conversations with what was told of them.
async fn compare(hub: &Hub, looked_at: &[ConversationNumber]) -> app::Result<u64> {
    let mut found = 0;
    for numbers in looked_at.chunks(HEADS_AT_ONCE) {
        let numbers = numbers.to_vec();
        let heads = hub
            .app
            .read(move |tx| conversations::heads(tx, &numbers))
            .await?;
        let mut registry = hub.registry();
        let news = heads
            .into_iter()
            .filter(|(number, head)| registry.compare(*number, *head));
        found += news.count() as u64;
    }
    Ok(found)
}

/// Conversations that nobody here looked at before: those of lists, and those that visitors here did not have.
async fn look_for_others(
    hub: &Hub,
    organization: OrganizationNumber,
    since: i64,
) -> app::Result<u64> {
    let mut found = 0;
    let mut next = Some(first_place(since));
    for _ in 0..PAGES_MAX {
        let Some(after) = next else {
            break;
        };
        let limit = HEADS_AT_ONCE as i64;
        let page = hub
            .app
            .read(move |tx| conversations::list_moved(tx, organization, after, limit));
        let (moved, rest) = page.await?;
        let mut registry = hub.registry();
        found += moved.iter().filter(|moved| registry.moved(moved)).count() as u64;
        next = rest;
    }
    Ok(found)
}

/// The place before everything that happened since a time; a minute more, as clocks of nodes may differ.
pub(in crate::live) fn first_place(since: i64) -> Place {
    Place {
        minute: since / MINUTE_MS - 1,
        number: ConversationNumber(0),
    }
}
