//! Who calls: keys and tokens, looked up in the store and remembered for a moment.

use std::{sync::Arc, time::Duration};

use app::{
    App,
    keys::{self, Authenticated},
};
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use super::problem::Problem;
use crate::credential::Credential;

/// How long a right key is remembered: a revoked one works no longer than this (trust, case A3: at most 5 s).
const REMEMBERED_FOR: Duration = Duration::from_secs(2);

/// Right keys remembered at once.
const REMEMBERED_MAX: u64 = 10_000;

/// Longest key or token that is looked at.
const CREDENTIAL_LENGTH_MAX: usize = 256;

/// Right keys and tokens, remembered for a moment.
pub(crate) struct Callers {
    remembered: Cache<[u8; 32], Arc<Authenticated>>,
}

impl Callers {
    pub(crate) fn new() -> Self {
        Self {
            remembered: Cache::builder()
                .max_capacity(REMEMBERED_MAX)
                .time_to_live(REMEMBERED_FOR)
                .build(),
        }
    }

    /// Finds out who shows a credential; nobody for a wrong one.
    pub(crate) async fn find(
        &self,
        app: &App,
        credential: Credential<'_>,
    ) -> Result<Option<Arc<Authenticated>>, Problem> {
        let (text, is_token) = match credential {
            Credential::ApiKey(text) => (text, false),
            Credential::Bearer(text) => (text, true),
            Credential::Unreadable => return Ok(None),
        };
        if text.len() > CREDENTIAL_LENGTH_MAX {
            return Ok(None);
        }
        let digest: [u8; 32] = Sha256::new()
            .chain_update([u8::from(is_token)])
            .chain_update(text)
            .finalize()
            .into();
        let now = app.clock().now();
        if let Some(known) = self.remembered.get(&digest)
            && known.expires_at.is_none_or(|end| end > now)
        {
            return Ok(Some(known));
        }
        let text = text.to_owned();
        let found = app
            .read(move |tx| {
                if is_token {
                    keys::by_bearer_token(tx, &text, now)
                } else {
                    keys::by_secret(tx, &text)
                }
            })
            .await?
            .map(Arc::new);
        if let Some(found) = &found {
            self.remembered.insert(digest, Arc::clone(found));
        }
        Ok(found)
    }
}
