//! Find a visitor and their conversation, or make them: any message does (contract A.3).

use model::{
    id::{OrganizationNumber, Scope, VISITOR_ID_LENGTH_MAX, VisitorId},
    visitor,
};

use crate::{Error, Result, Write, ids, write::Place};

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
    let now = write.now();
    let found =
        store::visitors::find_with_conversation(write.tx(), Scope::organization(organization), id)?;
    let (visitor, conversation) = match found {
        Some((visitor, conversation)) => (visitor, conversation),
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
