//! Change what is known about a visitor.

use model::{
    event::EventKind,
    id::VisitorId,
    key::Privilege,
    limit,
    visitor::{Attribute, Attributes, Visitor, attribute_name},
};

use crate::{Actor, Error, Result, Write, field, webhooks, write::Place};

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
}

/// Changes a visitor that exists.
pub fn update(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    id: &VisitorId,
    command: &UpdateVisitor,
) -> Result<Visitor> {
    actor.require(Privilege::Access)?;
    let before = super::get(write.tx(), actor, id)?;
    let mut visitor = before.clone();
    for (name, value) in command.attributes.iter().flatten() {
        set_attribute(&mut visitor.attributes, name, value.as_ref())?;
    }
    if visitor.attributes.len() > limit::ATTRIBUTES_MAX {
        return Err(Error::Invalid(format!(
            "attributes would be more than {}",
            limit::ATTRIBUTES_MAX
        )));
    }
    if let Some(notes) = &command.notes {
        let notes = notes
            .as_deref()
            .map(|notes| field::lines("notes", notes, limit::VISITOR_NOTES_LENGTH_MAX));
        visitor.notes = notes.transpose()?.filter(|notes| !notes.is_empty());
    }
    visitor.marketing_consent = command
        .marketing_consent
        .unwrap_or(visitor.marketing_consent);
    visitor.terms_of_service_consent = command
        .terms_of_service_consent
        .unwrap_or(visitor.terms_of_service_consent);
    store::visitors::update(write.tx(), actor.scope(), &visitor)?;
    let found = store::visitors::find_with_conversation(write.tx(), actor.scope(), id)?;
    let place = found.and_then(|(number, keys)| {
        let (conversation, conversation_id) = keys?;
        Some(Place {
            organization: actor.organization(),
            conversation,
            conversation_id,
            visitor: number,
        })
    });
    if let Some(place) = &place {
        write.record(place, EventKind::VisitorChanged)?;
    }
    webhooks::visitor_identified(
        write,
        actor.organization(),
        &before,
        &visitor,
        place.as_ref(),
    )?;
    Ok(visitor)
}

fn set_attribute(attributes: &mut Attributes, name: &str, value: Option<&Attribute>) -> Result<()> {
    let name = attribute_name(&field::name("attributes", Some(name))?);
    if name.chars().count() > limit::ATTRIBUTE_NAME_LENGTH_MAX {
        return Err(Error::Invalid(format!(
            "a name in attributes is longer than {} characters",
            limit::ATTRIBUTE_NAME_LENGTH_MAX
        )));
    }
    match value {
        None => drop(attributes.remove(&name)),
        Some(Attribute::Text(text)) => {
            let text = field::lines(
                &format!("attributes.{name}"),
                text,
                limit::ATTRIBUTE_VALUE_LENGTH_MAX,
            )?;
            attributes.insert(name, Attribute::Text(text));
        }
        Some(value) => drop(attributes.insert(name, value.clone())),
    }
    Ok(())
}
