//! Parameters and columns: one pair for both databases.

use std::borrow::Cow;

use model::id::{
    AgentId, AgentNumber, ConversationId, ConversationNumber, DeliveryId, EndpointId,
    EndpointNumber, FileId, FileNumber, GroupId, GroupNumber, JobNumber, KeyId, KeyNumber,
    MessageId, OrganizationId, OrganizationNumber, VisitNumber, VisitorId, VisitorNumber,
    WebhookEventNumber,
};
use postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};

use crate::{Error, Result};

/// A parameter of a statement.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// A whole number; every number column is `bigint`.
    Integer(i64),
    /// A truth.
    Boolean(bool),
    /// A text without NUL.
    Text(&'a str),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Value::Integer(value)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::Boolean(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Value::Text(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Value::Text(value)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::ValueRef;
        Ok(rusqlite::types::ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Integer(value) => ValueRef::Integer(*value),
            Value::Boolean(value) => ValueRef::Integer(i64::from(*value)),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
        }))
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Integer(value) if *kind == Type::INT4 => {
                i32::try_from(*value)?.to_sql(kind, out)
            }
            Value::Integer(value) => value.to_sql(kind, out),
            Value::Boolean(value) => value.to_sql(kind, out),
            Value::Text(value) => value.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [
            Type::INT8,
            Type::INT4,
            Type::BOOL,
            Type::TEXT,
            Type::VARCHAR,
            Type::NAME,
        ]
        .contains(kind)
    }

    to_sql_checked!();
}

/// A row of an answer.
pub enum Row<'r> {
    /// From SQLite.
    Sqlite(&'r rusqlite::Row<'r>),
    /// From PostgreSQL.
    Postgres(&'r postgres::Row),
}

impl Row<'_> {
    /// The column at an index, from 0.
    pub fn get<T: Column>(&self, index: usize) -> Result<T> {
        T::from_cell(self.cell(index)?)
            .map_err(|found| Error::Content(format!("column {index} holds {found}")))
    }

    fn cell(&self, index: usize) -> Result<Cell> {
        match self {
            Row::Sqlite(row) => {
                use rusqlite::types::ValueRef;
                Ok(match row.get_ref(index)? {
                    ValueRef::Null => Cell::Null,
                    ValueRef::Integer(value) => Cell::Integer(value),
                    ValueRef::Text(bytes) => {
                        Cell::Text(String::from_utf8_lossy(bytes).into_owned())
                    }
                    ValueRef::Real(_) | ValueRef::Blob(_) => Cell::Other,
                })
            }
            Row::Postgres(row) => {
                let kind = row
                    .columns()
                    .get(index)
                    .map(|column| column.type_().clone());
                Ok(match kind {
                    Some(Type::INT8) => row
                        .try_get::<_, Option<i64>>(index)?
                        .map_or(Cell::Null, Cell::Integer),
                    Some(Type::INT4) => row
                        .try_get::<_, Option<i32>>(index)?
                        .map_or(Cell::Null, |value| Cell::Integer(value.into())),
                    Some(Type::BOOL) => row
                        .try_get::<_, Option<bool>>(index)?
                        .map_or(Cell::Null, Cell::Boolean),
                    Some(Type::TEXT | Type::VARCHAR | Type::NAME) => row
                        .try_get::<_, Option<String>>(index)?
                        .map_or(Cell::Null, Cell::Text),
                    _ => Cell::Other,
                })
            }
        }
    }
}

/// The content of a column, whichever database it came from.
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number, or SQLite's truth.
    Integer(i64),
    /// PostgreSQL's truth.
    Boolean(bool),
    /// A text.
    Text(String),
    /// A type that no column of ours has.
    Other,
}

/// A type that a column can be read as.
pub trait Column: Sized {
    /// Reads a cell, or says what was found instead.
    fn from_cell(cell: Cell) -> std::result::Result<Self, Cow<'static, str>>;
}

impl Column for i64 {
    fn from_cell(cell: Cell) -> std::result::Result<Self, Cow<'static, str>> {
        match cell {
            Cell::Integer(value) => Ok(value),
            _ => Err("no whole number".into()),
        }
    }
}

impl Column for bool {
    fn from_cell(cell: Cell) -> std::result::Result<Self, Cow<'static, str>> {
        match cell {
            Cell::Integer(value) => Ok(value != 0),
            Cell::Boolean(value) => Ok(value),
            _ => Err("no truth".into()),
        }
    }
}

impl Column for String {
    fn from_cell(cell: Cell) -> std::result::Result<Self, Cow<'static, str>> {
        match cell {
            Cell::Text(value) => Ok(value),
            _ => Err("no text".into()),
        }
    }
}

impl<T: Column> Column for Option<T> {
    fn from_cell(cell: Cell) -> std::result::Result<Self, Cow<'static, str>> {
        match cell {
            Cell::Null => Ok(None),
            cell => T::from_cell(cell).map(Some),
        }
    }
}

/// Makes the number and id types of `model` usable as parameters and columns.
macro_rules! columns {
    (numbers: $($number:ident),+; ids: $($id:ident),+;) => {
        $(
            impl From<$number> for Value<'_> {
                fn from(value: $number) -> Self {
                    Value::Integer(value.0)
                }
            }

            impl Column for $number {
                fn from_cell(cell: Cell) -> std::result::Result<Self, Cow<'static, str>> {
                    i64::from_cell(cell).map($number)
                }
            }
        )+
        $(
            impl<'a> From<&'a $id> for Value<'a> {
                fn from(value: &'a $id) -> Self {
                    Value::Text(value.as_str())
                }
            }

            impl Column for $id {
                fn from_cell(cell: Cell) -> std::result::Result<Self, Cow<'static, str>> {
                    String::from_cell(cell).map($id::new)
                }
            }
        )+
    };
}

columns! {
    numbers: AgentNumber, ConversationNumber, EndpointNumber, FileNumber, GroupNumber, JobNumber, KeyNumber, OrganizationNumber,
        VisitNumber, VisitorNumber, WebhookEventNumber;
    ids: AgentId, ConversationId, DeliveryId, EndpointId, FileId, GroupId, KeyId, MessageId, OrganizationId;
}

impl<'a> From<&'a VisitorId> for Value<'a> {
    fn from(value: &'a VisitorId) -> Self {
        Value::Text(value.as_str())
    }
}

impl Column for VisitorId {
    fn from_cell(cell: Cell) -> std::result::Result<Self, Cow<'static, str>> {
        String::from_cell(cell).map(VisitorId::known)
    }
}

/// Reads a text column as one of the names that `parse` knows.
pub(crate) fn named<T>(
    row: &Row<'_>,
    index: usize,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T> {
    let name: String = row.get(index)?;
    parse(&name)
        .ok_or_else(|| Error::Content(format!("column {index} holds the unknown name {name:?}")))
}
