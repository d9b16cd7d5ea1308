//! Work that nobody asks for: jobs that are due, and the clock.

mod clock;
mod runner;

pub(crate) use clock::follow;
pub(crate) use runner::run;
