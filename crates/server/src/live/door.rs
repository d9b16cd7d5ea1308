//! What the live door can reach, and the questions of its sessions put to the application.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use app::{Actor, App, Error, conversations, messages, visitors};
use axum::extract::Request;
use model::{
    address::Networks,
    id::{ConversationId, VisitorNumber},
    time::{HOUR_MS, Millis, SECOND_MS},
};
use moka::sync::Cache;

use super::{
    access::{Proof, recognize},
    bucket::Bucket,
    events::Streams,
    hub::{Bounds, Hub, Place, Seat},
    inlet::Inlet,
    question::{Answer, Draft, Question, Refusal},
    reader::{Reader, Who},
};
use crate::{
    address::client_address, config::Config, lifecycle::Lifecycle, metrics::LiveMetrics,
    origins::Origins,
};

/// Visitors whose messages are counted at the same time; those who are silent for an hour are forgotten.
const COUNTED_MAX: u64 = 100_000;

/// What every connection can reach.
pub(crate) struct LiveDoor {
    pub(super) app: Arc<App>,
    pub(super) hub: Arc<Hub>,
    pub(super) lifecycle: Lifecycle,
    pub(super) metrics: LiveMetrics,
    pub(super) origins: Origins,
    pub(super) epoch: Arc<str>,
    /// What links to files begin with.
    pub(super) link_base: Arc<str>,
    bounds: Bounds,
    /// Messages a second, at once, and an hour, of a visitor.
    messages: [i64; 3],
    proxies: Networks,
    pub(super) streams: Streams,
    written: Cache<VisitorNumber, Arc<Mutex<[Bucket; 2]>>>,
}

impl LiveDoor {
    /// Opens the door, and starts what keeps its connections informed.
    pub(crate) fn open(
        app: &Arc<App>,
        config: &Config,
        metrics: LiveMetrics,
        lifecycle: &Lifecycle,
    ) -> Result<Arc<Self>, String> {
        let link_base: Arc<str> = config.file_link_base().into();
        let hub = Hub::new(Arc::clone(app), Arc::clone(&link_base), metrics.clone());
        let hub = Arc::new(hub);
        hub.start(lifecycle);
        Ok(Arc::new(Self {
            app: Arc::clone(app),
            hub,
            lifecycle: lifecycle.clone(),
            metrics,
            origins: Origins::of(config)?,
            epoch: app.epoch().into(),
            link_base,
            bounds: Bounds {
                in_all: config.live.connections_max,
                of_address: config.live.connections_per_address,
            },
            messages: [
                config.live.visitor_messages_per_second.into(),
                config.live.visitor_messages_at_once.into(),
                config.live.visitor_messages_per_hour.into(),
            ],
            proxies: config.http.proxies()?,
            streams: Streams::default(),
            written: Cache::builder()
                .max_capacity(COUNTED_MAX)
                .time_to_idle(Duration::from_secs(3_600))
                .build(),
        }))
    }

    /// How many connections there are.
    pub(super) fn connections(&self) -> usize {
        self.hub.connections()
    }

    /// Takes a place for whoever asks; nothing where there is none.
    pub(super) fn take_place(&self, request: &Request) -> Option<Place> {
        let address = client_address(request.extensions(), request.headers(), &self.proxies);
        self.hub.take_place(address, self.bounds)
    }

    pub(super) fn now(&self) -> Millis {
        self.app.clock().now()
    }

    /// Finds out who shows a proof, and gives them a seat.
    pub(super) async fn admit(
        &self,
        proof: Proof,
        inlet: &Arc<Inlet>,
    ) -> Result<Option<Arc<Seat>>, Error> {
        let Some(found) = recognize(&self.app, proof).await? else {
            return Ok(None);
        };
        let reader = Arc::new(found.reader);
        let seat = self.hub.enter(&reader, inlet);
        if let Some(own) = found.own {
            seat.follow(own.number, own.visitor, own.head);
            seat.learn(own.number, &own.id);
        }
        Ok(Some(Arc::new(seat)))
    }

    /// Puts a question that only somebody who is known may ask.
    pub(super) async fn answer(&self, seat: &Seat, question: Question) -> Answer {
        let actor = seat.reader().actor;
        match question {
            Question::Authenticate { .. } => Answer::Authenticated(Ok(None)),
            Question::FollowOneself => Answer::Oneself(self.look_at_oneself(seat).await),
            Question::FollowEverything => Answer::Everything(self.follow_everything(seat).await),
            Question::Follow { id, cursor } => {
                let followed = self.follow(seat, &id, cursor).await.map(Box::new);
                Answer::Followed(id, followed)
            }
            Question::ReadOn {
                id,
                number,
                after,
                why,
            } => {
                self.metrics.caught_up();
                let read = self
                    .app
                    .read(move |tx| conversations::read_on(tx, &actor, number, after));
                Answer::ReadOn(id, why, read.await.map(Box::new))
            }
            Question::ReadBack { id, number, before } => {
                let read = self
                    .app
                    .read(move |tx| conversations::read_back(tx, &actor, number, before));
                Answer::ReadBack(id, read.await.map(Box::new))
            }
            Question::Write(draft) => self.write(seat.reader(), *draft).await,
            Question::See { id, up_to } => {
                let seen = id.clone();
                let noted = self
                    .app
                    .write(move |write| conversations::see(write, &actor, &seen, up_to));
                Answer::Seen(id, noted.await.map(drop))
            }
        }
    }

    async fn look_at_oneself(&self, seat: &Seat) -> Result<(Option<ConversationId>, bool), Error> {
        let (actor, now) = (seat.reader().actor, self.now());
        let is_visitor = seat.reader().is_visitor();
        let looked = self.app.read(move |tx| {
            let (own, group) = if is_visitor {
                let own = conversations::find_own(tx, &actor)?.map(|own| own.id);
                (own, visitors::own_group(tx, &actor)?)
            } else {
                (None, None)
            };
            let organization = actor.organization();
            let is_any_available = visitors::is_any_available(tx, organization, group, now)?;
            Ok((own, group, is_any_available))
        });
        let (own, group, is_any_available) = looked.await?;
        seat.know_availability(group, is_any_available);
        Ok((own, is_any_available))
    }

    async fn follow_everything(&self, seat: &Seat) -> Result<(), Error> {
        seat.follow_everything();
        let organization = seat.reader().organization();
        let after = super::hub::first_place(self.now());
        let heads = self
            .app
            .read(move |tx| conversations::list_moved(tx, organization, after, HEADS_MAX));
        let (heads, _) = heads.await?;
        seat.know_heads(&heads);
        Ok(())
    }

    /// Has the hub tell of a conversation before it is read: what happens in between is told, and so nothing is missed.
    /// Of a visitor's own the hub tells anyway.
    async fn follow(
        &self,
        seat: &Seat,
        id: &ConversationId,
        cursor: Option<model::cursor::Cursor>,
    ) -> Result<conversations::Followed, Error> {
        let actor = seat.reader().actor;
        if !seat.reader().is_visitor() {
            let wanted = id.clone();
            let found = self
                .app
                .read(move |tx| conversations::get(tx, &actor, &wanted))
                .await?;
            seat.follow(found.number, found.visitor, found.head);
            seat.learn(found.number, id);
        }
        let (wanted, epoch) = (id.clone(), Arc::clone(&self.epoch));
        self.app
            .read(move |tx| conversations::follow(tx, &actor, &epoch, &wanted, cursor.as_ref()))
            .await
    }

    async fn write(&self, reader: &Reader, draft: Draft) -> Answer {
        let (cid, ch) = (draft.cid.clone(), draft.ch);
        if let Err(seconds) = self.count_message(reader) {
            let result = Err(Refusal::TooOften(seconds));
            return Answer::Written { cid, ch, result };
        }
        let actor: Actor = reader.actor;
        let command = messages::WriteMessage {
            conversation: draft.conversation,
            text: draft.text,
            file_ids: draft.file_ids,
            is_note: draft.is_note,
            cid: draft.cid,
        };
        let written = self
            .app
            .write(move |write| messages::write(write, &actor, &command))
            .await;
        Answer::Written {
            cid,
            ch,
            result: written.map_err(Refusal::Error),
        }
    }

    /// Counts a visitor's message, over all their connections here; the seconds to wait where there were too many.
    fn count_message(&self, reader: &Reader) -> Result<(), u64> {
        let Who::Visitor { number, .. } = &reader.who else {
            return Ok(());
        };
        let now = self.now();
        let [per_second, at_once, per_hour] = self.messages;
        let counted = self.written.get_with(*number, || {
            Arc::new(Mutex::new([
                Bucket::new(at_once, per_second, SECOND_MS, now),
                Bucket::new(per_hour, per_hour, HOUR_MS, now),
            ]))
        });
        let mut counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
        let [second, hour] = &mut *counted;
        second.take(now)?;
        hour.take(now)
    }
}

/// Conversations of the last minute that are known to a new list: what is above their heads is news.
const HEADS_MAX: i64 = 1_000;
