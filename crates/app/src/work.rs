//! Alarms: what wakes the work in the background as soon as there is some, instead of when it looks next.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use model::time::Millis;
use tokio::sync::watch;

use crate::{
    clock::Clock,
    feed::{Feed, News, Origin},
};

/// Work in the background, each kind with an alarm of its own. Hints only: whoever works looks now and then all the
/// same, as other nodes and the command line write work too.
#[derive(Default)]
pub struct Work {
    jobs: Alarm,
    deliveries: Alarm,
}

impl Work {
    /// Rings when a job was written.
    pub fn jobs(&self) -> &Alarm {
        &self.jobs
    }

    /// Rings when a delivery was written.
    pub fn deliveries(&self) -> &Alarm {
        &self.deliveries
    }
}

/// Wakes the one task that does a kind of work.
pub struct Alarm {
    rings: watch::Sender<()>,
    /// How long the task sleeps: for what is due later nobody wakes it, so that a timer costs nothing when it is set.
    sleeps_until: AtomicI64,
}

impl Default for Alarm {
    fn default() -> Self {
        Self {
            rings: watch::Sender::new(()),
            sleeps_until: AtomicI64::new(i64::MAX),
        }
    }
}

impl Alarm {
    /// There is work that is due at a time.
    fn ring(&self, due_at: Millis) {
        if due_at < self.sleeps_until.load(Ordering::SeqCst) {
            self.rings.send_replace(());
        }
    }

    /// The task that works, which is only one: it begins awake.
    pub fn sleeper(&self) -> Sleeper<'_> {
        let mut sleeper = Sleeper {
            alarm: self,
            rings: self.rings.subscribe(),
        };
        sleeper.wake_up();
        sleeper
    }
}

/// A task that looks for work, does it, and sleeps until there is more.
pub struct Sleeper<'a> {
    alarm: &'a Alarm,
    rings: watch::Receiver<()>,
}

impl Sleeper<'_> {
    /// To be called before each look for work: what is written after the look keeps the task from falling asleep.
    pub fn wake_up(&mut self) {
        self.alarm.sleeps_until.store(i64::MAX, Ordering::SeqCst);
        self.rings.mark_unchanged();
    }

    /// Sleeps until a time, or until work that is due earlier is written.
    pub async fn sleep_until(&mut self, clock: &Clock, at: Millis) {
        self.alarm.sleeps_until.store(at, Ordering::SeqCst);
        tokio::select! {
            // The sender is part of the alarm and cannot be gone.
            _ = self.rings.changed() => {}
            () = clock.sleep_until(at) => {}
        }
    }
}

/// What an operation called for: when the earliest of it is due.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Calls {
    pub(crate) jobs: Option<Millis>,
    pub(crate) deliveries: Option<Millis>,
    is_access_ended: bool,
}

impl Calls {
    pub(crate) fn for_revocation(&mut self) {
        self.is_access_ended = true;
    }

    pub(crate) fn for_job(&mut self, due_at: Millis) {
        self.jobs = Some(self.jobs.map_or(due_at, |other| other.min(due_at)));
    }

    pub(crate) fn for_delivery(&mut self, due_at: Millis) {
        self.deliveries = Some(self.deliveries.map_or(due_at, |other| other.min(due_at)));
    }
}

/// Rings when it is dropped. It travels with the answer of an operation, so that it rings after the commit even where
/// the caller no longer waits for the answer.
pub(crate) struct Ringing {
    work: Arc<Work>,
    feed: Feed,
    calls: Calls,
}

impl Ringing {
    pub(crate) fn new(work: &Arc<Work>, feed: &Feed, calls: Calls) -> Self {
        Self {
            work: Arc::clone(work),
            feed: feed.clone(),
            calls,
        }
    }
}

impl Drop for Ringing {
    fn drop(&mut self) {
        if let Some(due_at) = self.calls.jobs {
            self.work.jobs.ring(due_at);
        }
        if let Some(due_at) = self.calls.deliveries {
            self.work.deliveries.ring(due_at);
        }
        if self.calls.is_access_ended {
            self.feed.tell(News::Revoked(Origin::Here));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Future, ready};

    use super::*;

    const NOON: Millis = 1_800_000_000_000;

    /// Whether something is over without waiting.
    async fn is_over(future: impl Future<Output = ()>) -> bool {
        tokio::select! {
            biased;
            () = future => true,
            () = ready(()) => false,
        }
    }

    #[tokio::test]
    async fn a_sleeper_wakes_when_it_is_time() {
        let (clock, work) = (Clock::manual(NOON), Work::default());
        let mut sleeper = work.jobs().sleeper();
        assert!(is_over(sleeper.sleep_until(&clock, NOON)).await);
        assert!(!is_over(sleeper.sleep_until(&clock, NOON + 5)).await);
        let sleep = sleeper.sleep_until(&clock, NOON + 5);
        let moved = async {
            clock.advance(4);
            tokio::task::yield_now().await;
            clock.advance(1);
        };
        tokio::join!(sleep, moved);
        assert_eq!(clock.now(), NOON + 5);
    }

    #[tokio::test]
    async fn a_sleeper_is_woken_by_what_is_due_earlier_only() {
        let (clock, work) = (Clock::manual(NOON), Work::default());
        let mut sleeper = work.jobs().sleeper();
        for (due_at, wakes) in [(8, false), (5, false), (4, true), (0, true)] {
            sleeper.wake_up();
            assert!(!is_over(sleeper.sleep_until(&clock, NOON + 5)).await);
            work.jobs().ring(NOON + due_at);
            let is_awake = is_over(sleeper.sleep_until(&clock, NOON + 5)).await;
            assert_eq!(is_awake, wakes, "due at {due_at}");
        }
        work.jobs().ring(NOON);
        sleeper.wake_up();
        assert!(
            !is_over(sleeper.sleep_until(&clock, i64::MAX)).await,
            "it looked after that"
        );
    }

    #[tokio::test]
    async fn what_is_written_between_the_look_and_the_sleep_is_not_missed() {
        let (clock, work) = (Clock::manual(NOON), Work::default());
        let mut sleeper = work.jobs().sleeper();
        assert!(!is_over(sleeper.sleep_until(&clock, NOON + 5)).await);
        sleeper.wake_up();
        work.jobs().ring(NOON + 900);
        assert!(is_over(sleeper.sleep_until(&clock, NOON + 5)).await);
        work.deliveries().ring(NOON);
        sleeper.wake_up();
        assert!(
            !is_over(sleeper.sleep_until(&clock, NOON + 5)).await,
            "that is not for jobs"
        );
    }

    #[tokio::test]
    async fn an_answer_that_nobody_waits_for_rings_too() {
        let (clock, work) = (Clock::manual(NOON), Arc::new(Work::default()));
        let (mut jobs, mut deliveries) = (work.jobs().sleeper(), work.deliveries().sleeper());
        let mut calls = Calls::default();
        calls.for_job(NOON + 9);
        calls.for_job(NOON + 3);
        calls.for_job(NOON + 7);
        assert!(!is_over(jobs.sleep_until(&clock, NOON + 4)).await);
        let feed = Feed::new();
        let mut news = feed.subscribe();
        drop(Ringing::new(&work, &feed, calls));
        assert!(news.try_recv().is_err(), "nobody's access ended");
        calls.for_revocation();
        drop(Ringing::new(&work, &feed, calls));
        let told = news.try_recv();
        assert!(matches!(told, Ok(News::Revoked(Origin::Here))), "{told:?}");
        assert!(is_over(jobs.sleep_until(&clock, NOON + 4)).await);
        assert!(!is_over(deliveries.sleep_until(&clock, i64::MAX)).await);
    }
}
