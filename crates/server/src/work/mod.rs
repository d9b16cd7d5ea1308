//! Work that nobody asks for: jobs that are due, webhook deliveries, and the clock.

mod check;
mod clock;
mod runner;
mod webhooks;

pub(crate) use check::check;
pub(crate) use clock::follow;
pub(crate) use runner::run;
pub(crate) use webhooks::deliver;
