//! Heads of conversations: how a reader who was told nothing finds out what moved.

use model::id::{ConversationNumber, OrganizationNumber, VisitorNumber};

use crate::{Result, Tx, conversations::Place};

/// The heads of conversations, by number; of those that are not there, none.
pub fn list(
    tx: &mut Tx<'_>,
    numbers: &[ConversationNumber],
) -> Result<Vec<(ConversationNumber, i64)>> {
    const SQLITE: &str = "select c.number, c.head from json_each($1) n join conversations c on c.number = n.value order by c.number";
    const POSTGRES: &str = "select c.number, c.head from json_array_elements_text(cast(cast($1 as text) as json)) n (value) \
        join conversations c on c.number = cast(n.value as bigint) order by c.number";
    let numbers: Vec<String> = numbers.iter().map(|number| number.0.to_string()).collect();
    let numbers = format!("[{}]", numbers.join(","));
    let sql = tx.pick(SQLITE, POSTGRES);
    tx.all(sql, &[(&numbers).into()], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// A conversation in which something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The conversation, with the minute of its last event: the place after which the next page begins.
    pub place: Place,
    /// With whom.
    pub visitor: VisitorNumber,
    /// Its head.
    pub head: i64,
}

/// Conversations in which something happened after a place, the earliest minute first, at most `limit`. Everything of a
/// minute comes after the place of that minute and number 0.
pub fn list_touched(
    tx: &mut Tx<'_>,
    organization: OrganizationNumber,
    after: Place,
    limit: i64,
) -> Result<Vec<Touched>> {
    const SQL: &str = "select touched_minute, number, visitor, head from conversations \
        where organization = $1 and (touched_minute, number) > ($2, $3) order by touched_minute, number limit $4";
    let parameters = [
        organization.into(),
        after.minute.into(),
        after.number.into(),
        limit.into(),
    ];
    tx.all(SQL, &parameters, |row| {
        Ok(Touched {
            place: Place {
                minute: row.get(0)?,
                number: row.get(1)?,
            },
            visitor: row.get(2)?,
            head: row.get(3)?,
        })
    })
}
