//! Change what is known about a visitor.

use model::{
    id::VisitorId,
    key::Privilege,
    revocation::RevocationKind,
    time::Millis,
    visitor::{Attribute, Visitor},
};

use super::change::{notes, record_change, require_bounded, set_attribute};
use crate::{Actor, Result, Write};

/// What is changed; what is not given stays.
#[derive(Clone, Debug, Default)]
pub struct UpdateVisitor {
    /// Attributes to merge in; none removes one.
    pub attributes: Option<Vec<(String, Option<Attribute>)>>,
    /// What agents note, or none.
    pub notes: Option<Option<String>>,
    /// Agreed to be sent marketing.
    pub marketing_consent: Option<bool>,
    /// Agreed to the terms of service.
    pub terms_of_service_consent: Option<bool>,
    /// May not write, nor hear of what is written.
    pub is_banned: Option<bool>,
}

/// Changes a visitor that exists.
pub fn update(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    id: &VisitorId,
    command: &UpdateVisitor,
) -> Result<Visitor> {
    actor.require(Privilege::Access)?;
    let (before, now) = (super::get(write.tx(), actor, id)?, write.now());
    let mut visitor = before.clone();
    for (name, value) in command.attributes.iter().flatten() {
        set_attribute(&mut visitor.attributes, name, value.as_ref())?;
    }
    require_bounded(&visitor.attributes)?;
    if let Some(given) = &command.notes {
        visitor.notes = notes(given.as_deref())?;
    }
    visitor.marketing_consent = command
        .marketing_consent
        .unwrap_or(visitor.marketing_consent);
    visitor.terms_of_service_consent = command
        .terms_of_service_consent
        .unwrap_or(visitor.terms_of_service_consent);
    if let Some(is_banned) = command.is_banned {
        ban(write, actor, &mut visitor, is_banned.then_some(now))?;
    }
    record_change(write, actor, &before, &visitor)?;
    Ok(visitor)
}

/// Bans a visitor since a time, and closes what is open in their name; or lets them write again.
fn ban(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    visitor: &mut Visitor,
    banned_at: Option<Millis>,
) -> Result<()> {
    if visitor.banned_at.is_some() == banned_at.is_some() {
        return Ok(());
    }
    visitor.banned_at = banned_at;
    store::visitors::set_banned(write.tx(), actor.scope(), visitor.number, banned_at)?;
    match banned_at {
        Some(_) => write.revoke(
            actor.organization(),
            RevocationKind::Visitor(visitor.number),
        ),
        None => Ok(()),
    }
}
