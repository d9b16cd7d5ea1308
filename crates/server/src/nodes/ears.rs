//! Subscriptions, and what is heard through them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use app::App;
use async_nats::{Client, Message, Subscriber};
use futures_util::StreamExt;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{
    hint::{self, Heard, Sender},
    topic::{REVOCATIONS, Topic},
};
use crate::{lifecycle::Lifecycle, metrics::NodeMetrics};

/// How long a subscription may wait for the line: one that takes longer is stuck.
const SUBSCRIBE_TIMEOUT: Duration = Duration::from_secs(1);

/// What is heard, each topic by a task of its own that ends when the topic is dropped here.
pub(super) struct Ears {
    app: Arc<App>,
    own: Arc<Sender>,
    client: Client,
    metrics: NodeMetrics,
    lifecycle: Lifecycle,
    topics: HashMap<Topic, DropGuard>,
    revocations: Option<DropGuard>,
}

impl Ears {
    pub(super) fn new(
        app: &Arc<App>,
        own: &Arc<Sender>,
        client: &Client,
        metrics: &NodeMetrics,
        lifecycle: &Lifecycle,
    ) -> Self {
        Self {
            app: Arc::clone(app),
            own: Arc::clone(own),
            client: client.clone(),
            metrics: metrics.clone(),
            lifecycle: lifecycle.clone(),
            topics: HashMap::new(),
            revocations: None,
        }
    }

    /// What is heard at the moment.
    pub(super) fn topics(&self) -> HashSet<Topic> {
        self.topics.keys().copied().collect()
    }

    /// Hears what is wanted, and no more. Tells which topics are new; fails where the line is stuck, and then some of
    /// them are.
    pub(super) async fn hear(&mut self, wanted: &HashSet<Topic>) -> Result<Vec<Topic>, Stuck> {
        if self.revocations.is_none() {
            self.revocations = Some(self.listen(REVOCATIONS.to_owned()).await?);
        }
        let mut new = Vec::new();
        for topic in wanted {
            if !self.topics.contains_key(topic) {
                let ear = self.listen(topic.to_string()).await?;
                self.topics.insert(*topic, ear);
                new.push(*topic);
            }
        }
        // Only now: what is heard in another way from here on must not be missed meanwhile.
        self.topics.retain(|topic, _| wanted.contains(topic));
        self.metrics.subscriptions.set(self.topics.len() as i64);
        Ok(new)
    }

    async fn listen(&self, subject: String) -> Result<DropGuard, Stuck> {
        let subscribed = tokio::time::timeout(SUBSCRIBE_TIMEOUT, self.client.subscribe(subject));
        let Ok(Ok(subscriber)) = subscribed.await else {
            return Err(Stuck);
        };
        let over = CancellationToken::new();
        let ear = Ear {
            app: Arc::clone(&self.app),
            own: Arc::clone(&self.own),
            metrics: self.metrics.clone(),
        };
        self.lifecycle.spawn(ear.listen(subscriber, over.clone()));
        Ok(over.drop_guard())
    }
}

/// The line does not take commands.
#[derive(Debug)]
pub(super) struct Stuck;

struct Ear {
    app: Arc<App>,
    own: Arc<Sender>,
    metrics: NodeMetrics,
}

impl Ear {
    async fn listen(self, mut subscriber: Subscriber, over: CancellationToken) {
        loop {
            tokio::select! {
                message = subscriber.next() => match message {
                    Some(message) => self.hear(&message),
                    None => return,
                },
                () = over.cancelled() => return,
            }
        }
    }

    fn hear(&self, message: &Message) {
        match hint::read(&self.own, &message.subject, &message.payload) {
            Heard::News(news) => {
                self.metrics.heard.inc();
                self.app.feed().tell(news);
            }
            Heard::Nothing => {}
            Heard::Malformed => {
                self.metrics.malformed.inc();
            }
        }
    }
}
