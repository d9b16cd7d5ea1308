//! Look at conversations.

use model::{
    conversation::{Conversation, Status},
    id::{AgentId, ConversationId, ConversationNumber, GroupId},
    key::Privilege,
};
use store::{Tx, conversations::Place as ListPlace};

use crate::{
    Actor, Error, Result, field,
    page::{Items, Page},
    write::Place,
};

/// Longest text to look for, in characters.
const SEARCH_LENGTH_MAX: usize = 200;

/// What a list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Open or closed ones.
    pub status: Option<Status>,
    /// Those of one agent.
    pub assignee: Option<AgentId>,
    /// Those whose visitor is in one group.
    pub group: Option<GroupId>,
    /// Those whose visitor's id or attributes hold this text.
    pub text: Option<String>,
}

/// The conversation of an id.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: &ConversationId) -> Result<Conversation> {
    actor.require(Privilege::Access)?;
    store::conversations::find(tx, actor.scope(), id)?.ok_or(Error::NotFound("Conversation"))
}

/// A page of conversations, the latest message first. Between pages the order is by minutes.
pub fn list(
    tx: &mut Tx<'_>,
    actor: &Actor,
    filter: &Filter,
    page: &Page,
) -> Result<Items<Conversation>> {
    actor.require(Privilege::Access)?;
    let limit = page.limit()?;
    let [minute, number] = page.numbers([i64::MAX, i64::MAX])?;
    let text = filter
        .text
        .as_deref()
        .map(|text| field::line("q", text, SEARCH_LENGTH_MAX))
        .transpose()?;
    let filter = store::conversations::Filter {
        status: filter.status,
        assignee: filter.assignee.clone(),
        group: filter.group.clone(),
        text: text
            .filter(|text| !text.is_empty())
            .map(|text| text.to_lowercase()),
    };
    let after = ListPlace {
        minute,
        number: ConversationNumber(number),
    };
    let found = store::conversations::list(tx, actor.scope(), &filter, after, limit as i64 + 1)?;
    let mut page = Items::cut(found, limit, |(_, place)| {
        format!("{}.{}", place.minute, place.number.0)
    })
    .map(|(found, _)| found);
    page.items
        .sort_by_key(|conversation| std::cmp::Reverse(conversation.last_message_at));
    Ok(page)
}

/// Where things of a conversation are recorded.
pub(crate) fn place(actor: &Actor, conversation: &Conversation) -> Place {
    Place {
        organization: actor.organization(),
        conversation: conversation.number,
        conversation_id: conversation.id.clone(),
        visitor: conversation.visitor,
    }
}
