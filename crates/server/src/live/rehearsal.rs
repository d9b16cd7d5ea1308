//! A session to which anybody says anything, for fuzzers: each line is a frame, and no question is answered.

use std::sync::Arc;

use app::Actor;
use model::{
    id::{AgentId, AgentNumber, KeyNumber, OrganizationNumber, VisitorId, VisitorNumber},
    key::Privileges,
    time::Millis,
};

use super::{
    reader::{Reader, Who},
    session::{Out, Session},
};

/// What is sent in answer to one frame, at most: whatever a client says, it cannot multiply.
const OUT_MAX: usize = 4;

/// Milliseconds between two frames: within what a client may send.
const PAUSE_MS: i64 = 60;

/// Gives every line to a stranger's session, a visitor's and an agent's.
///
/// # Panics
///
/// Where a session panics, or answers a frame with more than a few others.
pub(crate) fn say_anything(text: &str) {
    for reader in [None, Some(visitor()), Some(agent())] {
        let mut session = Session::new(
            &Arc::from("epoch"),
            &Arc::from("https://chat.example"),
            0,
            0,
        );
        session.begin(reader.map(Arc::new), None);
        let mut now: Millis = 0;
        for line in text.lines() {
            now += PAUSE_MS;
            let out = session.on_client(line, now);
            assert!(out.len() <= OUT_MAX, "{out:?}");
            if out
                .iter()
                .any(|out| matches!(out, Out::Close(_) | Out::Drop))
            {
                break;
            }
        }
    }
}

const ORGANIZATION: OrganizationNumber = OrganizationNumber(1);

fn visitor() -> Reader {
    let number = VisitorNumber(1);
    Reader {
        actor: Actor::Visitor {
            organization: ORGANIZATION,
            visitor: number,
        },
        who: Who::Visitor {
            number,
            id: VisitorId::known("v"),
        },
        proved_at: 0,
        expires_at: None,
    }
}

fn agent() -> Reader {
    let number = AgentNumber(1);
    Reader {
        actor: Actor::Agent {
            organization: ORGANIZATION,
            agent: number,
            privileges: Privileges::ALL,
        },
        who: Who::Agent {
            key: KeyNumber(1),
            number,
            id: AgentId::new("a"),
            name: "Anna".to_owned(),
        },
        proved_at: 0,
        expires_at: None,
    }
}
