//! Operations on conversations.

mod assign;
mod close;
mod follow;
mod read;
mod request_transcript;
mod see;

pub use assign::{Assignment, assign};
pub use close::{close, reopen};
pub use follow::{
    EVENTS_MAX, Followed, MISSING_MAX, find_own, follow, heads, list_moved, read_back, read_on,
};
pub(crate) use read::place;
pub use read::{Filter, get, list};
pub use request_transcript::request_transcript;
pub use see::see;
