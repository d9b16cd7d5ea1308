//! The tokens of visitors' panels: separate from the visitor's id, which many may know (delivery "Visitors, tabs, tokens").

use model::{
    id::{OrganizationNumber, VisitorId, VisitorNumber},
    organization::Organization,
    revocation::RevocationKind,
    time::{DAY_MS, Millis},
    visitor::Standing,
    widget::{TokenStanding, WidgetSettings},
};
use sha2::{Digest, Sha256};
use store::{Tx, visitor_tokens, visitor_tokens::VisitorToken};

use crate::{Actor, Error, Result, Write, ids};

/// What every token begins with.
const PREFIX: &str = "vt_";

/// Characters of a token after its prefix: 256 bits.
const SECRET_LENGTH: usize = 64;

/// Ended tokens deleted with each new one: more than come in, so that they never pile up.
const FORGOTTEN_AT_ONCE: i64 = 4;

/// A token's end is put off at most this often, so that looking at pages writes next to nothing.
const PUT_OFF_EVERY_MS: Millis = DAY_MS;

/// What a visitor's token proved.
#[derive(Clone, Debug)]
pub struct KnownVisitor {
    /// Where.
    pub organization: Organization,
    /// Who.
    pub visitor: VisitorNumber,
    /// Their public id.
    pub visitor_id: VisitorId,
    /// The site proved who they are.
    pub is_verified: bool,
    /// When the token ends.
    pub expires_at: Millis,
}

impl KnownVisitor {
    /// Who acts with it.
    pub fn actor(&self) -> Actor {
        Actor::Visitor {
            organization: self.organization.number,
            visitor: self.visitor,
        }
    }
}

/// Finds the visitor of a token that has not ended at `now` and that the organization still takes. Refuses a banned one.
pub fn by_token(tx: &mut Tx<'_>, token: &str, now: Millis) -> Result<Option<KnownVisitor>> {
    let Some(found) = find(tx, token, now)? else {
        return Ok(None);
    };
    let standing = standing(&found);
    // What was proven, or belongs to nobody else, is taken in every mode, and settings with texts are long.
    if standing == TokenStanding::Told
        && !store::organizations::widget_settings(tx, found.organization)?.takes(standing)
    {
        return Ok(None);
    }
    require_unbanned(&found.visitor)?;
    Ok(Some(KnownVisitor {
        organization: store::organizations::get(tx, found.organization)?,
        visitor: found.visitor.number,
        visitor_id: found.visitor.id,
        is_verified: found.is_verified,
        expires_at: found.expires_at,
    }))
}

/// Ends a token, and what is open by it. Nothing happens where it has ended before.
pub fn end(write: &mut Write<'_, '_>, token: &str) -> Result<()> {
    let now = write.now();
    match find(write.tx(), token, now)? {
        Some(found) => end_found(write, token, &found),
        None => Ok(()),
    }
}

/// The token of a text, whoever may show it.
pub(super) fn find(tx: &mut Tx<'_>, token: &str, now: Millis) -> Result<Option<VisitorToken>> {
    match hash(token) {
        Some(hash) => Ok(visitor_tokens::find(tx, &hash, now)?),
        None => Ok(None),
    }
}

/// Ends a token that was found.
pub(super) fn end_found(
    write: &mut Write<'_, '_>,
    token: &str,
    found: &VisitorToken,
) -> Result<()> {
    if let Some(hash) = hash(token) {
        visitor_tokens::delete(write.tx(), &hash)?;
        let visitor = RevocationKind::Visitor(found.visitor.number);
        write.revoke(found.organization, visitor)?;
    }
    Ok(())
}

/// Makes a token for a visitor.
pub(super) fn issue(
    write: &mut Write<'_, '_>,
    (organization, visitor): (OrganizationNumber, VisitorNumber),
    settings: &WidgetSettings,
    standing: TokenStanding,
) -> Result<String> {
    let (now, secret) = (write.now(), ids::secret());
    visitor_tokens::delete_expired(write.tx(), now, FORGOTTEN_AT_ONCE)?;
    visitor_tokens::insert(
        write.tx(),
        &hash_of(&secret),
        (organization, visitor),
        standing == TokenStanding::Proven,
        now,
        settings.token_end(standing, now),
    )?;
    Ok(format!("{PREFIX}{secret}"))
}

/// Puts the end of a token off that is used now, unless that was done a while ago only.
pub(super) fn put_off(
    write: &mut Write<'_, '_>,
    token: &str,
    found: &VisitorToken,
    settings: &WidgetSettings,
) -> Result<()> {
    let standing = standing(found);
    let end = settings.token_end(standing, write.now());
    // A short life is put off by every proof.
    let is_short = end - write.now() <= PUT_OFF_EVERY_MS;
    let is_due = is_short || end - found.expires_at >= PUT_OFF_EVERY_MS;
    match hash(token) {
        Some(hash) if is_due && end != found.expires_at => {
            Ok(visitor_tokens::set_end(write.tx(), &hash, end)?)
        }
        _ => Ok(()),
    }
}

/// How it was found out whose a token is.
pub(super) fn standing(found: &VisitorToken) -> TokenStanding {
    if found.is_verified {
        TokenStanding::Proven
    } else if found.visitor.is_anonymous {
        TokenStanding::Anonymous
    } else {
        TokenStanding::Told
    }
}

/// Refuses a visitor who is banned.
pub(super) fn require_unbanned(visitor: &Standing) -> Result<()> {
    if visitor.is_banned {
        Err(Error::Forbidden("this visitor is banned".to_owned()))
    } else {
        Ok(())
    }
}

/// What is kept of a text that has the form of a token. It has 256 random bits, so a fast hash is right (trust 1.16).
fn hash(token: &str) -> Option<String> {
    let secret = token.strip_prefix(PREFIX)?;
    let is_secret = secret.len() == SECRET_LENGTH
        && secret
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    is_secret.then(|| hash_of(secret))
}

fn hash_of(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}
