//! `parlour doctor`: what it finds, how it says so, and that it touches nothing.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::Value;

use super::{Parlour, Said};
use crate::arrange::{VISITOR, agent_says, text_of};

/// A webhook endpoint with a secret that the key `00000000` sealed.
const FOREIGN_ENDPOINT: &str = "insert into webhook_endpoints (organization, id, url, description, events, secret, headers, is_enabled, created_at) \
    values (1, 'endpoint-foreign', 'https://example.com', '', 1, 'v1.00000000.AAAA', '', 1, 0)";

/// A widget with a secret that the same key sealed.
const FOREIGN_WIDGET: &str =
    "update organizations set id = 'organization-foreign', identity_secret = 'v1.00000000.AAAA'";

/// An endpoint without secrets.
const ENDPOINT: &str = "insert into webhook_endpoints (organization, id, url, description, events, secret, headers, is_enabled, created_at) \
    values (1, 'endpoint-plain', 'https://example.com', '', 1, '', '', 1, 0)";

impl Parlour {
    fn examine(&self) -> Said {
        self.on_data(&["doctor"])
    }
}

/// The lines that are not `ok`: each begins with how bad it is and what was looked at.
fn complaints(said: &Said) -> Vec<String> {
    let lines = said.out.lines().filter(|line| !line.starts_with("ok "));
    lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// A problem of a class, and nothing else that is worse than `ok`.
fn only_problem(said: &Said, code: i32, text: &str) {
    let found = complaints(said);
    let is_told = found.len() == 1 && found[0].starts_with("problem ") && found[0].contains(text);
    assert!(is_told && said.code == Some(code), "{said:#?}");
}

#[test]
fn a_healthy_installation_is_told_so_and_left_as_it_was() {
    let parlour = Parlour::new();
    let made = parlour.init();
    let before = parlour.files();
    let said = parlour.examine();
    assert_eq!(
        (said.code, complaints(&said).len()),
        (Some(0), 0),
        "{said:#?}"
    );
    assert!(said.out.contains("no server runs here") && said.err.is_empty());
    assert_eq!(parlour.files(), before);

    let mut serving = parlour.serve();
    let client = serving.client(&made["apiKey"]);
    agent_says(&client, text_of(&made["agentId"]), VISITOR, "hello");
    let report = parlour.on_data(&["doctor", "--json"]).json();
    assert_eq!(report["status"], "ok", "{report:#}");
    let checks = report["checks"].as_array().expect("a list");
    let of = |check: &Value| text_of(&check["check"]).to_owned();
    assert!(checks.iter().any(|check| of(check) == "webhooks"));
    assert_eq!(checks[0]["text"], "a server runs here");
    let sound = "every page of the database is sound";
    if !serving.seen.iter().any(|line| line.contains(sound)) {
        serving.wait_for(sound);
    }

    // The log of a killed server stays for the next one.
    serving.end("-KILL");
    let before = parlour.files();
    assert_eq!(parlour.examine().code, Some(0));
    let after = parlour.files();
    for name in ["parlour.db", "parlour.db-wal", "secret.key"] {
        assert_eq!(after[name], before[name], "{name}");
    }
}

#[test]
fn what_others_may_read_is_told_with_the_command_that_ends_it() {
    let parlour = Parlour::new();
    parlour.init();
    let directory = parlour.data_dir();
    let (database, key) = (directory.join("parlour.db"), directory.join("secret.key"));
    let set = |path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    };
    set(&database, 0o644);
    let said = parlour.examine();
    assert_eq!(said.code, Some(0));
    assert!(complaints(&said)[0].starts_with("warning permissions"));
    set(&directory, 0o755);
    let said = parlour.examine();
    assert_eq!(said.code, Some(66));
    let found = complaints(&said);
    let commands = [
        format!("chmod 700 {}", directory.display()),
        format!("chmod 600 {}", database.display()),
    ];
    assert!(
        found
            .iter()
            .zip(&commands)
            .all(|(line, command)| line.ends_with(command))
    );
    assert_eq!(found.len(), 2, "{found:#?}");
    set(&directory, 0o700);
    set(&database, 0o600);
    set(&key, 0o640);
    only_problem(&parlour.examine(), 66, "secret.key can be read by others");
}

#[test]
fn a_missing_damaged_or_foreign_database_is_told() {
    let parlour = Parlour::new();
    let missing = parlour.examine();
    assert_eq!(missing.code, Some(64));
    assert!(missing.out.contains("there is no Parlour in"));
    assert!(!parlour.data_dir().exists());

    parlour.init();
    let file = parlour.data_dir().join("parlour.db");
    let whole = fs::read(&file).expect("a database");
    let mut torn = whole.clone();
    torn[8_192..8_256].fill(0xff);
    for (content, text) in [
        (&torn[..], "it is damaged"),
        (&whole[..whole.len() / 2], "it is damaged"),
        (b"Dear doctor", "it cannot be read: file is not a database"),
        (b"", "it is no database of Parlour"),
    ] {
        fs::write(&file, content).expect("a file");
        let said = parlour.examine();
        assert_eq!(said.code, Some(64), "{said:#?}");
        assert!(said.out.contains(text) && said.err.is_empty(), "{said:#?}");
        assert_eq!(fs::read(&file).expect("still there"), content);
    }
}

#[test]
fn schemas_of_other_versions_are_told() {
    let parlour = Parlour::new();
    parlour.init();
    parlour.run_sql(&["insert into migrations (version, name) values (99, 'tomorrow')"]);
    only_problem(&parlour.examine(), 64, "newer than this program's");
    let parlour = Parlour::new();
    parlour.init();
    parlour.run_sql(&["delete from migrations where version > 1"]);
    let said = parlour.examine();
    assert_eq!(said.code, Some(0));
    assert!(
        complaints(&said)[0].contains("schema 1 is older"),
        "{said:#?}"
    );
}

#[test]
fn secrets_without_their_key_are_told() {
    let parlour = Parlour::new();
    parlour.init();
    parlour.run_sql(&[FOREIGN_ENDPOINT]);
    let sealed = "webhook endpoints (endpoint-foreign) are sealed with the key 00000000";
    only_problem(&parlour.examine(), 68, sealed);
    parlour.run_sql(&[FOREIGN_WIDGET]);
    let sealed = "webhook endpoints (endpoint-foreign) and 1 widgets of organizations (organization-foreign) are sealed with the key 00000000";
    only_problem(&parlour.examine(), 68, sealed);
    let key = parlour.data_dir().join("secret.key");
    fs::remove_file(&key).expect("it was there");
    only_problem(&parlour.examine(), 68, sealed);
    assert!(!key.exists(), "a key was made");
    fs::write(&key, "half a key").expect("a file");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("it is ours");
    only_problem(
        &parlour.examine(),
        68,
        "must hold 64 hexadecimal characters",
    );
}

#[test]
fn a_clock_behind_the_newest_message_is_told() {
    let parlour = Parlour::new();
    let made = parlour.init();
    let mut serving = parlour.serve();
    let client = serving.client(&made["apiKey"]);
    agent_says(&client, text_of(&made["agentId"]), VISITOR, "hello");
    serving.end("-TERM");
    parlour.run_sql(&["update messages set created_at = 4102444800000"]);
    only_problem(
        &parlour.examine(),
        67,
        "the newest message is of Fri, 01 Jan 2100",
    );
}

#[test]
fn dead_jobs_and_endpoints_in_trouble_are_told() {
    let parlour = Parlour::new();
    parlour.init();
    parlour.run_sql(&[
        ENDPOINT,
        "update webhook_endpoints set failing_since = 1767614400000",
    ]);
    let said = parlour.examine();
    assert_eq!(said.code, Some(0), "{said:#?}");
    let warning = &complaints(&said)[0];
    assert!(
        warning.contains("endpoint-plain") && warning.contains("05 Jan 2026"),
        "{warning}"
    );
    parlour.run_sql(&[
        "update webhook_endpoints set is_enabled = 0, disabled_at = 1, disabled_reason = 'gone'",
    ]);
    only_problem(&parlour.examine(), 69, "was disabled, as it was gone");
    parlour.run_sql(&[
        "delete from webhook_endpoints",
        "insert into jobs (organization, kind, payload, run_at, leased_until, fence, attempts, last_error, dead_at)
            values (1, 'finish_chat', '1', 0, 0, 0, 9, 'it burns', 1)",
    ]);
    only_problem(&parlour.examine(), 69, "because of: it burns");
}
