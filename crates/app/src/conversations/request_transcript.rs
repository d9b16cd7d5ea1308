//! A visitor wants their conversation by mail.

use model::time::{DAY_MS, SECOND_MS};
use store::transcript_requests;

use super::find_own;
use crate::{Actor, Error, Result, Write, field};

/// Addresses that a conversation may be sent to in a day: a visitor can name anybody's, who did not ask for mail.
const ADDRESSES_PER_DAY_MAX: usize = 3;

/// Notes that the visitor's own conversation is to be sent to an address, once a day for each.
pub fn request_transcript(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    email: Option<&str>,
) -> Result<()> {
    let email = email.filter(|email| !email.trim().is_empty());
    let email = field::email("email", email.ok_or_else(|| Error::missing("email"))?)?;
    let own = find_own(write.tx(), actor)?.ok_or(Error::NotFound("Conversation"))?;
    store::conversations::lock(write.tx(), own.number)?;
    let (now, limit) = (write.now(), ADDRESSES_PER_DAY_MAX as i64);
    let asked =
        transcript_requests::list_emails_since(write.tx(), own.number, now - DAY_MS, limit)?;
    if asked.contains(&email) {
        return Ok(());
    }
    if asked.len() >= ADDRESSES_PER_DAY_MAX {
        return Err(Error::TooMany {
            message: format!(
                "a conversation is sent to {ADDRESSES_PER_DAY_MAX} addresses a day at most"
            ),
            retry_after_seconds: (DAY_MS / SECOND_MS).unsigned_abs(),
        });
    }
    let organization = actor.organization();
    Ok(transcript_requests::insert(
        write.tx(),
        organization,
        own.number,
        &email,
        now,
    )?)
}
