//! Follow a conversation from a place on: what was missed while nobody listened (delivery P2, P3, R12).

use model::{
    conversation::Conversation,
    cursor::Cursor,
    event::Event,
    id::{ConversationId, ConversationNumber, OrganizationNumber},
};
use store::{Tx, conversations::Place};

use crate::{Actor, Error, Result, feed::Moved};

/// Most events of one page.
pub const EVENTS_MAX: i64 = 200;

/// Of more missing events than this, only the newest page is given (delivery R12).
pub const MISSING_MAX: i64 = 500;

/// A part of a conversation, read at one moment.
#[derive(Clone, Debug)]
pub struct Followed {
    /// The conversation, with its head at that moment.
    pub conversation: Conversation,
    /// Events in order and without a hole.
    pub events: Vec<Event>,
    /// They follow on the place that was asked for; otherwise the reader begins anew with them.
    pub is_recovered: bool,
    /// Too many were missing.
    pub is_limited: bool,
    /// The first of `events`, where there are older ones before it.
    pub prev: Option<i64>,
    /// There are newer ones after the last of `events`.
    pub has_more: bool,
}

/// The conversation of an id: what comes after a cursor, or the newest page where there is none, where it is of another
/// history of the database or above the head, or where too much was missed. `epoch` is that of the database.
pub fn follow(
    tx: &mut Tx<'_>,
    actor: &Actor,
    epoch: &str,
    id: &ConversationId,
    cursor: Option<&Cursor>,
) -> Result<Followed> {
    actor.require_part()?;
    let conversation = store::conversations::find(tx, actor.scope(), id)?;
    let conversation = conversation.ok_or(Error::NotFound("Conversation"))?;
    let known = cursor.filter(|cursor| cursor.epoch == epoch && cursor.seq <= conversation.head);
    match known {
        Some(cursor) if conversation.head - cursor.seq <= MISSING_MAX => {
            page_after(tx, actor, conversation, cursor.seq)
        }
        Some(_) => Ok(Followed {
            is_limited: true,
            ..newest_page(tx, actor, conversation)?
        }),
        None => newest_page(tx, actor, conversation),
    }
}

/// What comes after a `seq`; the newest page where that is above the head.
pub fn read_on(
    tx: &mut Tx<'_>,
    actor: &Actor,
    number: ConversationNumber,
    after: i64,
) -> Result<Followed> {
    let conversation = find(tx, actor, number)?;
    if (0..=conversation.head).contains(&after) {
        page_after(tx, actor, conversation, after)
    } else {
        newest_page(tx, actor, conversation)
    }
}

/// What came before a `seq`: the latest page of it.
pub fn read_back(
    tx: &mut Tx<'_>,
    actor: &Actor,
    number: ConversationNumber,
    before: i64,
) -> Result<Followed> {
    let conversation = find(tx, actor, number)?;
    page_before(tx, actor, conversation, before)
}

/// A visitor's own conversation, if there is one.
pub fn find_own(tx: &mut Tx<'_>, actor: &Actor) -> Result<Option<Conversation>> {
    match actor {
        Actor::Visitor {
            organization,
            visitor,
        } => Ok(store::conversations::find_of_visitor(
            tx,
            *organization,
            *visitor,
        )?),
        _ => Err(Error::Forbidden(
            "only visitors have a conversation of their own".to_owned(),
        )),
    }
}

/// The heads of conversations that somebody on this node follows.
pub fn heads(
    tx: &mut Tx<'_>,
    numbers: &[ConversationNumber],
) -> Result<Vec<(ConversationNumber, i64)>> {
    Ok(store::heads::list(tx, numbers)?)
}

/// Conversations of an organization in which something happened after a place, the earliest minute first, at most `limit`;
/// and the place after which the rest comes, where there may be more. Everything of a minute and later comes after the
/// place of that minute and number 0.
pub fn list_moved(
    tx: &mut Tx<'_>,
    organization: OrganizationNumber,
    after: Place,
    limit: i64,
) -> Result<(Vec<Moved>, Option<Place>)> {
    let touched = store::heads::list_touched(tx, organization, after, limit)?;
    let is_full = touched.len() as i64 >= limit;
    let next = touched.last().map(|last| last.place).filter(|_| is_full);
    let moved = touched.into_iter().map(|touched| Moved {
        organization,
        conversation: touched.place.number,
        visitor: touched.visitor,
        head: touched.head,
    });
    Ok((moved.collect(), next))
}

fn find(tx: &mut Tx<'_>, actor: &Actor, number: ConversationNumber) -> Result<Conversation> {
    actor.require_part()?;
    store::conversations::find_by_number(tx, actor.scope(), number)?
        .ok_or(Error::NotFound("Conversation"))
}

fn page_after(
    tx: &mut Tx<'_>,
    actor: &Actor,
    conversation: Conversation,
    after: i64,
) -> Result<Followed> {
    // Somebody who missed nothing costs no question more.
    let events = if after < conversation.head {
        store::events::list_after(tx, actor.scope(), conversation.number, after, EVENTS_MAX)?
    } else {
        Vec::new()
    };
    let last = events.last().map_or(after, |event| event.seq);
    Ok(Followed {
        has_more: last < conversation.head,
        conversation,
        events,
        is_recovered: true,
        is_limited: false,
        prev: None,
    })
}

fn newest_page(tx: &mut Tx<'_>, actor: &Actor, conversation: Conversation) -> Result<Followed> {
    let page = page_before(tx, actor, conversation, i64::MAX)?;
    Ok(Followed {
        is_recovered: false,
        ..page
    })
}

fn page_before(
    tx: &mut Tx<'_>,
    actor: &Actor,
    conversation: Conversation,
    before: i64,
) -> Result<Followed> {
    let events =
        store::events::list_before(tx, actor.scope(), conversation.number, before, EVENTS_MAX)?;
    let prev = events.first().map(|event| event.seq).filter(|seq| *seq > 1);
    Ok(Followed {
        conversation,
        events,
        is_recovered: true,
        is_limited: false,
        prev,
        has_more: false,
    })
}
