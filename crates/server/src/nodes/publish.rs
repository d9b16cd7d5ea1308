//! Tells other nodes what happens here. Nobody waits for it: what NATS does not take at once is dropped and counted.

use std::sync::Arc;

use app::feed::News;
use async_nats::Client;
use futures_util::FutureExt;
use tokio::sync::{
    broadcast::{Receiver, error::RecvError},
    watch,
};

use super::{
    hint::{self, Sender},
    nats::Line,
};
use crate::{lifecycle::Lifecycle, metrics::NodeMetrics};

/// What the task needs.
pub(super) struct Publisher {
    pub(super) own: Arc<Sender>,
    pub(super) client: Client,
    pub(super) line: watch::Receiver<Line>,
    pub(super) metrics: NodeMetrics,
}

/// Tells news until the door is to close, and then what is left of them.
pub(super) async fn publish(publisher: Publisher, mut news: Receiver<News>, lifecycle: Lifecycle) {
    loop {
        tokio::select! {
            biased;
            received = news.recv() => match received {
                Ok(news) => publisher.tell(&news),
                Err(RecvError::Lagged(count)) => { publisher.metrics.dropped.inc_by(count); },
                Err(RecvError::Closed) => return,
            },
            () = lifecycle.stopping() => return,
        }
    }
}

impl Publisher {
    fn tell(&self, news: &News) {
        let Some((subject, text)) = hint::write(&self.own, news) else {
            return;
        };
        // A line that is down would take them until its queue is full, and tell them when nobody needs them.
        let is_told = self.line.borrow().is_up
            && tokio::task::unconstrained(self.client.publish(subject, text.into()))
                .now_or_never()
                .is_some_and(|published| published.is_ok());
        if is_told {
            self.metrics.published.inc();
        } else {
            self.metrics.dropped.inc();
        }
    }
}
