//! Visitors who want their conversation by mail.

use model::{
    id::{ConversationNumber, OrganizationNumber},
    time::Millis,
};

use crate::{Result, Tx};

/// The addresses that a conversation is to be sent to by requests since a time, the earliest request first, at most `limit`.
pub fn list_emails_since(
    tx: &mut Tx<'_>,
    conversation: ConversationNumber,
    since: Millis,
    limit: i64,
) -> Result<Vec<String>> {
    const SQL: &str = "select email from transcript_requests where conversation = $1 and requested_at > $2 order by number limit $3";
    let parameters = [conversation.into(), since.into(), limit.into()];
    tx.all(SQL, &parameters, |row| row.get(0))
}

/// Adds a request that has not been followed.
pub fn insert(
    tx: &mut Tx<'_>,
    organization: OrganizationNumber,
    conversation: ConversationNumber,
    email: &str,
    requested_at: Millis,
) -> Result<()> {
    const SQL: &str = "insert into transcript_requests (organization, conversation, email, requested_at) values ($1, $2, $3, $4)";
    let parameters = [
        organization.into(),
        conversation.into(),
        email.into(),
        requested_at.into(),
    ];
    tx.run(SQL, &parameters).map(drop)
}
