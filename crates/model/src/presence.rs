//! Presence: who is there to answer. A lease that pings renew, and the agent's own choice.

use crate::time::{Millis, SECOND_MS};

/// How long a ping keeps an agent online: surely online at 119 s and surely offline at 181 s after the last
/// one (contract A.2, delivery "Presence").
pub const LEASE_MS: i64 = 150 * SECOND_MS;

/// How long an open connection keeps an agent online; it is asked for again before that ends.
pub const STAY_MS: i64 = 60 * SECOND_MS;

/// How long an agent stays online after their last connection was closed.
pub const GRACE_MS: i64 = 30 * SECOND_MS;

/// What an agent wants to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Takes new chats.
    Online,
    /// Not there, whatever is connected.
    Offline,
    /// Works on open chats and gets no new ones.
    Invisible,
}

impl Choice {
    /// Every choice with its name in the API and the store.
    pub const ALL: [(Choice, &'static str); 3] = [
        (Choice::Online, "online"),
        (Choice::Offline, "offline"),
        (Choice::Invisible, "invisible"),
    ];

    /// The choice's name.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(choice, _)| *choice == self)
            .map_or("offline", |(_, name)| name)
    }

    /// The choice of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(choice, _)| *choice)
    }
}

/// An agent's choice and the end of their lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presence {
    /// What the agent wants.
    pub choice: Choice,
    /// Until when pings or sockets keep the agent connected.
    pub online_until: Millis,
}

impl Presence {
    /// Chosen online and connected: the one question that routes, shows the widget's mode and fills
    /// `isNoAvailableAgent`. The store asks it in SQL with the same meaning (`agents::is_any_available`).
    pub fn is_available(self, now: Millis) -> bool {
        self.choice == Choice::Online && self.online_until > now
    }

    /// What others see: the choice while connected, offline otherwise.
    pub fn status(self, now: Millis) -> Choice {
        if self.online_until > now {
            self.choice
        } else {
            Choice::Offline
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_makes_online_only_those_who_want_to_be() {
        let now = 1_000_000;
        let presence = |choice, online_until| Presence {
            choice,
            online_until,
        };
        assert!(presence(Choice::Online, now + 1).is_available(now));
        assert!(!presence(Choice::Online, now).is_available(now));
        assert!(!presence(Choice::Invisible, now + 1).is_available(now));
        assert_eq!(
            presence(Choice::Invisible, now + 1).status(now),
            Choice::Invisible
        );
        assert_eq!(
            presence(Choice::Online, now - 1).status(now),
            Choice::Offline
        );
    }
}
