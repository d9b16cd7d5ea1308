//! Requests that must happen once, however often they are sent (`Idempotency-Key`).

use model::time::HOUR_MS;
use store::idempotent_requests::{self, Earlier};

use crate::{Actor, Error, Result, Write};

/// How long a request is remembered.
const KEPT_MS: i64 = 48 * HOUR_MS;

/// Old requests forgotten with each new one: more than come in, so that they never pile up.
const FORGOTTEN_AT_ONCE: i64 = 4;

/// A request's idempotency key, and the hash of what it asks.
#[derive(Clone, Debug)]
pub struct Once {
    /// The key that its sender made.
    pub idempotency_key: String,
    /// Hash of method, path and body: a repetition must ask the same.
    pub fingerprint: String,
}

/// Claims the request for the thing of an id that is about to be made. Tells the id of what an earlier, equal request
/// made; refuses one that asks something else.
pub(crate) fn claim(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    once: Option<&Once>,
    subject: &str,
) -> Result<Option<String>> {
    let (Some(once), Actor::ApiKey { key, .. }) = (once, actor) else {
        return Ok(None);
    };
    let request = Earlier {
        fingerprint: once.fingerprint.clone(),
        subject: subject.to_owned(),
    };
    let now = write.now();
    let earlier =
        idempotent_requests::claim(write.tx(), *key, &once.idempotency_key, &request, now)?;
    match earlier {
        None => {
            idempotent_requests::delete_before(write.tx(), now - KEPT_MS, FORGOTTEN_AT_ONCE)?;
            Ok(None)
        }
        Some(earlier) if earlier.fingerprint == once.fingerprint => Ok(Some(earlier.subject)),
        Some(_) => Err(Error::Reused(
            "the Idempotency-Key was used before with another request".to_owned(),
        )),
    }
}
