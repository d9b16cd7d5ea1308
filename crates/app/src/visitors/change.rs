//! The rules of what is known about a visitor, whoever changes it, and who is told.

use model::{
    event::EventKind,
    limit,
    visitor::{Attribute, Attributes, Visitor, attribute_name},
};

use super::find_place;
use crate::{Actor, Error, Result, Write, field, webhooks};

/// The key under which sites give what stands in a visitor's notes (contract C.4).
const NOTES: &str = "notes";

/// Sets an attribute, or removes it.
pub(super) fn set_attribute(
    attributes: &mut Attributes,
    name: &str,
    value: Option<&Attribute>,
) -> Result<()> {
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

/// Sets what the visitor's own page tells: `notes` are the visitor's notes, and a text without anything in it says that
/// nothing is known, as sites give what they have.
pub(super) fn set_own_attribute(
    visitor: &mut Visitor,
    name: &str,
    value: Option<&Attribute>,
) -> Result<()> {
    let value = value.filter(|value| !matches!(value, Attribute::Text(text) if text.is_empty()));
    if name != NOTES {
        return set_attribute(&mut visitor.attributes, name, value);
    }
    visitor.notes = match value {
        None => None,
        Some(Attribute::Text(text)) => notes(Some(text))?,
        Some(_) => return Err(Error::Invalid("attributes.notes must be a text".to_owned())),
    };
    Ok(())
}

/// Notes within their bounds; none where they are empty.
pub(super) fn notes(notes: Option<&str>) -> Result<Option<String>> {
    let notes = notes.map(|notes| field::lines("notes", notes, limit::VISITOR_NOTES_LENGTH_MAX));
    Ok(notes.transpose()?.filter(|notes| !notes.is_empty()))
}

/// Refuses more attributes than a visitor may have.
pub(super) fn require_bounded(attributes: &Attributes) -> Result<()> {
    if attributes.len() > limit::ATTRIBUTES_MAX {
        return Err(Error::Invalid(format!(
            "attributes would be more than {}",
            limit::ATTRIBUTES_MAX
        )));
    }
    Ok(())
}

/// Writes what is known about a visitor now, and tells their conversation and receivers.
pub(super) fn record_change(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    before: &Visitor,
    visitor: &Visitor,
) -> Result<()> {
    store::visitors::update(write.tx(), actor.scope(), visitor)?;
    let place = find_place(write, actor, &visitor.id)?;
    if let Some(place) = &place {
        write.record(place, EventKind::VisitorChanged)?;
    }
    webhooks::visitor_identified(write, actor.organization(), before, visitor, place.as_ref())
}
