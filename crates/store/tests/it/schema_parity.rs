//! Both databases have the same tables, columns, keys and indexes after migration.

use std::collections::{BTreeMap, BTreeSet};

use store::Location;
use testing::database::TestDatabase;

/// A column as both databases can tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Column {
    name: String,
    kind: &'static str,
    may_be_null: bool,
}

/// A table; sets, as neither database keeps the order of its keys and indexes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Table {
    columns: Vec<Column>,
    primary_key: Vec<String>,
    unique: BTreeSet<Vec<String>>,
    /// Column, table and column it points to, and what a deletion there does.
    references: BTreeSet<(String, String, String, String)>,
    indexes: BTreeSet<Index>,
}

/// An index that was made by name; an expression and a condition are told in lower case, without parentheses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Index {
    name: String,
    is_unique: bool,
    columns: Vec<String>,
    condition: Option<String>,
}

type Schema = BTreeMap<String, Table>;

/// What a column can hold, in words for both.
fn kind(declared: &str) -> &'static str {
    match declared.to_lowercase().as_str() {
        "integer" | "bigint" => "whole number",
        "text" => "text",
        "boolean" => "truth",
        other => panic!("a column of the unexpected type {other}"),
    }
}

/// An expression as both write it: PostgreSQL adds parentheses and casts.
fn plain(expression: &str) -> String {
    let expression = expression
        .to_lowercase()
        .replace("::bigint", "")
        .replace("::text", "");
    expression.replace(['(', ')', ' '], "")
}

fn sqlite_schema(connection: &rusqlite::Connection) -> Schema {
    let names = strings(
        connection,
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'",
        "",
    );
    let mut schema = Schema::new();
    for name in names.into_iter().flatten() {
        let mut table = Table::default();
        let mut key = Vec::new();
        for row in strings(
            connection,
            r#"select name, type, "notnull", pk from pragma_table_info($1)"#,
            &name,
        ) {
            let place: usize = row[3].parse().expect("a number");
            table.columns.push(Column {
                name: row[0].clone(),
                kind: kind(&row[1]),
                may_be_null: row[2] == "0" && place == 0,
            });
            key.push((place, row[0].clone()));
        }
        key.retain(|(place, _)| *place > 0);
        key.sort_unstable();
        table.primary_key = key.into_iter().map(|(_, column)| column).collect();
        table.references = strings(
            connection,
            r#"select "from", "table", "to", on_delete from pragma_foreign_key_list($1)"#,
            &name,
        )
        .into_iter()
        .map(|row| reference(&row))
        .collect();
        sqlite_indexes(connection, &name, &mut table);
        schema.insert(name, table);
    }
    schema
}

fn sqlite_indexes(connection: &rusqlite::Connection, name: &str, table: &mut Table) {
    for row in strings(
        connection,
        r#"select l.name, l."unique", l.origin, coalesce(m.sql, '') from pragma_index_list($1) l
        join sqlite_master m on m.name = l.name"#,
        name,
    ) {
        match row[2].as_str() {
            "u" => {
                let columns = strings(
                    connection,
                    "select name from pragma_index_info($1) order by seqno",
                    &row[0],
                );
                table.unique.insert(columns.into_iter().flatten().collect());
            }
            "c" => {
                table.indexes.insert(index(&row[0], row[1] == "1", &row[3]));
            }
            _ => {}
        }
    }
}

/// An index as its statement tells it; both databases keep the statement.
fn index(name: &str, is_unique: bool, statement: &str) -> Index {
    let statement = statement.to_lowercase();
    let (head, condition) = match statement.split_once(" where ") {
        Some((head, condition)) => (head, Some(plain(condition))),
        None => (statement.as_str(), None),
    };
    let (_, list) = head.split_once('(').expect("an index has columns");
    let list = list.strip_suffix(')').expect("the columns end the head");
    let mut columns = vec![String::new()];
    let mut depth = 0;
    for character in list.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                columns.push(String::new());
                continue;
            }
            _ => {}
        }
        columns.last_mut().expect("never empty").push(character);
    }
    Index {
        name: name.to_owned(),
        is_unique,
        columns: columns.iter().map(|column| plain(column)).collect(),
        condition,
    }
}

fn reference(row: &[String]) -> (String, String, String, String) {
    (
        row[0].clone(),
        row[1].clone(),
        row[2].clone(),
        row[3].to_lowercase(),
    )
}

/// Every row of an answer of SQLite, as text.
fn strings(connection: &rusqlite::Connection, sql: &str, parameter: &str) -> Vec<Vec<String>> {
    let mut statement = connection.prepare(sql).expect("a valid statement");
    let width = statement.column_count();
    let parameters: &[&str] = if sql.contains("$1") {
        &[parameter]
    } else {
        &[]
    };
    let rows = statement.query_map(rusqlite::params_from_iter(parameters), |row| {
        let cell = |index| {
            Ok(match row.get::<_, rusqlite::types::Value>(index)? {
                rusqlite::types::Value::Integer(value) => value.to_string(),
                rusqlite::types::Value::Text(value) => value,
                other => panic!("{other:?}"),
            })
        };
        (0..width).map(cell).collect()
    });
    rows.expect("an answer")
        .collect::<rusqlite::Result<_>>()
        .expect("readable rows")
}

const POSTGRES_COLUMNS: &str = "select table_name::text, column_name::text, data_type::text, is_nullable::text \
    from information_schema.columns where table_schema = 'public' order by table_name, ordinal_position";

const POSTGRES_KEYS: &str = "select c.conrelid::regclass::text, c.contype::text, \
        array(select a.attname::text from unnest(c.conkey) with ordinality k(number, place) \
            join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.number order by k.place) \
    from pg_constraint c where c.connamespace = 'public'::regnamespace and c.contype in ('p', 'u')";

const POSTGRES_REFERENCES: &str = "select c.conrelid::regclass::text, a.attname::text, c.confrelid::regclass::text, b.attname::text, \
        case c.confdeltype when 'a' then 'no action' when 'c' then 'cascade' when 'n' then 'set null' else 'other' end \
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1] \
    join pg_attribute b on b.attrelid = c.confrelid and b.attnum = c.confkey[1] \
    where c.connamespace = 'public'::regnamespace and c.contype = 'f'";

const POSTGRES_INDEXES: &str = "select i.indrelid::regclass::text, i.indexrelid::regclass::text, i.indisunique, pg_get_indexdef(i.indexrelid) \
    from pg_index i join pg_class t on t.oid = i.indrelid where t.relnamespace = 'public'::regnamespace \
    and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid and c.contype in ('p', 'u'))";

fn postgres_schema(client: &mut postgres::Client) -> Schema {
    let mut schema = Schema::new();
    let mut rows = |sql| client.query(sql, &[]).expect("an answer");
    for row in rows(POSTGRES_COLUMNS) {
        schema.entry(row.get(0)).or_default().columns.push(Column {
            name: row.get(1),
            kind: kind(row.get(2)),
            may_be_null: row.get::<_, &str>(3) == "YES",
        });
    }
    for row in rows(POSTGRES_KEYS) {
        let table = schema.entry(row.get(0)).or_default();
        match row.get(1) {
            "p" => table.primary_key = row.get(2),
            _ => drop(table.unique.insert(row.get(2))),
        }
    }
    for row in rows(POSTGRES_REFERENCES) {
        let texts: Vec<String> = (1..5).map(|index| row.get(index)).collect();
        let table = schema.entry(row.get(0)).or_default();
        table.references.insert(reference(&texts));
    }
    for row in rows(POSTGRES_INDEXES) {
        let table = schema.entry(row.get(0)).or_default();
        table
            .indexes
            .insert(index(row.get(1), row.get(2), row.get(3)));
    }
    schema
}

fn connect_sqlite(database: &TestDatabase) -> rusqlite::Connection {
    drop(database.open());
    let Location::Sqlite(path) = database.location() else {
        panic!("a SQLite database");
    };
    rusqlite::Connection::open(path).expect("the file is there")
}

fn connect_postgres(database: &TestDatabase) -> postgres::Client {
    let Location::Postgres(url) = database.location() else {
        panic!("a PostgreSQL database");
    };
    postgres::Client::connect(&url, postgres::NoTls).expect("the server is there")
}

#[test]
fn both_databases_have_the_same_schema() {
    let (sqlite, postgres) = (TestDatabase::sqlite(), TestDatabase::postgres());
    let sqlite = sqlite_schema(&connect_sqlite(&sqlite));
    let postgres = postgres_schema(&mut connect_postgres(&postgres));
    assert!(sqlite.len() > 10 && sqlite["messages"].indexes.len() == 2);
    let names = |schema: &Schema| schema.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&sqlite), names(&postgres));
    for (name, table) in &sqlite {
        assert_eq!(table, &postgres[name], "{name}");
    }
}

#[test]
fn every_difference_is_found() {
    let (sqlite, postgres) = (TestDatabase::sqlite(), TestDatabase::postgres());
    let (sqlite, mut postgres) = (connect_sqlite(&sqlite), connect_postgres(&postgres));
    let same = sqlite_schema(&sqlite);
    for change in [
        "create table extra (number bigint not null primary key)",
        "alter table groups add column extra text",
        "alter table groups alter column name drop not null",
        "alter table groups alter column created_at type text",
        "alter table groups rename column name to title",
        "drop index agents_email",
        "drop index agents_email; create unique index agents_email on agents (organization, email_lower)",
        "drop index jobs_due; create index jobs_due on jobs (run_at, number)",
        "drop index groups_id; create index groups_id on groups (organization, id)",
        "drop index messages_cid; create unique index messages_cid on messages (conversation, kind, coalesce(agent, 1), cid) where cid is not null",
        "alter table keys drop constraint keys_secret_hash_key",
        "alter table events drop constraint events_pkey",
        "alter table visitors drop constraint visitors_group_number_fkey",
    ] {
        postgres
            .batch_execute(&format!("begin; {change}"))
            .expect(change);
        assert_ne!(postgres_schema(&mut postgres), same, "{change}");
        postgres.batch_execute("rollback").expect("undone");
    }
    assert_eq!(postgres_schema(&mut postgres), same);
}

#[test]
fn ids_and_hashes_on_postgres_are_compared_byte_by_byte() {
    const SQL: &str = r#"select table_name || '.' || column_name from information_schema.columns
        where table_schema = 'public' and data_type = 'text' and coalesce(collation_name, '') <> 'C'
        and (column_name in ('id', 'cid', 'email_lower', 'idempotency_key')
            or column_name like '%\_id' or column_name like '%\_hash')"#;
    let database = TestDatabase::postgres();
    let mut client = connect_postgres(&database);
    let mut found = || -> Vec<String> {
        let rows = client.query(SQL, &[]).expect("an answer");
        rows.iter().map(|row| row.get(0)).collect()
    };
    assert_eq!(found(), [] as [String; 0]);
}
