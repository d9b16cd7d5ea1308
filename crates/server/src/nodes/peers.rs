//! Whose pulse is heard. A node that falls silent without a word is dead, or cut off from NATS and still at work: then
//! what happens there has to be looked for in the database.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::hint::Sender;

/// Ticks after which a node is missed.
const SILENT_TICKS_MAX: u32 = 4;

/// Ticks after which a node that is missed is taken for dead: ten minutes.
const MISSED_TICKS_MAX: u32 = 1_200;

/// Nodes that are remembered: more than any deployment has; a flood of forged names finds an end there.
const PEERS_MAX: usize = 256;

/// What a node shows in every tick, to others and to itself.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Pulse {
    pub(super) from: Sender,
    /// The first one of a node is 1.
    pub(super) number: u64,
    /// The node stops, and is not to be missed.
    pub(super) is_last: bool,
}

/// What a pulse said.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Felt {
    /// Our own came back: everything that we asked NATS before it is in effect.
    Own(u64),
    /// A node is there that was missed, or not known.
    Returned,
    /// Nothing new.
    Known,
}

/// Everybody whose pulse is heard, and we.
pub(super) struct Peers {
    own: Sender,
    own_silent_ticks: u32,
    others: HashMap<String, u32>,
}

impl Peers {
    pub(super) fn new(own: Sender) -> Self {
        Self {
            own,
            own_silent_ticks: 0,
            others: HashMap::new(),
        }
    }

    /// A pulse came.
    pub(super) fn feel(&mut self, pulse: &Pulse) -> Felt {
        if pulse.from.epoch != self.own.epoch {
            return Felt::Known;
        }
        if pulse.from.node == self.own.node {
            self.own_silent_ticks = 0;
            return Felt::Own(pulse.number);
        }
        if pulse.is_last {
            self.others.remove(&pulse.from.node);
            return Felt::Returned;
        }
        let is_full = self.others.len() >= PEERS_MAX;
        match self.others.get_mut(&pulse.from.node) {
            Some(ticks) => {
                let was_missed = *ticks > SILENT_TICKS_MAX;
                *ticks = 0;
                if was_missed {
                    Felt::Returned
                } else {
                    Felt::Known
                }
            }
            None if is_full => Felt::Known,
            None => {
                self.others.insert(pulse.from.node.clone(), 0);
                Felt::Returned
            }
        }
    }

    /// Time passes.
    pub(super) fn tick(&mut self) {
        self.own_silent_ticks = self.own_silent_ticks.saturating_add(1);
        self.others.retain(|_, ticks| {
            *ticks += 1;
            *ticks <= MISSED_TICKS_MAX
        });
    }

    /// NATS was away: nobody could be heard, and nobody is blamed for it.
    pub(super) fn forgive(&mut self) {
        self.own_silent_ticks = 0;
        for ticks in self.others.values_mut() {
            *ticks = 0;
        }
    }

    /// Whether we hear ourselves: the way to NATS and back is open.
    pub(super) fn hears_itself(&self) -> bool {
        self.own_silent_ticks <= SILENT_TICKS_MAX
    }

    /// Nodes that are missed.
    pub(super) fn missed(&self) -> usize {
        let others = self.others.values();
        others.filter(|ticks| **ticks > SILENT_TICKS_MAX).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(node: &str) -> Sender {
        Sender {
            epoch: "epoch".to_owned(),
            node: node.to_owned(),
        }
    }

    fn pulse(node: &str, number: u64) -> Pulse {
        Pulse {
            from: sender(node),
            number,
            is_last: false,
        }
    }

    #[test]
    fn a_silent_node_is_missed_until_it_returns_or_is_given_up() {
        let mut peers = Peers::new(sender("own"));
        assert_eq!(peers.feel(&pulse("other", 1)), Felt::Returned);
        assert_eq!(peers.feel(&pulse("other", 2)), Felt::Known);
        for _ in 0..SILENT_TICKS_MAX {
            peers.tick();
            assert_eq!(peers.feel(&pulse("own", 3)), Felt::Own(3));
        }
        assert_eq!((peers.missed(), peers.hears_itself()), (0, true));
        peers.tick();
        assert_eq!((peers.missed(), peers.hears_itself()), (1, true));
        assert_eq!(peers.feel(&pulse("other", 3)), Felt::Returned);
        assert_eq!(peers.missed(), 0);
        for _ in 0..MISSED_TICKS_MAX {
            peers.tick();
        }
        assert_eq!((peers.missed(), peers.hears_itself()), (1, false));
        peers.tick();
        assert_eq!(peers.missed(), 0, "it is dead");
    }

    #[test]
    fn one_who_took_leave_is_not_missed_and_strangers_do_not_count() {
        let mut peers = Peers::new(sender("own"));
        peers.feel(&pulse("other", 1));
        let last = Pulse {
            is_last: true,
            ..pulse("other", 2)
        };
        peers.feel(&last);
        let mut stranger = pulse("stranger", 1);
        "another epoch".clone_into(&mut stranger.from.epoch);
        assert_eq!(peers.feel(&stranger), Felt::Known);
        for _ in 0..=SILENT_TICKS_MAX {
            peers.tick();
        }
        assert_eq!((peers.missed(), peers.hears_itself()), (0, false));
        peers.forgive();
        assert!(peers.hears_itself());
    }

    #[test]
    fn a_flood_of_names_has_an_end() {
        let mut peers = Peers::new(sender("own"));
        for number in 0..10_000 {
            peers.feel(&pulse(&format!("node-{number}"), 1));
        }
        assert_eq!(peers.others.len(), PEERS_MAX);
    }
}
