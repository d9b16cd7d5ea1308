//! Looks once for what moved before it was heard of: between a reader's first look at the store and the moment when
//! NATS knew of the subscription, or while the line was down.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use app::{
    App,
    feed::{Moved, News},
};
use model::{
    id::{ConversationNumber, OrganizationNumber},
    time::MINUTE_MS,
};
use store::{conversations::Place, heads};
use tokio::{
    sync::mpsc::Receiver,
    time::{MissedTickBehavior, interval},
};

use crate::lifecycle::Lifecycle;

/// Shortest time between two rounds, so that many new subscriptions are not many questions.
const PAUSE: Duration = Duration::from_millis(250);

/// Conversations of one organization in a question.
const PAGE: i64 = 1_000;

/// Pages of one organization in a round: where more moved in a minute or two, the sweeps find the rest.
const PAGES_MAX: usize = 5;

/// How far back is looked: what is being subscribed to was read in the store a moment ago, and before that there were
/// sweeps.
const BACK_MS: i64 = 10_000;

/// Looks into the organizations that are asked for, until the door closes.
pub(super) async fn look(
    app: Arc<App>,
    lifecycle: Lifecycle,
    mut asked: Receiver<BTreeSet<OrganizationNumber>>,
) {
    let mut pause = interval(PAUSE);
    pause.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let round = async {
            let organizations = asked.recv().await?;
            for organization in organizations {
                look_into(&app, organization).await;
            }
            pause.tick().await;
            Some(())
        };
        tokio::select! {
            done = round => if done.is_none() { return },
            () = lifecycle.stopping() => return,
        }
    }
}

async fn look_into(app: &App, organization: OrganizationNumber) {
    let mut place = Place {
        minute: (app.clock().now() - BACK_MS) / MINUTE_MS,
        number: ConversationNumber(0),
    };
    for _ in 0..PAGES_MAX {
        let after = place;
        let found = app
            .read(move |tx| Ok(heads::list_touched(tx, organization, after, PAGE)?))
            .await;
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, "what moved meanwhile could not be looked for");
                return;
            }
        };
        for touched in &found {
            app.feed().tell(News::Moved(Moved {
                organization,
                conversation: touched.place.number,
                visitor: touched.visitor,
                head: touched.head,
            }));
        }
        match found.last() {
            Some(last) if found.len() as i64 == PAGE => place = last.place,
            _ => return,
        }
    }
}
