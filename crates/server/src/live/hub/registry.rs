//! Who is connected here, and what each wants to hear of.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use app::interest::{Interest, Interests};
use model::id::{
    AgentNumber, ConversationId, ConversationNumber, GroupNumber, OrganizationNumber, VisitorNumber,
};

use super::{SocketNumber, places::Places};
use crate::live::{
    inlet::{Inlet, News},
    protocol::{AGENT_CONNECTIONS_MAX, CloseCode, VISITOR_CONNECTIONS_MAX},
    reader::{Reader, Who},
};

#[derive(Default)]
pub(super) struct Registry {
    last: u64,
    pub(super) places: Places,
    pub(super) sockets: HashMap<SocketNumber, Socket>,
    pub(super) visitors: HashMap<VisitorNumber, Vec<SocketNumber>>,
    /// Groups of visitors who are in one, as they were known last.
    pub(super) groups: HashMap<VisitorNumber, GroupNumber>,
    pub(super) agents: HashMap<AgentNumber, Vec<SocketNumber>>,
    pub(super) organizations: HashMap<OrganizationNumber, Organization>,
    pub(super) conversations: HashMap<ConversationNumber, Conversation>,
    /// Conversations of which something is in the store that was not told.
    pub(super) to_read: BTreeSet<ConversationNumber>,
    /// Conversations that somebody began to follow since the last look, and those of the look before: until other nodes
    /// have been asked to tell of them, something may happen there.
    pub(super) fresh: [BTreeSet<ConversationNumber>; 2],
    /// Agents who have connected, and are to be kept online.
    pub(super) newcomers: Vec<(OrganizationNumber, AgentNumber)>,
    /// Agents whose last connection was closed.
    pub(super) leavers: Vec<(OrganizationNumber, AgentNumber)>,
}

/// A connection of somebody who is known.
pub(super) struct Socket {
    pub(super) reader: Arc<Reader>,
    pub(super) inlet: Arc<Inlet>,
    pub(super) is_inbox: bool,
    /// Whether anybody takes the visitor's chats, as it was told last; nothing before they ask.
    pub(super) is_any_available: Option<bool>,
    conversations: Vec<ConversationNumber>,
}

/// What an organization's connections want.
#[derive(Default)]
pub(super) struct Organization {
    pub(super) inbox: Vec<SocketNumber>,
    /// How many connections of visitors there are.
    pub(super) visitors: usize,
}

/// How far a conversation was told here.
pub(super) struct Conversation {
    pub(super) organization: OrganizationNumber,
    pub(super) visitor: VisitorNumber,
    pub(super) id: Option<ConversationId>,
    pub(super) told: i64,
    /// Those who follow it besides its visitor.
    pub(super) followers: Vec<SocketNumber>,
}

impl Registry {
    pub(super) fn enter(
        &mut self,
        reader: &Arc<Reader>,
        inlet: &Arc<Inlet>,
        interests: &Interests,
    ) -> SocketNumber {
        self.last += 1;
        let number = SocketNumber(self.last);
        let organization = self.organizations.entry(reader.organization()).or_default();
        let (places, places_max) = match &reader.who {
            Who::Visitor {
                number: visitor, ..
            } => {
                organization.visitors += 1;
                interests.add(Interest::Visitor(reader.organization(), *visitor));
                let places = self.visitors.entry(*visitor).or_default();
                (Some(places), VISITOR_CONNECTIONS_MAX)
            }
            Who::Agent { number: agent, .. } => {
                self.newcomers.push((reader.organization(), *agent));
                (
                    Some(self.agents.entry(*agent).or_default()),
                    AGENT_CONNECTIONS_MAX,
                )
            }
            Who::Program { .. } => (None, usize::MAX),
        };
        if let Some(places) = places {
            // Those that are told to go leave by themselves; numbers grow, so the first are the oldest.
            let many = (places.len() + 1).saturating_sub(places_max);
            for oldest in places.iter().take(many) {
                if let Some(socket) = self.sockets.get(oldest) {
                    socket.inlet.put(News::End(CloseCode::Replaced), 0);
                }
            }
            places.push(number);
        }
        let socket = Socket {
            reader: Arc::clone(reader),
            inlet: Arc::clone(inlet),
            is_inbox: false,
            is_any_available: None,
            conversations: Vec::new(),
        };
        self.sockets.insert(number, socket);
        number
    }

    /// Forgets a connection.
    pub(super) fn leave(&mut self, number: SocketNumber, interests: &Interests) {
        self.unfollow_everything(number, interests);
        let socket = self.sockets.get(&number);
        let conversations = socket.map(|socket| socket.conversations.clone());
        for conversation in conversations.into_iter().flatten() {
            self.unfollow(number, conversation, interests);
        }
        let Some(socket) = self.sockets.remove(&number) else {
            return;
        };
        let organization = socket.reader.organization();
        match &socket.reader.who {
            Who::Visitor {
                number: visitor, ..
            } => {
                interests.remove(Interest::Visitor(organization, *visitor));
                if remove_from(&mut self.visitors, *visitor, number) {
                    self.groups.remove(visitor);
                }
                if let Some(organization) = self.organizations.get_mut(&organization) {
                    organization.visitors -= 1;
                }
            }
            Who::Agent { number: agent, .. } => {
                if remove_from(&mut self.agents, *agent, number) {
                    self.leavers.push((organization, *agent));
                }
            }
            Who::Program { .. } => {}
        }
        let is_empty = self
            .organizations
            .get(&organization)
            .is_some_and(|organization| {
                organization.visitors == 0 && organization.inbox.is_empty()
            });
        if is_empty {
            self.organizations.remove(&organization);
        }
    }

    pub(super) fn follow(
        &mut self,
        number: SocketNumber,
        conversation: ConversationNumber,
        visitor: VisitorNumber,
        head: i64,
        interests: &Interests,
    ) {
        let Some(socket) = self.sockets.get_mut(&number) else {
            return;
        };
        let organization = socket.reader.organization();
        let [fresh, _] = &mut self.fresh;
        fresh.insert(conversation);
        let entry = self
            .conversations
            .entry(conversation)
            .or_insert_with(|| Conversation {
                organization,
                visitor,
                id: None,
                told: head,
                followers: Vec::new(),
            });
        // What nobody was told for lack of readers is no news to the first who reads it.
        let others = self.visitors.get(&visitor).map_or(0, Vec::len);
        let own = usize::from(socket.reader.is_visitor());
        let has_inbox = self
            .organizations
            .get(&organization)
            .is_some_and(|found| !found.inbox.is_empty());
        if entry.followers.is_empty() && others <= own && !has_inbox {
            entry.told = entry.told.max(head);
        }
        // A visitor hears of their own conversation in any case.
        if !socket.reader.is_visitor() && !entry.followers.contains(&number) {
            entry.followers.push(number);
            socket.conversations.push(conversation);
            interests.add(Interest::Conversation(organization, conversation));
        }
    }

    pub(super) fn learn(&mut self, conversation: ConversationNumber, id: &ConversationId) {
        if let Some(entry) = self.conversations.get_mut(&conversation)
            && entry.id.is_none()
        {
            entry.id = Some(id.clone());
        }
    }

    pub(super) fn unfollow(
        &mut self,
        number: SocketNumber,
        conversation: ConversationNumber,
        interests: &Interests,
    ) {
        let Some(socket) = self.sockets.get_mut(&number) else {
            return;
        };
        let Some(place) = socket
            .conversations
            .iter()
            .position(|followed| *followed == conversation)
        else {
            return;
        };
        socket.conversations.swap_remove(place);
        let organization = socket.reader.organization();
        interests.remove(Interest::Conversation(organization, conversation));
        if let Some(entry) = self.conversations.get_mut(&conversation) {
            entry.followers.retain(|follower| *follower != number);
        }
    }

    pub(super) fn follow_everything(&mut self, number: SocketNumber, interests: &Interests) {
        let Some(socket) = self.sockets.get_mut(&number) else {
            return;
        };
        if !socket.is_inbox {
            socket.is_inbox = true;
            let organization = socket.reader.organization();
            interests.add(Interest::Organization(organization));
            let organization = self.organizations.entry(organization).or_default();
            organization.inbox.push(number);
        }
    }

    pub(super) fn unfollow_everything(&mut self, number: SocketNumber, interests: &Interests) {
        let Some(socket) = self.sockets.get_mut(&number) else {
            return;
        };
        if socket.is_inbox {
            socket.is_inbox = false;
            let organization = socket.reader.organization();
            interests.remove(Interest::Organization(organization));
            if let Some(organization) = self.organizations.get_mut(&organization) {
                organization.inbox.retain(|reader| *reader != number);
            }
        }
    }

    /// Conversations that began to be followed before the last look.
    pub(super) fn take_fresh(&mut self) -> Vec<ConversationNumber> {
        let [fresh, before] = &mut self.fresh;
        let taken = std::mem::replace(before, std::mem::take(fresh));
        taken.into_iter().collect()
    }

    /// Visitors who are here.
    pub(super) fn visitors_here(&self) -> Vec<(VisitorNumber, OrganizationNumber)> {
        let here = self.visitors.iter();
        here.filter_map(|(visitor, numbers)| {
            let socket = self.sockets.get(numbers.first()?)?;
            Some((*visitor, socket.reader.organization()))
        })
        .collect()
    }
}

/// Takes one out of a list; true where it was the last.
fn remove_from<K: std::hash::Hash + Eq>(
    map: &mut HashMap<K, Vec<SocketNumber>>,
    key: K,
    number: SocketNumber,
) -> bool {
    let Some(numbers) = map.get_mut(&key) else {
        return false;
    };
    numbers.retain(|known| *known != number);
    let is_last = numbers.is_empty();
    if is_last {
        map.remove(&key);
    }
    is_last
}
