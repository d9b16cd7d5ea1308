//! Find a visitor and their conversation, or make them: any message does (contract A.3).

use model::{
    id::{ConversationId, OrganizationNumber, VISITOR_ID_LENGTH_MAX, VisitorId, VisitorNumber},
    visitor,
};
use store::writers::{self, Writer};

use crate::{Actor, Error, Result, Write, ids, write::Place};

/// Reads a visitor id that must be given.
pub(crate) fn parse_id(id: Option<&str>) -> Result<VisitorId> {
    let id = id
        .filter(|id| !id.trim().is_empty())
        .ok_or_else(|| Error::missing("visitorId"))?;
    VisitorId::parse(id).ok_or_else(|| {
        Error::Invalid(format!("visitorId must be 1 to {VISITOR_ID_LENGTH_MAX} printable ASCII characters without spaces and slashes"))
    })
}

/// The visitor's conversation, made with the visitor where there is none.
pub(crate) fn ensure(
    write: &mut Write<'_, '_>,
    organization: OrganizationNumber,
    id: &VisitorId,
) -> Result<Place> {
    let found = writers::find(write.tx(), organization, id)?;
    make_missing(write, organization, id, found)
}

/// The same for a message of the visitor: a banned one is refused.
pub(crate) fn ensure_writer(
    write: &mut Write<'_, '_>,
    organization: OrganizationNumber,
    id: &VisitorId,
) -> Result<Place> {
    let found = writers::find(write.tx(), organization, id)?;
    if let Some(writer) = &found {
        refuse_banned(writer)?;
    }
    make_missing(write, organization, id, found)
}

/// The visitor's own conversation for a message of theirs, made where there is none. Any other conversation that they name
/// is not found.
pub(crate) fn ensure_own(
    write: &mut Write<'_, '_>,
    organization: OrganizationNumber,
    visitor: VisitorNumber,
    named: Option<&ConversationId>,
) -> Result<(VisitorId, Place)> {
    let writer = writers::get(write.tx(), organization, visitor)?;
    refuse_banned(&writer)?;
    let own = writer.conversation.as_ref().map(|(_, id)| id);
    if named.is_some() && named != own {
        return Err(Error::NotFound("Conversation"));
    }
    let id = writer.id.clone();
    let place = make_missing(write, organization, &id, Some(writer))?;
    Ok((id, place))
}

fn refuse_banned(writer: &Writer) -> Result<()> {
    if writer.is_banned {
        Err(Error::Forbidden("the visitor is banned".to_owned()))
    } else {
        Ok(())
    }
}

fn make_missing(
    write: &mut Write<'_, '_>,
    organization: OrganizationNumber,
    id: &VisitorId,
    found: Option<Writer>,
) -> Result<Place> {
    let now = write.now();
    let (visitor, conversation) = match found {
        Some(writer) => (writer.number, writer.conversation),
        None => (
            store::visitors::insert(write.tx(), organization, id, visitor::color(id), now)?,
            None,
        ),
    };
    let (conversation, conversation_id) = match conversation {
        Some(conversation) => conversation,
        None => store::conversations::insert(
            write.tx(),
            organization,
            visitor,
            &ids::conversation(),
            now,
        )?,
    };
    Ok(Place {
        organization,
        conversation,
        conversation_id,
        visitor,
    })
}

/// The conversation of a visitor who exists, where there is one.
pub(crate) fn find_place(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    id: &VisitorId,
) -> Result<Option<Place>> {
    let found = store::visitors::find_with_conversation(write.tx(), actor.scope(), id)?;
    Ok(found.and_then(|(visitor, conversation)| {
        let (conversation, conversation_id) = conversation?;
        Some(Place {
            organization: actor.organization(),
            conversation,
            conversation_id,
            visitor,
        })
    }))
}
