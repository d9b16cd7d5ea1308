//! Which visitor calls: tokens, looked up in the store and remembered for a moment.

use std::{sync::Arc, time::Duration};

use app::{
    App,
    visitors::{self, ID_TOO_WEAK, KnownVisitor, Session},
};
use model::id::OrganizationNumber;
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use crate::http::problem::Problem;

/// How long a token is remembered: one that has ended on another node works here no longer than this.
const REMEMBERED_FOR: Duration = Duration::from_secs(2);

/// Tokens remembered at once.
const REMEMBERED_MAX: u64 = 50_000;

/// How long the log is quiet about an organization after a warning.
const WARNED_FOR: Duration = Duration::from_secs(3_600);

/// Organizations of which that is known.
const WARNED_MAX: u64 = 10_000;

/// Longest token that is looked at.
const TOKEN_LENGTH_MAX: usize = 256;

/// Tokens of visitors, remembered for a moment by their hashes.
pub(crate) struct VisitorCallers {
    remembered: Cache<[u8; 32], Arc<KnownVisitor>>,
    warned: Cache<OrganizationNumber, ()>,
}

impl VisitorCallers {
    pub(crate) fn new() -> Self {
        Self {
            remembered: Cache::builder()
                .max_capacity(REMEMBERED_MAX)
                .time_to_live(REMEMBERED_FOR)
                .build(),
            warned: Cache::builder()
                .max_capacity(WARNED_MAX)
                .time_to_live(WARNED_FOR)
                .build(),
        }
    }

    /// Finds the visitor who shows a token; nobody for one that is not, or no longer, good. Refuses a banned visitor.
    pub(crate) async fn find(
        &self,
        app: &App,
        token: &str,
    ) -> Result<Option<Arc<KnownVisitor>>, Problem> {
        if token.len() > TOKEN_LENGTH_MAX {
            return Ok(None);
        }
        let (digest, now) = (digest(token), app.clock().now());
        if let Some(known) = self.remembered.get(&digest)
            && known.expires_at > now
        {
            return Ok(Some(known));
        }
        let token = token.to_owned();
        let found = app
            .read(move |tx| visitors::by_token(tx, &token, now))
            .await?
            .map(Arc::new);
        if let Some(found) = &found {
            self.remembered.insert(digest, Arc::clone(found));
        }
        Ok(found)
    }

    /// Warns in the log where a site gives ids that are no secrets: once an hour, and without the id.
    pub(crate) fn notice(&self, session: &Session) {
        let organization = &session.organization;
        let is_weak = session.notices.contains(&ID_TOO_WEAK);
        if is_weak && !self.warned.contains_key(&organization.number) {
            self.warned.insert(organization.number, ());
            tracing::warn!(
                organization = organization.id.as_str(),
                "the site gives visitor ids that are too short, an e-mail address or known to others: they are not followed",
            );
        }
    }

    /// Forgets a token that has just ended here.
    pub(crate) fn forget(&self, token: &str) {
        self.remembered.invalidate(&digest(token));
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
