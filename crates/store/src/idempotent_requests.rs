//! What requests with an `Idempotency-Key` made, so that their repetition finds it instead of making it again.

use model::{id::KeyNumber, time::Millis};

use crate::{Result, Tx};

/// What an earlier request with the same key asked and made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// The hash of its method, path and body.
    pub fingerprint: String,
    /// The id of what it made.
    pub subject: String,
}

/// Claims an idempotency key for what is about to be made; tells the earlier request where it is taken. On
/// PostgreSQL this waits for a request with the same key that is under way.
pub fn claim(
    tx: &mut Tx<'_>,
    key: KeyNumber,
    idempotency_key: &str,
    request: &Earlier,
    now: Millis,
) -> Result<Option<Earlier>> {
    const CLAIM: &str = "insert into idempotent_requests (key_number, idempotency_key, fingerprint, subject, created_at) \
        values ($1, $2, $3, $4, $5) on conflict (key_number, idempotency_key) do nothing";
    const FIND: &str = "select fingerprint, subject from idempotent_requests where key_number = $1 and idempotency_key = $2";
    let parameters = [
        key.into(),
        idempotency_key.into(),
        (&request.fingerprint).into(),
        (&request.subject).into(),
        now.into(),
    ];
    if tx.run(CLAIM, &parameters)? == 1 {
        return Ok(None);
    }
    tx.one(FIND, &[key.into(), idempotency_key.into()], |row| {
        Ok(Earlier {
            fingerprint: row.get(0)?,
            subject: row.get(1)?,
        })
    })
    .map(Some)
}

/// Forgets requests made before a time, at most `limit`.
pub fn delete_before(tx: &mut Tx<'_>, before: Millis, limit: i64) -> Result<u64> {
    const SQL: &str = "delete from idempotent_requests where (key_number, idempotency_key) in \
        (select key_number, idempotency_key from idempotent_requests where created_at < $1 order by created_at limit $2)";
    tx.run(SQL, &[before.into(), limit.into()])
}
