//! `parlour config`: every setting with its value and where that comes from.

use std::fs;

use serde_json::{Value, json};

use super::{Parlour, said};

fn setting<'s>(shown: &'s Value, name: &str) -> (&'s Value, &'s Value) {
    let rows = shown.as_array().expect("a list");
    let row = rows.iter().find(|row| row["setting"] == name);
    let row = row.unwrap_or_else(|| panic!("{name} is not shown"));
    (&row["value"], &row["source"])
}

#[test]
fn flags_win_over_variables_over_the_file_over_defaults() {
    let parlour = Parlour::new();
    let file = parlour.place.path().join("parlour.toml");
    let text = "listen = \"127.0.0.1:1\"\npublic_url = \"https://file.example\"\n[chats]\nidle_seconds = 60\n";
    fs::write(&file, text).expect("a file");
    let mut show =
        parlour.command_on_data(&["config", "show", "--json", "--config", "parlour.toml"]);
    show.env("PARLOUR_LISTEN", "127.0.0.1:2");
    show.env("PARLOUR_LIMITS_API_KEY_PER_HOUR", "100");
    let shown = said(show).json();
    assert_eq!(
        setting(&shown, "listen"),
        (&json!("127.0.0.1:2"), &json!("PARLOUR_LISTEN"))
    );
    assert_eq!(
        setting(&shown, "public_url"),
        (&json!("https://file.example"), &json!("file"))
    );
    assert_eq!(
        setting(&shown, "chats.idle_seconds"),
        (&json!(60), &json!("file"))
    );
    assert_eq!(
        setting(&shown, "limits.api_key_per_hour"),
        (&json!(100), &json!("PARLOUR_LIMITS_API_KEY_PER_HOUR"))
    );
    assert_eq!(
        setting(&shown, "limits.api_key_burst"),
        (&json!(100), &json!("default"))
    );
    let directory = parlour.data_dir().display().to_string();
    assert_eq!(
        setting(&shown, "data_dir"),
        (&json!(directory), &json!("flag"))
    );
}

#[test]
fn passwords_are_not_shown() {
    let parlour = Parlour::new();
    let mut show = parlour.command(&["config", "show"]);
    show.env(
        "PARLOUR_DATABASE_URL",
        "postgres://parlour:s3cret@db.example/parlour",
    );
    show.env(
        "PARLOUR_NATS_URL",
        "nats://parlour:s3cret@one.example:4222,nats://s3cret@two.example",
    );
    let key = "5e".repeat(32);
    show.env("PARLOUR_SECRET_KEY", &key);
    let said = said(show);
    assert_eq!(said.code, Some(0));
    assert!(
        said.out
            .contains("postgres://parlour:••••@db.example/parlour  PARLOUR_DATABASE_URL"),
        "{}",
        said.out
    );
    assert!(
        said.out
            .contains("nats://one.example:4222,nats://two.example  "),
        "{}",
        said.out
    );
    assert!(!said.out.contains("s3cret") && !said.err.contains("s3cret"));
    let mut lines = said.out.lines();
    let shown = lines.find(|line| line.starts_with("secret_key "));
    assert!(
        shown.is_some_and(|line| line.contains(" •••• ")),
        "{said:?}"
    );
    assert!(!said.out.contains(&key));

    let mut check = parlour.command(&["config", "check"]);
    check.env("PARLOUR_SECRET_KEY", "not a key");
    let said = super::said(check);
    assert_eq!(
        said.complaint(),
        "secret_key must hold 64 hexadecimal characters"
    );
}

#[test]
fn a_good_configuration_is_passed_in_silence_and_a_bad_one_named() {
    let parlour = Parlour::new();
    let good = parlour.run(&["config", "check"]);
    assert_eq!(
        (good.code, good.out.as_str(), good.err.as_str()),
        (Some(0), "", "")
    );
    let file = parlour.place.path().join("parlour.toml");
    for (text, complaint) in [
        (
            "[chats]\nidle_secs = 1",
            "parlour.toml: there is no setting \"chats.idle_secs\"; did you mean \"chats.idle_seconds\"?",
        ),
        (
            "[chats]\nidle_seconds = 0",
            "chats.idle_seconds must be at least 1",
        ),
        (
            "[chats]\nidle_seconds = -1",
            "invalid value: integer `-1`, expected u64",
        ),
        (
            "listen = 8080",
            "parlour.toml: listen must be of type string",
        ),
        (
            "listen = \"localhost\"",
            "listen must be an address and a port, as 127.0.0.1:8080; it is \"localhost\"",
        ),
        (
            "database_url = \"mysql://x\"",
            "database_url must begin with postgres://",
        ),
        (
            "[log]\nformat = \"xml\"",
            "log.format must be text, json or auto",
        ),
    ] {
        fs::write(&file, text).expect("a file");
        for command in ["check", "show"] {
            let said = parlour.run(&["config", command, "--config", "parlour.toml"]);
            assert!(said.complaint().starts_with(complaint), "{text}: {said:?}");
        }
        let served = parlour.on_data(&["serve", "--config", "parlour.toml"]);
        assert!(
            served.complaint().starts_with(complaint),
            "{text}: {served:?}"
        );
    }
    fs::remove_file(&file).expect("a file");
    let missing = parlour.run(&["config", "check", "--config", "parlour.toml"]);
    assert!(
        missing
            .complaint()
            .starts_with("the configuration file parlour.toml cannot be read: ")
    );
    let mut wrong = parlour.command(&["config", "check"]);
    wrong.env("PARLOUR_HTTP_CONNECTIONS_MAX", "many");
    assert_eq!(
        said(wrong).complaint(),
        "PARLOUR_HTTP_CONNECTIONS_MAX must be a whole number"
    );
}

#[test]
fn the_openapi_document_is_printed() {
    let said = Parlour::new().run(&["openapi"]);
    assert!(said.out == server::openapi::text(), "{}", said.err);
    assert_eq!(said.code, Some(0));
}
