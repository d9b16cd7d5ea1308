//! How the jobs of all organizations stand, for those who run the server.

use model::time::Millis;
use store::Tx;

use crate::Result;

/// How jobs stand at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// How many are dead, of each kind of which some are.
    pub dead: Vec<(String, i64)>,
    /// How long the longest due job waits to be begun.
    pub behind_ms: i64,
}

/// Looks how jobs stand.
pub fn backlog(tx: &mut Tx<'_>, now: Millis) -> Result<Backlog> {
    let next = store::jobs::find_next_run_at(tx, now)?;
    Ok(Backlog {
        dead: store::jobs::count_dead(tx)?,
        behind_ms: next.map_or(0, |run_at| (now - run_at).max(0)),
    })
}
