//! Operations on jobs: take them, end them, and look at those that died.

mod backlog;
mod dead;
mod run;
mod take;

pub use backlog::{Backlog, backlog};
pub use dead::{list_dead, retry, retry_all};
pub use run::{ATTEMPTS_MAX, Due, Fate, fail, is_lost, run};
pub use take::{give_back, put_aside, take};
