//! Set an agent's password.

use model::{agent::Agent, key::Privilege};

use crate::{Actor, Error, Result, Write};

/// Sets the password of the agent with an e-mail to one that was hashed by [`crate::password::hash`].
pub fn set_password(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    email: &str,
    hash: &str,
) -> Result<Agent> {
    actor.require(Privilege::Configure)?;
    let agent = store::agents::find_by_email(write.tx(), actor.scope(), email)?
        .ok_or(Error::NotFound("Agent"))?;
    store::agents::set_password_hash(write.tx(), actor.scope(), agent.number, hash)?;
    Ok(agent)
}
