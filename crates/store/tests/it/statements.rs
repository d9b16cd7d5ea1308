//! Every statement of the store is prepared by both databases, whether a test runs it or not.

use std::{
    fs,
    path::{Path, PathBuf},
};

use store::Location;
use testing::database::{TestDatabase, apart};

/// Not statements to be prepared on both: several in one text, made before there is a schema, or SQLite's own.
const LEFT_OUT: [(&str, &str); 3] = [
    ("migrate.rs", "TABLE"),
    ("migrate.rs", "EXISTS"),
    ("postgres.rs", "SESSION"),
];

/// A text constant of a source file.
#[derive(Debug, PartialEq, Eq)]
struct Statement {
    file: String,
    name: String,
    text: String,
}

impl Statement {
    fn is_left_out(&self) -> bool {
        LEFT_OUT.contains(&(self.file.as_str(), self.name.as_str()))
    }

    fn is_for_sqlite(&self) -> bool {
        !self.name.starts_with("POSTGRES")
    }

    fn is_for_postgres(&self) -> bool {
        !self.name.starts_with("SQLITE")
    }
}

/// Every `const NAME: &str = …;` of a file. What is neither a literal nor a `concat!` of literals and of macros of
/// the same file stops the test: no statement may escape it.
fn find_statements(file: &str, source: &str) -> Vec<Statement> {
    const TYPE: &str = ": &str =";
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(start) = rest.find("const ") {
        rest = &rest[start + "const ".len()..];
        let line_end = rest.find('\n').unwrap_or(rest.len());
        let Some(name_end) = rest[..line_end].find(TYPE) else {
            continue;
        };
        let name = &rest[..name_end];
        let value = rest[name_end + TYPE.len()..].trim_start();
        let text = match value.strip_prefix("concat!(") {
            Some(parts) => read_parts(parts, source),
            None => read_literal(value).map(|(text, _)| text),
        };
        let text = text.unwrap_or_else(|| panic!("{file}: {name} is not understood"));
        found.push(Statement {
            file: file.to_owned(),
            name: name.to_owned(),
            text,
        });
    }
    found
}

/// The text of a `concat!`, read up to its closing parenthesis.
fn read_parts(mut parts: &str, source: &str) -> Option<String> {
    let mut text = String::new();
    loop {
        parts = parts.trim_start_matches([',', ' ', '\n']);
        if parts.starts_with(')') {
            return Some(text);
        }
        if let Some((part, rest)) = read_literal(parts) {
            text.push_str(&part);
            parts = rest;
        } else {
            let (name, rest) = parts.split_once("!()")?;
            let (_, body) = source.split_once(&format!("macro_rules! {name} {{"))?;
            let (_, body) = body.split_once("=> {")?;
            text.push_str(&read_literal(body.trim_start())?.0);
            parts = rest;
        }
    }
}

/// The text of a literal at the start, without its escapes, and what follows it.
fn read_literal(source: &str) -> Option<(String, &str)> {
    let body = source.strip_prefix('"')?;
    let mut text = String::new();
    let mut characters = body.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return Some((text, &body[index + 1..])),
            '\\' => match characters.next()?.1 {
                '\n' => {
                    let rest = characters.as_str().trim_start();
                    characters = body.char_indices();
                    characters.nth(body[..body.len() - rest.len()].chars().count() - 1)?;
                }
                escaped @ ('\\' | '"') => text.push(escaped),
                _ => return None,
            },
            character => text.push(character),
        }
    }
    None
}

/// Every statement of the store's sources.
fn statements() -> Vec<Statement> {
    let mut files = Vec::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for folder in [source.clone(), source.join("sqlite")] {
        let entries = fs::read_dir(&folder).expect("the sources are there");
        files.extend(entries.map(|entry| entry.expect("a readable folder").path()));
    }
    files.retain(|path| path.extension().is_some_and(|ending| ending == "rs"));
    files.sort();
    let statements = |path: &PathBuf| {
        let file = path.file_name().expect("a file has a name");
        let text = fs::read_to_string(path).expect("a readable file");
        find_statements(&file.to_string_lossy(), &text)
    };
    files.iter().flat_map(statements).collect()
}

/// What SQLite says against statements, on the schema of a database.
fn refused_by_sqlite<'s>(
    database: &TestDatabase,
    statements: impl Iterator<Item = &'s Statement>,
) -> Vec<String> {
    drop(database.open());
    let Location::Sqlite(path) = database.location() else {
        panic!("a SQLite database");
    };
    let connection = rusqlite::Connection::open(path).expect("the file is there");
    let prepare = |statement: &Statement| {
        let refused = connection
            .prepare(&statement.text.replace('$', "?"))
            .err()?;
        Some(format!("{}: {}: {refused}", statement.file, statement.name))
    };
    statements.filter_map(prepare).collect()
}

/// What PostgreSQL says against statements, on the schema of a database.
fn refused_by_postgres<'s>(
    database: &TestDatabase,
    statements: impl Iterator<Item = &'s Statement>,
) -> Vec<String> {
    let Location::Postgres(url) = database.location() else {
        panic!("a PostgreSQL database");
    };
    let mut client = postgres::Client::connect(&url, postgres::NoTls).expect("the server is there");
    let prepare = |statement: &Statement| {
        let refused = client.prepare(&statement.text).err()?;
        let said = refused
            .as_db_error()
            .map_or_else(String::new, ToString::to_string);
        Some(format!("{}: {}: {said}", statement.file, statement.name))
    };
    statements.filter_map(prepare).collect()
}

#[test]
fn every_statement_is_prepared_on_sqlite() {
    let statements = statements();
    let wanted = statements
        .iter()
        .filter(|statement| !statement.is_left_out() && statement.is_for_sqlite());
    let refused = refused_by_sqlite(&TestDatabase::sqlite(), wanted);
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn every_statement_is_prepared_on_postgres() {
    let statements = statements();
    let wanted = statements
        .iter()
        .filter(|statement| !statement.is_left_out() && statement.is_for_postgres());
    let refused = refused_by_postgres(&TestDatabase::postgres(), wanted);
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn every_constant_is_found() {
    let statements = statements();
    for (file, name) in LEFT_OUT {
        let is_there = |statement: &Statement| statement.file == file && statement.name == name;
        assert!(
            statements.iter().any(is_there),
            "{file} has no {name} any more"
        );
    }
    let has = |file: &str, text: &str| {
        let is_it = |statement: &Statement| statement.file == file && statement.text.contains(text);
        statements.iter().any(is_it)
    };
    assert!(
        has("agents.rs", "select number, id, email"),
        "a concat! with columns"
    );
    assert!(
        has("jobs.rs", "for update skip locked"),
        "one for PostgreSQL"
    );
    assert!(has("conversations.rs", r"escape '\'"), "one with escapes");
}

#[test]
fn a_broken_statement_is_found() {
    let source = r#"
const COUNT: usize = 1;
macro_rules! group_columns {
    () => {
        "number, name \
        from groups"
    };
}
fn find() {
    const GOOD: &str = concat!("select ", group_columns!(), " where id = $1");
    const WRONG: &str = "select numbr from groups";
    const SQLITE: &str = "select 'é \\ \"' from sqlite_master where name = $1";
    const POSTGRES: &str =
        "select number from groups where number = $1 \
            for update";
    const UNTYPED: &str = concat!(
        "select ",
        group_columns!(),
        " where ($1 is null or id = $1)",
    );
}
"#;
    let statements = find_statements("planted.rs", source);
    let texts: Vec<&str> = statements.iter().map(|found| found.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "select number, name from groups where id = $1",
            "select numbr from groups",
            "select 'é \\ \"' from sqlite_master where name = $1",
            "select number from groups where number = $1 for update",
            "select number, name from groups where ($1 is null or id = $1)",
        ]
    );

    let names = |refused: Vec<String>| -> Vec<String> {
        let name = |line: String| line.split(": ").nth(1).map(str::to_owned);
        refused.into_iter().filter_map(name).collect()
    };
    let refused = refused_by_sqlite(&TestDatabase::sqlite(), statements.iter());
    assert_eq!(names(refused), ["WRONG", "POSTGRES"]);
    let refused = apart(|| refused_by_postgres(&TestDatabase::postgres(), statements.iter()));
    // It has to know the type of every parameter.
    assert_eq!(names(refused), ["WRONG", "SQLITE", "UNTYPED"]);
    let wanted = statements.iter().filter(|found| found.is_for_sqlite());
    assert_eq!(wanted.count(), 4);
}
