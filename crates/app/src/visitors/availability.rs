//! Whether anybody takes the chats of a visitor: of the group that they are in, or anybody where they are in none (contract D).

use model::{
    id::{GroupNumber, OrganizationNumber, Scope},
    time::Millis,
};
use store::Tx;

use super::own;
use crate::{Actor, Result};

/// Whether an agent takes chats now: of a group, or any.
pub fn is_any_available(
    tx: &mut Tx<'_>,
    organization: OrganizationNumber,
    group: Option<GroupNumber>,
    now: Millis,
) -> Result<bool> {
    let scope = Scope::organization(organization);
    Ok(match group {
        Some(group) => store::agents::is_any_of_group_available(tx, scope, group, now)?,
        None => store::agents::is_any_available(tx, scope, now)?,
    })
}

/// The group of the visitor who asks.
pub fn own_group(tx: &mut Tx<'_>, actor: &Actor) -> Result<Option<GroupNumber>> {
    let groups = store::visitors::list_groups(tx, &[own(actor)?])?;
    Ok(groups.first().map(|(_, group)| *group))
}
