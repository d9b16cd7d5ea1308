//! Work for later: the runner of jobs.

mod runner;

pub(crate) use runner::run;
