//! Whether anybody takes the chats of the visitors here: asked for every group that one of them is in, and told to whom it
//! changed for.

use std::collections::{BTreeSet, HashMap};

use app::visitors;
use model::id::{GroupNumber, OrganizationNumber, VisitorNumber};

use super::{
    Hub, SocketNumber,
    registry::{Registry, Socket},
    size_of,
};
use crate::live::inlet::News;

/// Visitors whose groups are looked up in one round; where there are more they take turns.
const VISITORS_AT_ONCE: usize = 1_000;

/// Groups asked for in one transaction.
const TEAMS_AT_ONCE: usize = 1_000;

/// Who takes a visitor's chats: the agents of a group, or all of an organization.
type Team = (OrganizationNumber, Option<GroupNumber>);

/// The visitor whose group was looked up last.
#[derive(Default)]
pub(super) struct Turn(Option<VisitorNumber>);

/// Tells visitors where it changed whether anybody takes their chats.
pub(super) async fn tell(hub: &Hub, turn: &mut Turn) {
    let asked = async {
        look_at_groups(hub, turn).await?;
        let teams: Vec<Team> = hub.registry().teams().into_iter().collect();
        let mut found = HashMap::new();
        for teams in teams.chunks(TEAMS_AT_ONCE) {
            found.extend(ask(hub, teams.to_vec()).await?);
        }
        Ok::<_, app::Error>(found)
    };
    match asked.await {
        Ok(found) => hub.registry().tell_availability(&found),
        Err(error) => tracing::warn!(%error, "it could not be found out who takes chats"),
    }
}

/// Visitors are given to other groups, and choose them: not all of that is an event.
async fn look_at_groups(hub: &Hub, turn: &mut Turn) -> app::Result<()> {
    let visitors = hub.registry().visitors_after(turn.0);
    let is_whole = visitors.len() < VISITORS_AT_ONCE;
    turn.0 = visitors.last().copied().filter(|_| !is_whole);
    if visitors.is_empty() {
        return Ok(());
    }
    let asked = visitors.clone();
    let groups = hub
        .app
        .read(move |tx| Ok(store::visitors::list_groups(tx, &asked)?))
        .await?;
    hub.registry().set_groups(&visitors, groups);
    Ok(())
}

async fn ask(hub: &Hub, teams: Vec<Team>) -> app::Result<Vec<(Team, bool)>> {
    let now = hub.app.clock().now();
    hub.app
        .read(move |tx| {
            let mut found = Vec::with_capacity(teams.len());
            for (organization, group) in &teams {
                let is_any = visitors::is_any_available(tx, *organization, *group, now)?;
                found.push(((*organization, *group), is_any));
            }
            Ok(found)
        })
        .await
}

impl Registry {
    /// What a connection was told, and the group of its visitor.
    pub(super) fn know_availability(
        &mut self,
        number: SocketNumber,
        group: Option<GroupNumber>,
        is_any_available: bool,
    ) {
        let Some(socket) = self.sockets.get_mut(&number) else {
            return;
        };
        if let Some(visitor) = socket.reader.visitor() {
            socket.is_any_available = Some(is_any_available);
            self.set_groups(&[visitor], group.map(|group| (visitor, group)));
        }
    }

    /// Visitors here after one, in order.
    fn visitors_after(&self, after: Option<VisitorNumber>) -> Vec<VisitorNumber> {
        let here = self.visitors.keys().copied();
        let mut visitors: Vec<_> = here.filter(|visitor| Some(*visitor) > after).collect();
        visitors.sort_unstable();
        visitors.truncate(VISITORS_AT_ONCE);
        visitors
    }

    /// The groups of visitors who were looked up; the others of them are in none.
    fn set_groups(
        &mut self,
        asked: &[VisitorNumber],
        found: impl IntoIterator<Item = (VisitorNumber, GroupNumber)>,
    ) {
        for visitor in asked {
            self.groups.remove(visitor);
        }
        let here = &self.visitors;
        let found = found.into_iter();
        self.groups
            .extend(found.filter(|(visitor, _)| here.contains_key(visitor)));
    }

    /// Who takes the chats of the visitor of a connection that is told of it.
    fn team_of(&self, socket: &Socket) -> Option<Team> {
        socket.is_any_available?;
        let group = self.groups.get(&socket.reader.visitor()?).copied();
        Some((socket.reader.organization(), group))
    }

    /// Everybody who takes the chats of visitors here.
    fn teams(&self) -> BTreeSet<Team> {
        let sockets = self.sockets.values();
        sockets.filter_map(|socket| self.team_of(socket)).collect()
    }

    /// Tells connections where it is not what they were told last.
    fn tell_availability(&mut self, found: &HashMap<Team, bool>) {
        let mut changed = Vec::new();
        for (number, socket) in &self.sockets {
            let told = self.team_of(socket).and_then(|team| found.get(&team));
            if let Some(is_any_available) = told
                && socket.is_any_available != Some(*is_any_available)
            {
                changed.push((*number, *is_any_available));
            }
        }
        for (number, is_any_available) in changed {
            if let Some(socket) = self.sockets.get_mut(&number) {
                socket.is_any_available = Some(is_any_available);
                let news = News::Availability(is_any_available);
                socket.inlet.put(news.clone(), size_of(&news));
            }
        }
    }
}
