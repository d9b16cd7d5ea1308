//! PROTOCOL.md and the code of the live door name the same frames, fields, codes and limits.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

const DOCUMENT: &str = "PROTOCOL.md";
const FRAMES: &str = "crates/server/src/live/protocol.rs";
const CODES: &str = "crates/server/src/live/refusal.rs";
const EVENTS: &str = "crates/server/src/live/telling.rs";
const SETTINGS: &str = "crates/server/src/config/default.toml";

/// What the limits of the code are called in the document.
const LIMITS: [(&str, &str); 8] = [
    ("FRAME_BYTES_MAX", "| a frame | {KiB} KiB |"),
    ("FRAMES_PER_SECOND", "| frames | {} a second,"),
    ("FRAMES_AT_ONCE", "a second, {} at once;"),
    ("REFUSED_MAX", "after {} more in a row 4008"),
    ("CHANNELS_MAX", "| channels of a connection | {} |"),
    ("WAITING_MAX", "| {} frames or 1 MiB; then 4009"),
    ("VISITOR_CONNECTIONS_MAX", "| connections | {} of a visitor"),
    ("AGENT_CONNECTIONS_MAX", "{} of an agent,"),
];

/// The same for limits that can be set, by their defaults.
const DEFAULTS: [(&str, &str); 4] = [
    ("connections_per_address", "{} of an address"),
    (
        "visitor_messages_per_second",
        "| messages of a visitor | {} a second,",
    ),
    ("visitor_messages_at_once", "a second, {} at once,"),
    ("visitor_messages_per_hour", "{} an hour"),
];

type Frames = BTreeMap<String, BTreeSet<String>>;

/// The texts that are compared.
struct Texts {
    document: String,
    frames: String,
    codes: String,
    events: String,
    settings: String,
}

fn offenders(texts: &Texts) -> Vec<String> {
    let mut found = Vec::new();
    for (heading, name) in [
        ("## Frames from the client", "enum ClientFrame"),
        ("## Frames from the server", "enum ServerFrame"),
    ] {
        let mut coded = frames_of(&texts.frames, name);
        if name == "enum ServerFrame" {
            let mut event = fields_of(block(&texts.frames, "struct EventFrame"));
            event.remove("t");
            coded.insert("ev".to_owned(), event);
        }
        compare(
            heading,
            &coded,
            &documented_frames(&texts.document, heading),
            &mut found,
        );
    }
    let number = Regex::new(r"\(CloseCode::\w+, (\d+)\)").expect("a valid pattern");
    let row = Regex::new(r"(?m)^\| (4\d{3}) \|").expect("a valid pattern");
    let ends = section(&texts.document, "## How it ends");
    same(
        "close code",
        &names(&number, &texts.frames),
        &names(&row, ends),
        &mut found,
    );

    let code = Regex::new(r#"\(Code::\w+, "(\w+)", (true|false)\)"#).expect("a valid pattern");
    let coded = pairs(&code, &texts.codes, |is_final| is_final == "true");
    let row = Regex::new(r"(?m)^\| `(\w+)` \| (yes|no) \|").expect("a valid pattern");
    let section_of_codes = section(&texts.document, "### Codes of `nack`");
    let documented = pairs(&row, section_of_codes, |is_final| is_final == "yes");
    same("code of nack", &coded, &documented, &mut found);

    let kind = Regex::new(r#"(?:short\(|kind: |=> |hidden, )"(\w+)""#).expect("a valid pattern");
    let row = Regex::new(r"(?m)^\| `(\w+)` \|").expect("a valid pattern");
    let kinds = section(&texts.document, "### Kinds of events");
    same(
        "kind of event",
        &names(&kind, &texts.events),
        &names(&row, kinds),
        &mut found,
    );
    compare_limits(texts, &mut found);
    found
}

fn compare_limits(texts: &Texts, found: &mut Vec<String>) {
    let limits = section(&texts.document, "## Limits");
    let constants =
        LIMITS.map(|(name, form)| (format!("const {name}: "), name, form, &texts.frames));
    let defaults =
        DEFAULTS.map(|(name, form)| (format!("\n{name} = "), name, form, &texts.settings));
    for (start, name, form, text) in constants.into_iter().chain(defaults) {
        let Some((_, rest)) = text.split_once(&start) else {
            found.push(format!("{name} is not there any more"));
            continue;
        };
        let line = rest.lines().next().unwrap_or(rest);
        let value = line
            .rsplit("= ")
            .next()
            .unwrap_or(line)
            .trim_end_matches(';');
        let first = value.split(" * ").next().unwrap_or(value);
        let expected = form.replace("{KiB}", first).replace("{}", value);
        if !limits.contains(&expected) {
            found.push(format!("{DOCUMENT} does not say {expected:?} for {name}"));
        }
    }
}

fn compare(heading: &str, coded: &Frames, documented: &Frames, found: &mut Vec<String>) {
    let keys = |frames: &Frames| frames.keys().cloned().collect();
    same(heading, &keys(coded), &keys(documented), found);
    for (name, fields) in coded {
        if let Some(documented) = documented.get(name) {
            same(&format!("field of `{name}`"), fields, documented, found);
        }
    }
}

fn same(
    what: &str,
    coded: &BTreeSet<String>,
    documented: &BTreeSet<String>,
    found: &mut Vec<String>,
) {
    for name in coded.difference(documented) {
        found.push(format!("{what}: {name} is not in {DOCUMENT}"));
    }
    for name in documented.difference(coded) {
        found.push(format!("{what}: {name} is only in {DOCUMENT}"));
    }
}

/// Frames and their fields, by the names they have on the wire.
fn frames_of(text: &str, name: &str) -> Frames {
    let body = block(text, name);
    let variant = Regex::new(r"(?m)^    ([A-Z]\w*) \{").expect("a valid pattern");
    let starts: Vec<_> = variant.captures_iter(body).collect();
    let mut frames = Frames::new();
    for (place, start) in starts.iter().enumerate() {
        let from = start.get(0).map_or(0, |found| found.end());
        let to = starts.get(place + 1).and_then(|next| next.get(0));
        let fields = &body[from..to.map_or(body.len(), |next| next.start())];
        frames.insert(start[1].to_lowercase(), fields_of(fields));
    }
    frames
}

/// The names of fields on the wire: renamed, or in camel case.
fn fields_of(body: &str) -> BTreeSet<String> {
    let field = Regex::new(
        r#"(?:#\[serde\(rename = "(\w+)"\)\]\s*)?(?:pub\(crate\) )?(?:r#)?\b([a-z_]+): [A-Z&a-z]"#,
    )
    .expect("a valid pattern");
    let without_comments: Vec<&str> = body
        .lines()
        .map(|line| line.split("///").next().unwrap_or(line))
        .collect();
    field
        .captures_iter(&without_comments.join("\n"))
        .map(|found| match found.get(1) {
            Some(renamed) => renamed.as_str().to_owned(),
            None => camel_case(&found[2]),
        })
        .collect()
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or(name).to_owned();
    words.fold(first, |name, word| {
        let (start, rest) = word.split_at(1);
        name + &start.to_uppercase() + rest
    })
}

/// The rows of a table of frames: the name, and the fields in the second column.
fn documented_frames(document: &str, heading: &str) -> Frames {
    let row = Regex::new(r"(?m)^\| `(\w+)` \| ([^|]*) \|").expect("a valid pattern");
    let field = Regex::new(r"`(\w+)\??`").expect("a valid pattern");
    row.captures_iter(section(document, heading))
        .map(|found| (found[1].to_owned(), names(&field, &found[2])))
        .collect()
}

fn names(pattern: &Regex, text: &str) -> BTreeSet<String> {
    let found = pattern.captures_iter(text);
    found.map(|found| found[1].to_owned()).collect()
}

fn pairs(pattern: &Regex, text: &str, is_final: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let found = pattern.captures_iter(text);
    found
        .map(|found| format!("{} (final: {})", &found[1], is_final(&found[2])))
        .collect()
}

/// What is under a heading, up to the next one.
fn section<'t>(document: &'t str, heading: &str) -> &'t str {
    let text = document.split_once(heading).map_or("", |(_, rest)| rest);
    let text = text.split("\n#").next().unwrap_or(text);
    // The head of a table is none of its rows.
    text.split_once("|---").map_or(text, |(_, rows)| rows)
}

/// What is in the braces after a name.
fn block<'t>(text: &'t str, name: &str) -> &'t str {
    let start = format!("{name} {{");
    let body = text.split_once(&start).map_or("", |(_, rest)| rest);
    body.split("\n}").next().unwrap_or(body)
}

fn read() -> Texts {
    let text = |path: &str| {
        let read = std::fs::read_to_string(tidy::root().join(path));
        read.unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    Texts {
        document: text(DOCUMENT),
        frames: text(FRAMES),
        codes: text(CODES),
        events: text(EVENTS),
        settings: text(SETTINGS),
    }
}

#[test]
fn the_protocol_and_its_document_are_the_same() {
    crate::assert_none(
        "change PROTOCOL.md together with the code",
        &offenders(&read()),
    );
}

#[test]
fn a_difference_on_either_side_is_found() {
    let changes: [(&str, &str, &str); 7] = [
        ("a frame", "| `unsub` | `ch` |", "| `leave` | `ch` |"),
        ("a field", "`serverTime`, ", ""),
        ("a field of an event", "`seq`, `kind`, ", "`kind`, "),
        ("a close code", "| 4008 |", "| 4018 |"),
        (
            "a code of nack",
            "| `rate_limited` | no |",
            "| `rate_limited` | yes |",
        ),
        ("a kind", "| `assignment` |", "| `assigned` |"),
        ("a limit", "| 64 KiB |", "| 65 KiB |"),
    ];
    for (what, from, to) in changes {
        let mut texts = read();
        assert!(texts.document.contains(from), "{from}");
        texts.document = texts.document.replace(from, to);
        assert!(!offenders(&texts).is_empty(), "{what} was not found");
    }
    let mut texts = read();
    texts.frames = texts.frames.replace(
        "Unsub { ch: String },",
        "Unsub { ch: String, why: String },",
    );
    assert_eq!(
        offenders(&texts),
        ["field of `unsub`: why is not in PROTOCOL.md"]
    );
}
