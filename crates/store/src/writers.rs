//! Visitors as writers of messages: what has to be known first, in one question.

use model::id::{OrganizationNumber, VisitorId, VisitorNumber};

use crate::{Error, Result, Row, Tx, visitors::ConversationKeys};

/// A visitor who writes, or to whom something is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writer {
    /// Who.
    pub number: VisitorNumber,
    /// Who, by public id.
    pub id: VisitorId,
    /// Whether they may not write.
    pub is_banned: bool,
    /// Their conversation on the widget channel, if there is one.
    pub conversation: Option<ConversationKeys>,
}

macro_rules! writer_columns {
    () => {
        "v.number, v.id, v.banned_at is not null, c.number, c.id \
        from visitors v left join conversations c on c.visitor = v.number and c.channel = 'widget'"
    };
}

fn read(row: &Row<'_>) -> Result<Writer> {
    let conversation = match row.get(3)? {
        Some(number) => Some((number, row.get(4)?)),
        None => None,
    };
    Ok(Writer {
        number: row.get(0)?,
        id: row.get(1)?,
        is_banned: row.get(2)?,
        conversation,
    })
}

/// The visitor of an id.
pub fn find(
    tx: &mut Tx<'_>,
    organization: OrganizationNumber,
    id: &VisitorId,
) -> Result<Option<Writer>> {
    const SQL: &str = concat!(
        "select ",
        writer_columns!(),
        " where v.organization = $1 and v.id = $2"
    );
    tx.find(SQL, &[organization.into(), id.into()], read)
}

/// The visitor of a number.
pub fn get(
    tx: &mut Tx<'_>,
    organization: OrganizationNumber,
    number: VisitorNumber,
) -> Result<Writer> {
    const SQL: &str = concat!(
        "select ",
        writer_columns!(),
        " where v.organization = $1 and v.number = $2"
    );
    tx.find(SQL, &[organization.into(), number.into()], read)?
        .ok_or_else(|| Error::Content(format!("visitor {} was not found", number.0)))
}
