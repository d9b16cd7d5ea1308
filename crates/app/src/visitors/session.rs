//! A visitor's panel opens, goes on as whoever it was, or becomes somebody else's (delivery "Visitors, tabs, tokens").

use model::{
    event::EventKind,
    id::{ConversationId, VisitorId, VisitorNumber},
    organization::Organization,
    time::Millis,
    visitor::{self, Standing},
    widget::TokenStanding,
};
use store::{Tx, visitors};

use super::{
    Arrival, arrive, find_place, is_any_available, own_group,
    recognize::{Who, find_standing, recognize},
    token,
};
use crate::{Actor, Result, Write, ids, sealing::Sealer};

/// What a panel shows.
#[derive(Clone, Default)]
pub struct OpenSession {
    /// The token it was given before.
    pub token: Option<String>,
    /// The id that the site has for the visitor.
    pub visitor_id: Option<String>,
    /// The site's proof of who the visitor is.
    pub identity_token: Option<String>,
    /// What came with the visitor.
    pub arrival: Arrival,
}

/// Whose panel it is.
pub struct Session {
    /// Where.
    pub organization: Organization,
    /// Who.
    pub visitor: VisitorNumber,
    /// Their public id.
    pub visitor_id: VisitorId,
    /// The token that the panel shows from now on; none where the one it has goes on.
    pub token: Option<String>,
    /// The visitor was made just now.
    pub is_new: bool,
    /// Their conversation, where there is one.
    pub conversation_id: Option<ConversationId>,
    /// An agent takes chats now: one of the visitor's group, where they are in one.
    pub is_any_available: bool,
    /// What the site should know.
    pub notices: Vec<&'static str>,
}

impl Session {
    /// Who acts from now on.
    pub fn actor(&self) -> Actor {
        Actor::Visitor {
            organization: self.organization.number,
            visitor: self.visitor,
        }
    }
}

/// What a session would make, for whoever counts that before it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreseen {
    /// Another token.
    pub is_new_token: bool,
    /// A visitor under an id that nobody had heard of, told without a proof.
    pub is_unknown_id: bool,
}

/// Tells what opening a session would make.
pub fn foresee_session(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    now: Millis,
    organization: &Organization,
    command: &OpenSession,
) -> Result<Foreseen> {
    let who = recognize(tx, sealer, now, organization, command)?.who;
    let is_unknown_id = match &who {
        Who::Site(id, TokenStanding::Told) => find_standing(tx, organization, id)?.is_none(),
        _ => false,
    };
    Ok(Foreseen {
        is_new_token: !matches!(who, Who::Shown),
        is_unknown_id,
    })
}

/// Opens a session. Whoever shows a token goes on with it; whoever is somebody else now gets another, and the one shown
/// ends. Two visitors are never made one, whatever is shown of both.
pub fn open_session(
    write: &mut Write<'_, '_>,
    organization: &Organization,
    command: &OpenSession,
) -> Result<Session> {
    let (now, sealer) = (write.now(), write.sealer());
    let recognized = recognize(write.tx(), sealer, now, organization, command)?;
    let (settings, shown_token) = (
        &recognized.settings,
        command.token.as_deref().unwrap_or_default(),
    );
    let (visitor, token, is_new) = match (recognized.who, &recognized.shown) {
        (Who::Shown, Some(shown)) => {
            token::require_unbanned(&shown.visitor)?;
            token::put_off(write, shown_token, shown, settings)?;
            (shown.visitor.clone(), None, false)
        }
        (who, shown) => {
            let (visitor, standing, is_new) = match who {
                Who::Site(id, standing) => {
                    let (visitor, is_new) = known(write, organization, id, standing)?;
                    (visitor, standing, is_new)
                }
                Who::Shown | Who::Nobody => {
                    let visitor = make_anonymous(write, organization)?;
                    (visitor, TokenStanding::Anonymous, true)
                }
            };
            if let Some(shown) = shown {
                token::end_found(write, shown_token, shown)?;
            }
            let place = (organization.number, visitor.number);
            let token = token::issue(write, place, settings, standing)?;
            (visitor, Some(token), is_new)
        }
    };
    let mut session = Session {
        organization: organization.clone(),
        visitor: visitor.number,
        visitor_id: visitor.id,
        token,
        is_new,
        conversation_id: None,
        is_any_available: false,
        notices: recognized.notices,
    };
    look_around(write, &mut session, &command.arrival)?;
    Ok(session)
}

/// Writes down what came with the visitor, and finds what the panel shows first.
fn look_around(write: &mut Write<'_, '_>, session: &mut Session, arrival: &Arrival) -> Result<()> {
    let (actor, now) = (session.actor(), write.now());
    session.notices.extend(arrive(write, &actor, arrival)?);
    let conversation = find_place(write, &actor, &session.visitor_id)?;
    session.conversation_id = conversation.map(|place| place.conversation_id);
    let group = own_group(write.tx(), &actor)?;
    session.is_any_available = is_any_available(write.tx(), actor.organization(), group, now)?;
    Ok(())
}

/// The visitor of an id of the site, and whether they had to be made.
fn known(
    write: &mut Write<'_, '_>,
    organization: &Organization,
    id: VisitorId,
    standing: TokenStanding,
) -> Result<(Standing, bool)> {
    let found = find_standing(write.tx(), organization, &id)?;
    let is_new = found.is_none();
    let visitor = match found {
        Some(found) => found,
        None => make_known(write, organization, id)?,
    };
    token::require_unbanned(&visitor)?;
    if standing == TokenStanding::Proven && !visitor.is_verified {
        let actor = Actor::System {
            organization: organization.number,
        };
        visitors::set_verified(write.tx(), actor.scope(), visitor.number)?;
        if let Some(place) = find_place(write, &actor, &visitor.id)? {
            write.record(&place, EventKind::VisitorChanged)?;
        }
    }
    Ok((visitor, is_new))
}

fn make_known(
    write: &mut Write<'_, '_>,
    organization: &Organization,
    id: VisitorId,
) -> Result<Standing> {
    let (color, now) = (visitor::color(&id), write.now());
    let number = visitors::insert(write.tx(), organization.number, &id, color, now)?;
    Ok(Standing {
        number,
        id,
        is_anonymous: false,
        is_verified: false,
        is_banned: false,
    })
}

/// A visitor of whom nothing is known, under an id of ours.
fn make_anonymous(write: &mut Write<'_, '_>, organization: &Organization) -> Result<Standing> {
    let (id, now) = (ids::visitor(), write.now());
    let color = visitor::color(&id);
    let number = visitors::insert_anonymous(write.tx(), organization.number, &id, color, now)?;
    Ok(Standing {
        number,
        id,
        is_anonymous: true,
        is_verified: false,
        is_banned: false,
    })
}
