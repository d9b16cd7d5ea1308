//! What was acknowledged, and its comparison with what is stored.

/// The id of a message, as the server writes it.
pub(crate) type MessageId = [u8; 17];

/// Every message that the server said it has.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    acknowledged: Vec<MessageId>,
}

/// What was read back.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    /// Every message's id, as often as it was read.
    pub(crate) ids: Vec<MessageId>,
    /// Places in conversations, from 1 to their heads, at which nothing stands or two messages do.
    pub(crate) holes: u64,
}

/// How what is stored differs from what was acknowledged; all must be 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Acknowledged and not there.
    pub(crate) lost: u64,
    /// There more than once, or there without having been acknowledged: the second of two.
    pub(crate) doubled: u64,
    /// Places of conversations without a message of their own.
    pub(crate) holes: u64,
}

impl Ledger {
    /// Remembers acknowledged messages.
    pub(crate) fn extend(&mut self, acknowledged: impl IntoIterator<Item = MessageId>) {
        self.acknowledged.extend(acknowledged);
    }

    /// How many messages were acknowledged.
    pub(crate) fn len(&self) -> usize {
        self.acknowledged.len()
    }

    /// Compares with what was read back. Both sides are sorted, so that a million ids need no more than themselves.
    pub(crate) fn compare(&mut self, mut stored: Stored) -> Difference {
        self.acknowledged.sort_unstable();
        stored.ids.sort_unstable();
        let mut difference = Difference {
            holes: stored.holes,
            ..Difference::default()
        };
        let (mut acknowledged, mut found) = (
            self.acknowledged.iter().peekable(),
            stored.ids.iter().peekable(),
        );
        loop {
            match (acknowledged.peek(), found.peek()) {
                (None, None) => return difference,
                (Some(expected), Some(id)) if expected == id => {
                    acknowledged.next();
                    found.next();
                }
                (Some(expected), Some(id)) if expected < id => {
                    difference.lost += 1;
                    acknowledged.next();
                }
                (Some(_), None) => {
                    difference.lost += 1;
                    acknowledged.next();
                }
                (_, Some(_)) => {
                    difference.doubled += 1;
                    found.next();
                }
            }
        }
    }
}

/// How many of the places 1 to `head` are not taken exactly once.
pub(crate) fn holes(seqs: &mut [i64], head: i64) -> u64 {
    seqs.sort_unstable();
    let in_order = seqs
        .iter()
        .zip(1..=head)
        .take_while(|(seq, place)| **seq == *place)
        .count() as u64;
    (head.max(seqs.len() as i64)).unsigned_abs() - in_order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u32) -> MessageId {
        let text = format!("{number:017}");
        text.as_bytes().try_into().expect("17 digits")
    }

    fn compare(
        acknowledged: impl IntoIterator<Item = u32>,
        stored: impl IntoIterator<Item = u32>,
    ) -> Difference {
        let mut ledger = Ledger::default();
        ledger.extend(acknowledged.into_iter().map(id));
        ledger.compare(Stored {
            ids: stored.into_iter().map(id).collect(),
            holes: 0,
        })
    }

    #[test]
    fn what_is_all_there_differs_in_nothing_in_whatever_order() {
        assert_eq!(compare(0..100, (0..100).rev()), Difference::default());
        assert_eq!(compare([], []), Difference::default());
    }

    #[test]
    fn a_message_that_is_missing_is_lost() {
        for missing in [0, 57, 99] {
            let found = compare(0..100, (0..100).filter(|number| *number != missing));
            assert_eq!((found.lost, found.doubled), (1, 0), "without {missing}");
        }
    }

    #[test]
    fn a_message_that_is_there_twice_is_doubled() {
        for twice in [0, 57, 99] {
            let found = compare(0..100, (0..100).chain([twice]));
            assert_eq!((found.lost, found.doubled), (0, 1), "{twice} twice");
        }
    }

    #[test]
    fn a_message_nobody_was_told_of_is_doubled() {
        let found = compare(0..100, 0..101);
        assert_eq!((found.lost, found.doubled), (0, 1));
        let found = compare(1..100, 0..99);
        assert_eq!((found.lost, found.doubled), (1, 1));
    }

    #[test]
    fn places_without_a_message_are_holes() {
        assert_eq!(holes(&mut [3, 1, 2], 3), 0);
        assert_eq!(holes(&mut [], 0), 0);
        assert_eq!(holes(&mut [1, 2], 3), 1);
        assert_eq!(holes(&mut [1, 3], 3), 2);
        assert_eq!(holes(&mut [1, 2, 2], 2), 1);
    }
}
