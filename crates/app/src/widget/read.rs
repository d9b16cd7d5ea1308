//! Look at a widget.

use model::{
    agent::Agent,
    id::{GroupId, Scope},
    key::Privilege,
    organization::Organization,
    time::Millis,
    widget::WidgetSettings,
};
use store::{Tx, agents, groups, organizations};

use crate::{Actor, Error, Result};

/// Most agents whose faces a panel shows in its header: there is no room for more.
const FACES_MAX: i64 = 3;

/// Most groups that a visitor chooses from: nobody reads a longer list.
const CHOICES_MAX: i64 = 100;

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

/// The organization of a server that has only one.
pub fn find_only_organization(tx: &mut Tx<'_>) -> Result<Option<Organization>> {
    let mut organizations = organizations::list(tx, 2)?;
    Ok(match organizations.len() {
        1 => organizations.pop(),
        _ => None,
    })
}

/// What everybody may see of a widget.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Whose it is.
    pub organization: Organization,
    /// How it behaves.
    pub settings: WidgetSettings,
    /// Some of those who take chats now; nobody where nobody does.
    pub agents: Vec<Agent>,
    /// Ids and names of the groups that a visitor may choose from, where one is asked for.
    pub groups: Vec<(GroupId, String)>,
}

/// What everybody may see of the widget of the id in a snippet.
pub fn find_shown(tx: &mut Tx<'_>, widget_id: &str, now: Millis) -> Result<Shown> {
    let organization = find_organization(tx, widget_id)?;
    let scope = Scope::organization(organization.number);
    let settings = organizations::widget_settings(tx, organization.number)?;
    let agents = agents::list_available(tx, scope, now, FACES_MAX)?;
    let groups = if settings.form.asks_group {
        groups::list_public(tx, scope, CHOICES_MAX)?
    } else {
        Vec::new()
    };
    Ok(Shown {
        organization,
        settings,
        agents,
        groups,
    })
}
