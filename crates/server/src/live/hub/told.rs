//! How far each conversation was told to its readers here, and what goes to whom next.

use std::sync::Arc;

use app::feed::Moved;
use model::{
    event::Event,
    id::{ConversationId, ConversationNumber, OrganizationNumber, VisitorNumber},
};

use super::{
    SocketNumber,
    registry::{Conversation, Registry},
};
use crate::live::{
    inlet::{Inlet, News},
    telling::{Telling, View},
};

/// Conversations of which it is remembered how far they were told although nobody follows them: for the lists of agents.
const REMEMBERED_MAX: usize = 50_000;

impl Registry {
    /// Remembers how far conversations were when somebody read them: what is above is news.
    pub(super) fn know_heads(&mut self, heads: &[Moved]) {
        for moved in heads {
            self.conversations
                .entry(moved.conversation)
                .or_insert_with(|| unheard(moved, moved.head));
        }
    }

    /// Sends an event to everybody who wants it, where it is the next one. Tells whether others have to be read first.
    pub(super) fn fan_out(&mut self, event: Arc<Event>, link_base: &Arc<str>) -> bool {
        if !self.is_wanted(event.organization, event.conversation, event.visitor) {
            return false;
        }
        let entry = self
            .conversations
            .entry(event.conversation)
            .or_insert_with(|| Conversation {
                organization: event.organization,
                visitor: event.visitor,
                id: None,
                told: event.seq - 1,
                followers: Vec::new(),
            });
        if event.seq <= entry.told {
            return false;
        }
        if event.seq > entry.told + 1 {
            self.to_read.insert(event.conversation);
            return true;
        }
        entry.told = event.seq;
        if entry.id.is_none() {
            entry.id = Some(event.conversation_id.clone());
        }
        self.deliver(&Arc::new(Telling::new(event, link_base)));
        false
    }

    fn deliver(&self, telling: &Arc<Telling>) {
        let event = &telling.event;
        let put = |number: &SocketNumber, view: View| {
            if let Some(socket) = self.sockets.get(number) {
                let bytes = telling.bytes(view).len();
                socket.inlet.put(News::Event(Arc::clone(telling)), bytes);
            }
        };
        for number in self.visitors.get(&event.visitor).into_iter().flatten() {
            put(number, View::Visitor);
        }
        let organization = self.organizations.get(&event.organization);
        for number in organization.iter().flat_map(|found| &found.inbox) {
            put(number, View::Inbox);
        }
        let conversation = self.conversations.get(&event.conversation);
        for number in conversation.iter().flat_map(|found| &found.followers) {
            // Once is enough: the connection itself knows by which of its channels.
            if self
                .sockets
                .get(number)
                .is_some_and(|socket| !socket.is_inbox)
            {
                put(number, View::Agent);
            }
        }
    }

    /// Whether anybody here wants to hear of a conversation.
    fn is_wanted(
        &self,
        organization: OrganizationNumber,
        conversation: ConversationNumber,
        visitor: VisitorNumber,
    ) -> bool {
        let is_followed = self
            .conversations
            .get(&conversation)
            .is_some_and(|found| !found.followers.is_empty());
        let has_inbox = self
            .organizations
            .get(&organization)
            .is_some_and(|found| !found.inbox.is_empty());
        is_followed || has_inbox || self.visitors.contains_key(&visitor)
    }

    /// A conversation's head is somewhere. Tells whether it has to be read.
    pub(super) fn moved(&mut self, moved: &Moved) -> bool {
        if !self.is_wanted(moved.organization, moved.conversation, moved.visitor) {
            return false;
        }
        let entry = self
            .conversations
            .entry(moved.conversation)
            .or_insert_with(|| unheard(moved, moved.head - 1));
        let is_news = moved.head > entry.told;
        if is_news {
            self.to_read.insert(moved.conversation);
        }
        is_news
    }

    /// The same by number, of a conversation that is wanted already.
    pub(super) fn compare(&mut self, conversation: ConversationNumber, head: i64) -> bool {
        let found = self.conversations.get(&conversation);
        let is_news = found.is_some_and(|found| head > found.told);
        if is_news {
            self.to_read.insert(conversation);
        }
        is_news
    }

    /// Some of what has to be read: whose, which, and after which place.
    pub(super) fn take_to_read(
        &mut self,
        count: usize,
    ) -> Vec<(OrganizationNumber, ConversationNumber, i64)> {
        let mut taken = Vec::new();
        while taken.len() < count {
            let Some(number) = self.to_read.pop_first() else {
                break;
            };
            if let Some(found) = self.conversations.get(&number) {
                taken.push((found.organization, number, found.told));
            }
        }
        taken
    }

    /// What could not be read is still to be read.
    pub(super) fn read_again(&mut self, conversation: ConversationNumber) {
        self.to_read.insert(conversation);
    }

    /// Every conversation that somebody here looks at; others are forgotten where they are too many.
    pub(super) fn looked_at(&mut self) -> Vec<ConversationNumber> {
        let visitors = &self.visitors;
        let is_looked_at = |found: &Conversation| {
            !found.followers.is_empty() || visitors.contains_key(&found.visitor)
        };
        if self.conversations.len() > REMEMBERED_MAX {
            self.conversations.retain(|_, found| is_looked_at(found));
        }
        // Those whose readers have all gone would otherwise stay for ever.
        let organizations = &self.organizations;
        self.conversations.retain(|_, found| {
            is_looked_at(found)
                || organizations
                    .get(&found.organization)
                    .is_some_and(|organization| !organization.inbox.is_empty())
        });
        let looked_at = self.conversations.iter();
        looked_at
            .filter(|(_, found)| is_looked_at(found))
            .map(|(number, _)| *number)
            .collect()
    }

    /// Those who look at a conversation, its visitor among them, and its public id.
    pub(super) fn readers_of(
        &self,
        conversation: ConversationNumber,
    ) -> Option<(ConversationId, Vec<Arc<Inlet>>)> {
        let found = self.conversations.get(&conversation)?;
        let visitors = self.visitors.get(&found.visitor).into_iter().flatten();
        let inlets = found
            .followers
            .iter()
            .chain(visitors)
            .filter_map(|number| self.sockets.get(number))
            .map(|socket| Arc::clone(&socket.inlet))
            .collect();
        Some((found.id.clone()?, inlets))
    }

    /// Tells something to those who look at an organization's list.
    pub(super) fn tell_inbox(&self, organization: OrganizationNumber, news: &News) {
        let found = self.organizations.get(&organization);
        for number in found.iter().flat_map(|found| &found.inbox) {
            if let Some(socket) = self.sockets.get(number) {
                socket.inlet.put(news.clone(), super::size_of(news));
            }
        }
    }
}

fn unheard(moved: &Moved, told: i64) -> Conversation {
    Conversation {
        organization: moved.organization,
        visitor: moved.visitor,
        id: None,
        told,
        followers: Vec::new(),
    }
}
