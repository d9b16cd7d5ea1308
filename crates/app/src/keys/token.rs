//! Exchange an OAuth client's secret for a token (RFC 6749 section 4.4; contract A.1.1).

use model::{
    key::{Privilege, Privileges},
    time::HOUR_MS,
};

use super::hash;
use crate::{Error, Result, Write, ids};

/// How long a token is good for.
pub const TOKEN_LIFETIME_MS: i64 = HOUR_MS;

/// Ended tokens deleted with each new one: more than come in, so that they never pile up.
const FORGOTTEN_AT_ONCE: i64 = 4;

/// What a client shows, and the scopes it wants.
#[derive(Clone, Debug)]
pub struct IssueToken {
    /// The client's id.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: String,
    /// Names of scopes; none asks for all that the key has.
    pub scopes: Vec<String>,
}

/// A token, shown this once.
#[derive(Clone, Debug)]
pub struct IssuedToken {
    /// The token.
    pub token: String,
    /// What it may do.
    pub privileges: Privileges,
}

/// Makes a token for a client that shows the right secret. Unknown scopes and those the key lacks are refused.
pub fn issue_token(write: &mut Write<'_, '_>, command: &IssueToken) -> Result<IssuedToken> {
    let client = store::keys::find_client(
        write.tx(),
        &command.client_id,
        &hash(&command.client_secret),
    )?;
    let client = client.ok_or(Error::Unauthorized(
        "the client id or the client secret is wrong",
    ))?;
    let wanted: Option<Vec<Privilege>> = command
        .scopes
        .iter()
        .map(|name| Privilege::parse(name))
        .collect();
    let privileges = match wanted {
        Some(wanted) if wanted.is_empty() => client.privileges,
        Some(wanted)
            if wanted
                .iter()
                .all(|privilege| client.privileges.contains(*privilege)) =>
        {
            Privileges::of(wanted)
        }
        _ => {
            return Err(Error::Invalid(
                "scope names what this client may not do".to_owned(),
            ));
        }
    };
    let (now, token) = (write.now(), ids::secret());
    store::access_tokens::delete_expired(write.tx(), now, FORGOTTEN_AT_ONCE)?;
    store::access_tokens::insert(
        write.tx(),
        &hash(&token),
        client.number,
        privileges,
        now + TOKEN_LIFETIME_MS,
    )?;
    Ok(IssuedToken { token, privileges })
}
