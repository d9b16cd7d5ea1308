//! Visitors: made on first use.

use model::{
    id::{
        ConversationId, ConversationNumber, GroupNumber, OrganizationNumber, Scope, VisitorId,
        VisitorNumber,
    },
    time::Millis,
    visitor::{Attribute, Attributes, Browser, Standing, Visitor},
};

use crate::{Error, Result, Row, Tx};

macro_rules! visitor_columns {
    () => {
        "v.number, v.id, g.id, v.color, v.attributes, v.notes, v.marketing_consent, v.terms_of_service_consent, v.browser, v.is_verified, \
        v.banned_at, v.created_at \
        from visitors v left join groups g on g.number = v.group_number"
    };
}

fn read(row: &Row<'_>) -> Result<Visitor> {
    let attributes: String = row.get(4)?;
    let attributes: Attributes = serde_json::from_str(&attributes)
        .map_err(|error| Error::Content(format!("attributes of a visitor: {error}")))?;
    Ok(Visitor {
        number: row.get(0)?,
        id: row.get(1)?,
        group_id: row.get(2)?,
        color: row.get(3)?,
        attributes,
        notes: row.get(5)?,
        marketing_consent: row.get(6)?,
        terms_of_service_consent: row.get(7)?,
        browser: serde_json::from_str(&row.get::<String>(8)?)
            .map_err(|error| Error::Content(format!("browser of a visitor: {error}")))?,
        is_verified: row.get(9)?,
        banned_at: row.get(10)?,
        created_at: row.get(11)?,
    })
}

/// Adds a visitor of whom nothing is known, or finds the one that has the id; tells the number.
pub fn insert(
    tx: &mut Tx<'_>,
    organization: OrganizationNumber,
    id: &VisitorId,
    color: &str,
    created_at: Millis,
) -> Result<VisitorNumber> {
    const SQL: &str = "insert into visitors (organization, id, color, attributes, search_text, marketing_consent, terms_of_service_consent, created_at) \
        values ($1, $2, $3, '{}', $4, false, false, $5) on conflict (organization, id) do nothing";
    const NUMBER: &str = "select number from visitors where organization = $1 and id = $2";
    tx.run(
        SQL,
        &[
            organization.into(),
            id.into(),
            color.into(),
            (&search_text(id, &Attributes::new())).into(),
            created_at.into(),
        ],
    )?;
    tx.one(NUMBER, &[organization.into(), id.into()], |row| row.get(0))
}

/// The groups of visitors, by number; of those who are in none, or are not there, nothing.
pub fn list_groups(
    tx: &mut Tx<'_>,
    numbers: &[VisitorNumber],
) -> Result<Vec<(VisitorNumber, GroupNumber)>> {
    const SQLITE: &str = "select v.number, v.group_number from json_each($1) n join visitors v on v.number = n.value \
        where v.group_number is not null order by v.number";
    const POSTGRES: &str = "select v.number, v.group_number from json_array_elements_text(cast(cast($1 as text) as json)) n (value) \
        join visitors v on v.number = cast(n.value as bigint) where v.group_number is not null order by v.number";
    let numbers: Vec<String> = numbers.iter().map(|number| number.0.to_string()).collect();
    let numbers = format!("[{}]", numbers.join(","));
    let sql = tx.pick(SQLITE, POSTGRES);
    tx.all(sql, &[(&numbers).into()], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// The visitor of an id.
pub fn find(tx: &mut Tx<'_>, scope: Scope, id: &VisitorId) -> Result<Option<Visitor>> {
    const SQL: &str = concat!(
        "select ",
        visitor_columns!(),
        " where v.organization = $1 and v.id = $2 and (cast($3 as bigint) is null or v.number = $3)"
    );
    tx.find(
        SQL,
        &[scope.organization.into(), id.into(), scope.visitor.into()],
        read,
    )
}

/// The visitor of a number.
pub fn get(tx: &mut Tx<'_>, scope: Scope, number: VisitorNumber) -> Result<Visitor> {
    const SQL: &str = concat!(
        "select ",
        visitor_columns!(),
        " where v.organization = $1 and v.number = $2 and (cast($3 as bigint) is null or v.number = $3)"
    );
    let parameters = [
        scope.organization.into(),
        number.into(),
        scope.visitor.into(),
    ];
    tx.one(SQL, &parameters, read)
}

/// A conversation by internal key and by public id.
pub type ConversationKeys = (ConversationNumber, ConversationId);

/// The visitor of an id and their conversation, as far as both exist: what a message needs to know first.
pub fn find_with_conversation(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: &VisitorId,
) -> Result<Option<(VisitorNumber, Option<ConversationKeys>)>> {
    const SQL: &str = "select v.number, c.number, c.id from visitors v \
        left join conversations c on c.visitor = v.number and c.channel = 'widget' where v.organization = $1 and v.id = $2 \
        and (cast($3 as bigint) is null or v.number = $3)";
    let parameters = [scope.organization.into(), id.into(), scope.visitor.into()];
    tx.find(SQL, &parameters, |row| {
        let conversation = row.get::<Option<ConversationNumber>>(1)?;
        Ok((
            row.get(0)?,
            conversation
                .map(|number| Ok::<_, Error>((number, row.get(2)?)))
                .transpose()?,
        ))
    })
}

/// Visitors before one, newest first, at most `limit`.
pub fn list(
    tx: &mut Tx<'_>,
    scope: Scope,
    before: VisitorNumber,
    limit: i64,
) -> Result<Vec<Visitor>> {
    const SQL: &str = concat!(
        "select ",
        visitor_columns!(),
        " where v.organization = $1 and v.number < $2 and (cast($3 as bigint) is null or v.number = $3) \
        order by v.number desc limit $4"
    );
    let parameters = [
        scope.organization.into(),
        before.into(),
        scope.visitor.into(),
        limit.into(),
    ];
    tx.all(SQL, &parameters, read)
}

/// Changes what is known and agreed.
pub fn update(tx: &mut Tx<'_>, scope: Scope, visitor: &Visitor) -> Result<()> {
    const SQL: &str = "update visitors set attributes = $3, search_text = $4, notes = $5, marketing_consent = $6, terms_of_service_consent = $7 \
        where organization = $1 and number = $2";
    let attributes = serde_json::to_string(&visitor.attributes)
        .map_err(|error| Error::Content(error.to_string()))?;
    let search_text = search_text(&visitor.id, &visitor.attributes);
    let parameters = [
        scope.organization.into(),
        visitor.number.into(),
        (&attributes).into(),
        (&search_text).into(),
        visitor.notes.as_ref().into(),
        visitor.marketing_consent.into(),
        visitor.terms_of_service_consent.into(),
    ];
    tx.run(SQL, &parameters).map(drop)
}

/// What a search looks through: the id and the values of the attributes in lower case, one a line. SQLite's own
/// `lower` knows no letters beyond ASCII, and in JSON a quotation mark does not look like itself.
fn search_text(id: &VisitorId, attributes: &Attributes) -> String {
    let values = attributes.values().map(|value| match value {
        Attribute::Text(value) => value.clone(),
        Attribute::Boolean(value) => value.to_string(),
        Attribute::Integer(value) => value.to_string(),
        Attribute::Number(value) => value.to_string(),
    });
    let lines: Vec<String> = std::iter::once(id.as_str().to_owned())
        .chain(values)
        .collect();
    lines.join("\n").to_lowercase()
}

/// Puts a visitor into a group, or into none.
pub fn set_group(
    tx: &mut Tx<'_>,
    scope: Scope,
    number: VisitorNumber,
    group: Option<GroupNumber>,
) -> Result<()> {
    const SQL: &str =
        "update visitors set group_number = $3 where organization = $1 and number = $2";
    tx.run(
        SQL,
        &[scope.organization.into(), number.into(), group.into()],
    )
    .map(drop)
}

/// Locks a visitor for the rest of the transaction: whoever changes what belongs to them waits. SQLite has one writer
/// anyway.
pub fn lock(tx: &mut Tx<'_>, scope: Scope, number: VisitorNumber) -> Result<()> {
    const SQLITE: &str = "select number from visitors where organization = $1 and number = $2";
    // Tokens, files and conversations refer to this row and may still be added: whoever adds one and then locks would wait
    // for another who does the same, and the other for them.
    const POSTGRES: &str =
        "select number from visitors where organization = $1 and number = $2 for no key update";
    let sql = tx.pick(SQLITE, POSTGRES);
    tx.one(sql, &[scope.organization.into(), number.into()], |_| Ok(()))
}

/// Writes what a visitor's browser told last.
pub fn set_browser(
    tx: &mut Tx<'_>,
    scope: Scope,
    number: VisitorNumber,
    browser: &Browser,
) -> Result<()> {
    const SQL: &str = "update visitors set browser = $3 where organization = $1 and number = $2";
    let browser =
        serde_json::to_string(browser).map_err(|error| Error::Content(error.to_string()))?;
    let parameters = [scope.organization.into(), number.into(), (&browser).into()];
    tx.run(SQL, &parameters).map(drop)
}

/// Adds a visitor under an id that was generated for a session.
pub fn insert_anonymous(
    tx: &mut Tx<'_>,
    organization: OrganizationNumber,
    id: &VisitorId,
    color: &str,
    created_at: Millis,
) -> Result<VisitorNumber> {
    const SQL: &str = "insert into visitors (organization, id, color, attributes, search_text, marketing_consent, terms_of_service_consent, created_at, is_anonymous) \
        values ($1, $2, $3, '{}', $4, false, false, $5, true) returning number";
    let search_text = search_text(id, &Attributes::new());
    let parameters = [
        organization.into(),
        id.into(),
        color.into(),
        (&search_text).into(),
        created_at.into(),
    ];
    tx.one(SQL, &parameters, |row| row.get(0))
}

/// What a session has to know of the visitor of an id.
pub fn find_standing(tx: &mut Tx<'_>, scope: Scope, id: &VisitorId) -> Result<Option<Standing>> {
    const SQL: &str = "select number, id, is_anonymous, is_verified, banned_at is not null from visitors \
        where organization = $1 and id = $2 and (cast($3 as bigint) is null or number = $3)";
    let parameters = [scope.organization.into(), id.into(), scope.visitor.into()];
    tx.find(SQL, &parameters, |row| {
        Ok(Standing {
            number: row.get(0)?,
            id: row.get(1)?,
            is_anonymous: row.get(2)?,
            is_verified: row.get(3)?,
            is_banned: row.get(4)?,
        })
    })
}

/// Notes that the site proved who a visitor is.
pub fn set_verified(tx: &mut Tx<'_>, scope: Scope, number: VisitorNumber) -> Result<()> {
    const SQL: &str =
        "update visitors set is_verified = true where organization = $1 and number = $2";
    tx.run(SQL, &[scope.organization.into(), number.into()])
        .map(drop)
}

/// Bans a visitor since a time, or lets them write again.
pub fn set_banned(
    tx: &mut Tx<'_>,
    scope: Scope,
    number: VisitorNumber,
    banned_at: Option<Millis>,
) -> Result<()> {
    const SQL: &str = "update visitors set banned_at = $3 where organization = $1 and number = $2";
    let parameters = [scope.organization.into(), number.into(), banned_at.into()];
    tx.run(SQL, &parameters).map(drop)
}
