//! One piece of work in a queue of the database: run it, and later tell its caller how it ended.

use std::panic::{AssertUnwindSafe, catch_unwind};

use model::event::Event;
use tokio::sync::oneshot;

use crate::{Error, Result, Tx, db::Verdict};

/// How a run inside the transaction ended.
pub(crate) enum Ran {
    /// It did what it wanted to do.
    Kept,
    /// It decided to change nothing; whatever it wrote must be undone.
    Refused,
    /// The database failed it; whatever it wrote must be undone.
    Failed(Error),
}

/// Work that a thread with a connection takes from its queue.
pub(crate) trait Work: Send {
    /// Runs inside an open transaction; may be called again after a roll-back.
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran;

    /// Hands out what was recorded; called after the commit only.
    fn take_events(&mut self) -> Vec<Event>;

    /// Tells the caller, once: what the last run found, or that the database failed.
    fn answer(self: Box<Self>, end: Result<()>);
}

/// An operation with a place for its outcome and a way back to its caller.
pub(crate) struct Pending<F, T, R> {
    operation: F,
    outcome: Option<Result<Verdict<T, R>>>,
    caller: oneshot::Sender<Result<std::result::Result<T, R>>>,
}

impl<F, T, R> Pending<F, T, R> {
    pub(crate) fn new(
        operation: F,
        caller: oneshot::Sender<Result<std::result::Result<T, R>>>,
    ) -> Self {
        Self {
            operation,
            outcome: None,
            caller,
        }
    }
}

impl<F, T, R> Work for Pending<F, T, R>
where
    F: Fn(&mut Tx<'_>) -> Result<Verdict<T, R>> + Send,
    T: Send,
    R: Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran {
        // A panic is a bug of one operation. It must not take the thread and everybody else's work with it.
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.operation)(tx)))
            .unwrap_or_else(|_| Err(Error::Database("the operation panicked".to_owned())));
        let ran = match &outcome {
            Ok(Verdict::Keep(..)) => Ran::Kept,
            Ok(Verdict::Refuse(_)) => Ran::Refused,
            Err(error) => Ran::Failed(error.clone()),
        };
        self.outcome = Some(outcome);
        ran
    }

    fn take_events(&mut self) -> Vec<Event> {
        match &mut self.outcome {
            Some(Ok(Verdict::Keep(_, events))) => std::mem::take(events),
            _ => Vec::new(),
        }
    }

    fn answer(self: Box<Self>, end: Result<()>) {
        let Self {
            outcome, caller, ..
        } = *self;
        let answer = end.and_then(|()| match outcome {
            Some(Ok(Verdict::Keep(value, _))) => Ok(Ok(value)),
            Some(Ok(Verdict::Refuse(refusal))) => Ok(Err(refusal)),
            Some(Err(error)) => Err(error),
            None => Err(Error::Unavailable(
                "the database stopped before the operation ran".to_owned(),
            )),
        });
        // A caller that went away no longer wants to know; what was committed stays committed.
        drop(caller.send(answer));
    }
}
