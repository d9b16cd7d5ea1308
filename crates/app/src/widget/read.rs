//! Look at a widget.

use model::{key::Privilege, organization::Organization, widget::WidgetSettings};
use store::{Tx, organizations};

use crate::{Actor, Error, Result};

/// The widget of an organization.
#[derive(Clone, Debug)]
pub struct Widget {
    /// The id in its snippet.
    pub id: String,
    /// How it behaves.
    pub settings: WidgetSettings,
    /// There is a secret by which a site can prove who its visitors are.
    pub has_secret: bool,
}

/// The widget of the actor's organization.
pub fn get(tx: &mut Tx<'_>, actor: &Actor) -> Result<Widget> {
    actor.require(Privilege::Configure)?;
    let number = actor.organization();
    Ok(Widget {
        id: organizations::get(tx, number)?.widget_id,
        settings: organizations::widget_settings(tx, number)?,
        has_secret: organizations::identity_secret(tx, number)?.is_some(),
    })
}

/// The organization of the id in a widget's snippet, which everybody may see.
pub fn find_organization(tx: &mut Tx<'_>, widget_id: &str) -> Result<Organization> {
    organizations::find_by_widget_id(tx, widget_id)?.ok_or(Error::NotFound("Widget"))
}
