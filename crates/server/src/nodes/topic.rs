//! Subjects: what is told where, and which of them this node has to hear.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use app::interest::Interest;
use model::id::{ConversationNumber, OrganizationNumber, VisitorNumber};

/// Above so many interests in one organization all of it is heard: each subscription costs about 6 KiB here and its
/// place in NATS, and on a node with so many readers most of what happens is wanted anyway.
const ORGANIZATION_INTERESTS_MAX: usize = 1_000;

/// An organization that is heard as a whole is so until its interests are this few: around the bound above it would
/// go to and fro, a thousand subscriptions each time.
const ORGANIZATION_INTERESTS_LOW: usize = 500;

/// Subscriptions of a node. Above that the organizations with the most are heard as a whole.
const TOPICS_MAX: usize = 4_000;

/// Where it is told that access ended.
pub(super) const REVOCATIONS: &str = "parlour.revoked";

/// Where every node shows that it is heard.
pub(super) const PULSES: &str = "parlour.node.*";

/// Where one node shows it.
pub(super) fn pulse_subject(node: &str) -> String {
    format!("parlour.node.{node}")
}

/// Where something is told that concerns a conversation, a visitor or both; 0 stands for what it does not concern.
pub(super) fn subject(
    organization: OrganizationNumber,
    conversation: ConversationNumber,
    visitor: VisitorNumber,
) -> String {
    format!(
        "parlour.{}.{}.{}",
        organization.0, conversation.0, visitor.0
    )
}

/// Something to subscribe to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Topic {
    /// Whatever happens in any organization.
    Everything,
    /// Whatever happens in an organization.
    Organization(OrganizationNumber),
    /// What concerns everybody in an organization.
    Common(OrganizationNumber),
    /// What happens in a conversation.
    Conversation(OrganizationNumber, ConversationNumber),
    /// What concerns a visitor.
    Visitor(OrganizationNumber, VisitorNumber),
}

impl Topic {
    /// Whose topic it is.
    pub(super) fn organization(self) -> Option<OrganizationNumber> {
        match self {
            Topic::Everything => None,
            Topic::Organization(organization)
            | Topic::Common(organization)
            | Topic::Conversation(organization, _)
            | Topic::Visitor(organization, _) => Some(organization),
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Topic::Everything => formatter.write_str("parlour.*.*.*"),
            Topic::Organization(organization) => write!(formatter, "parlour.{}.>", organization.0),
            Topic::Common(organization) => write!(formatter, "parlour.{}.0.0", organization.0),
            Topic::Conversation(organization, conversation) => {
                write!(formatter, "parlour.{}.{}.*", organization.0, conversation.0)
            }
            Topic::Visitor(organization, visitor) => {
                write!(formatter, "parlour.{}.*.{}", organization.0, visitor.0)
            }
        }
    }
}

/// What to hear of one organization.
struct Share {
    topics: Vec<Topic>,
    is_whole: bool,
}

/// What has to be heard for these interests. `current` is what is heard already.
pub(super) fn plan(interests: &[Interest], current: &HashSet<Topic>) -> HashSet<Topic> {
    let mut shares: HashMap<OrganizationNumber, Share> = HashMap::new();
    for interest in interests {
        let (organization, topic) = match *interest {
            Interest::Organization(organization) => (organization, None),
            Interest::Conversation(organization, conversation) => (
                organization,
                Some(Topic::Conversation(organization, conversation)),
            ),
            Interest::Visitor(organization, visitor) => {
                (organization, Some(Topic::Visitor(organization, visitor)))
            }
        };
        let share = shares.entry(organization).or_insert_with(|| Share {
            topics: vec![Topic::Common(organization)],
            is_whole: false,
        });
        match topic {
            Some(topic) => share.topics.push(topic),
            None => share.is_whole = true,
        }
    }
    let mut total = 0;
    for (organization, share) in &mut shares {
        let was_whole = current.contains(&Topic::Organization(*organization));
        let most = if was_whole {
            ORGANIZATION_INTERESTS_LOW
        } else {
            ORGANIZATION_INTERESTS_MAX
        };
        share.is_whole |= share.topics.len() > most;
        total += if share.is_whole {
            1
        } else {
            share.topics.len()
        };
    }
    if shares.len() > TOPICS_MAX {
        return HashSet::from([Topic::Everything]);
    }
    hear_largest_as_wholes(&mut shares, total);
    let topics = shares
        .into_iter()
        .flat_map(|(organization, share)| match share.is_whole {
            true => vec![Topic::Organization(organization)],
            false => share.topics,
        });
    topics.collect()
}

fn hear_largest_as_wholes(shares: &mut HashMap<OrganizationNumber, Share>, mut total: usize) {
    if total <= TOPICS_MAX {
        return;
    }
    let mut parted: Vec<&mut Share> = shares
        .values_mut()
        .filter(|share| !share.is_whole)
        .collect();
    parted.sort_unstable_by_key(|share| std::cmp::Reverse(share.topics.len()));
    for share in parted {
        if total <= TOPICS_MAX {
            break;
        }
        share.is_whole = true;
        total -= share.topics.len() - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: OrganizationNumber = OrganizationNumber(1);

    fn conversations(organization: i64, count: i64) -> Vec<Interest> {
        let organization = OrganizationNumber(organization);
        (1..=count)
            .map(|number| Interest::Conversation(organization, ConversationNumber(number)))
            .collect()
    }

    fn subjects(topics: &HashSet<Topic>) -> Vec<String> {
        let mut subjects: Vec<String> = topics.iter().map(Topic::to_string).collect();
        subjects.sort_unstable();
        subjects
    }

    #[test]
    fn only_what_is_wanted_is_heard() {
        let nothing = HashSet::new();
        assert_eq!(plan(&[], &nothing), nothing);
        let wanted = [
            Interest::Conversation(ONE, ConversationNumber(7)),
            Interest::Visitor(ONE, VisitorNumber(8)),
            Interest::Organization(OrganizationNumber(2)),
            Interest::Visitor(OrganizationNumber(2), VisitorNumber(9)),
        ];
        let expected = [
            "parlour.1.*.8",
            "parlour.1.0.0",
            "parlour.1.7.*",
            "parlour.2.>",
        ];
        assert_eq!(subjects(&plan(&wanted, &nothing)), expected);
    }

    #[test]
    fn of_many_interests_in_an_organization_becomes_one_until_they_are_few() {
        let whole = HashSet::from([Topic::Organization(ONE)]);
        let parted = plan(&conversations(1, 999), &HashSet::new());
        assert_eq!(parted.len(), 1_000);
        assert_eq!(plan(&conversations(1, 1_000), &parted), whole);
        assert_eq!(plan(&conversations(1, 500), &whole), whole);
        assert_eq!(plan(&conversations(1, 499), &whole).len(), 500);
    }

    #[test]
    fn a_node_has_a_bound_whatever_is_wanted() {
        let mut wanted = Vec::new();
        for organization in 1..=9 {
            wanted.extend(conversations(organization, 100 * organization));
        }
        let heard = plan(&wanted, &HashSet::new());
        assert!(heard.len() <= TOPICS_MAX, "{}", heard.len());
        assert!(heard.contains(&Topic::Organization(OrganizationNumber(9))));
        assert!(!heard.contains(&Topic::Organization(OrganizationNumber(8))));
        let everywhere: Vec<Interest> = (1..=4_001)
            .flat_map(|organization| conversations(organization, 1))
            .collect();
        assert_eq!(
            subjects(&plan(&everywhere, &HashSet::new())),
            ["parlour.*.*.*"]
        );
    }
}
