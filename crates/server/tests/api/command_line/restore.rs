//! `parlour restore`: a backup as a new history, the key that comes along, and what is refused.

use std::fs;

use serde_json::{Value, json};
use store::{Db, Location, Options, inspect::Inspector, installation};

use super::{
    Parlour, Said,
    backup::{messages_in, text_of_path},
    is_private,
};
use crate::arrange::{VISITOR, agent_says, id_of, items, text_of};

impl Parlour {
    fn restore_from(&self, other: &Parlour, more: &[&str]) -> Said {
        let file = other.backup_file();
        let arguments = ["restore", "--json", "--from", text_of_path(&file)];
        self.on_data(&[&arguments[..], more].concat())
    }

    fn epoch(&self) -> String {
        let file = self.data_dir().join("parlour.db");
        let mut inspector = Inspector::open(&Location::Sqlite(file)).expect("it opens");
        let epoch = inspector.read(installation::find_epoch);
        epoch.expect("an answer").expect("an epoch")
    }

    /// Adds a webhook endpoint and tells its signing secret.
    fn add_endpoint(&self) -> String {
        let url = [
            "webhook",
            "add",
            "--url",
            "https://example.com/hook",
            "--json",
        ];
        text_of(&self.on_data(&url).json()["secret"]).to_owned()
    }
}

#[test]
fn a_backup_is_restored_elsewhere_with_its_key_and_another_epoch() {
    let (parlour, elsewhere) = (Parlour::new(), Parlour::new());
    let made = parlour.init();
    let secret = parlour.add_endpoint();
    let serving = parlour.serve();
    let client = serving.client(&made["apiKey"]);
    let message = agent_says(&client, text_of(&made["agentId"]), VISITOR, "kept");
    parlour.back_up();
    agent_says(&client, text_of(&made["agentId"]), VISITOR, "too late");

    let restored = elsewhere.restore_from(&parlour, &[]).json();
    let counts = [
        "organizations",
        "conversations",
        "messages",
        "unreadableEndpoints",
    ]
    .map(|name| restored[name].clone());
    assert_eq!(counts, [1, 1, 1, 0].map(|count| json!(count)));
    assert_eq!(restored["newestMessageAt"], message["createdAt"]);
    assert_eq!(restored["setAside"], Value::Null);
    assert_eq!(restored["epoch"], elsewhere.epoch());
    assert_ne!(elsewhere.epoch(), parlour.epoch());
    let files = elsewhere.files();
    let names: Vec<&String> = files.keys().collect();
    assert_eq!(names, ["parlour.db", "secret.key", "serve.lock"]);
    assert_eq!(files["secret.key"], parlour.files()["secret.key"]);
    assert!(
        names
            .iter()
            .all(|name| is_private(&elsewhere.data_dir().join(name)))
    );

    // Nothing that is secret lies anywhere but in the key.
    let backup = fs::read(parlour.backup_file()).expect("a backup");
    let plain = secret.as_bytes();
    let lies_in = |bytes: &[u8]| bytes.windows(plain.len()).any(|window| window == plain);
    assert!(!lies_in(&backup) && !files.values().any(|bytes| lies_in(bytes)));
    assert!(!parlour.files().values().any(|bytes| lies_in(bytes)));

    let again = elsewhere.serve();
    let client = again.client(&made["apiKey"]);
    let path = format!("/v3/conversations/messages/{}", id_of(&message));
    assert_eq!(client.get(&path).json(200), message);
    assert_eq!(items(&client, "/api/v1/webhooks").len(), 1);
    agent_says(&client, text_of(&made["agentId"]), VISITOR, "it goes on");
    assert_eq!(elsewhere.on_data(&["doctor"]).code, Some(0));
}

#[test]
fn the_old_database_is_put_aside_whole() {
    let parlour = Parlour::new();
    let made = parlour.init();
    parlour.back_up();
    let mut serving = parlour.serve();
    let client = serving.client(&made["apiKey"]);
    let message = agent_says(&client, text_of(&made["agentId"]), VISITOR, "later");
    let refused = parlour.restore_from(&parlour, &["--force"]);
    let directory = parlour.data_dir().display().to_string();
    assert_eq!(
        refused.complaint(),
        format!("a server runs on {directory}: stop it first")
    );
    // A killed server leaves its log behind.
    serving.end("-KILL");
    assert!(!parlour.files()["parlour.db-wal"].is_empty());
    let refused = parlour.restore_from(&parlour, &[]);
    assert_eq!(
        refused.complaint(),
        format!("{directory} holds a database already; put it aside with --force")
    );

    let restored = parlour.restore_from(&parlour, &["--force"]).json();
    assert_eq!(restored["messages"], 0);
    let aside = text_of(&restored["setAside"]);
    assert!(aside.starts_with(&format!("{directory}/parlour.db.before-restore-2")));
    assert!(messages_in(aside.as_ref()).contains(&id_of(&message)));
    assert_eq!(parlour.files().len(), 4, "{:?}", parlour.files().keys());
    // Twice more, perhaps in the same second: nothing that was put aside is written over.
    for count in [5, 6] {
        let before = parlour.epoch();
        assert_eq!(parlour.restore_from(&parlour, &["--force"]).code, Some(0));
        assert_ne!(parlour.epoch(), before);
        assert_eq!(parlour.files().len(), count, "{:?}", parlour.files().keys());
    }

    let renewed = parlour
        .on_data(&["restore", "--renew-epoch", "--json"])
        .json();
    assert_eq!(renewed["epoch"], parlour.epoch());
}

#[test]
fn a_key_that_is_there_stays_and_what_it_cannot_open_is_told() {
    let (parlour, other) = (Parlour::new(), Parlour::new());
    parlour.init();
    parlour.add_endpoint();
    let endpoint = parlour.on_data(&["webhook", "list", "--json"]).json();
    parlour.back_up();
    other.init();
    let key = other.files()["secret.key"].clone();

    let restored = other.restore_from(&parlour, &["--force"]);
    assert_eq!(restored.json()["unreadableEndpoints"], 1);
    let told = format!(
        "the secrets of 1 webhook endpoints ({})",
        id_of(&endpoint[0])
    );
    assert!(restored.err.contains(&told), "{restored:?}");
    assert_eq!(other.files()["secret.key"], key);
    let doctor = other.on_data(&["doctor"]);
    assert_eq!(doctor.code, Some(68), "{doctor:?}");

    // What it says to do helps.
    let carried = parlour.backup_file().with_extension("db.key");
    fs::copy(carried, other.data_dir().join("secret.key")).expect("a copy");
    assert_eq!(other.on_data(&["doctor"]).code, Some(0));
}

#[test]
fn what_is_no_whole_backup_is_refused_and_changes_nothing() {
    let parlour = Parlour::new();
    parlour.init();
    parlour.back_up();
    let (file, checksum) = (
        parlour.backup_file(),
        parlour.backup_file().with_extension("db.sha256"),
    );
    let whole = fs::read(&file).expect("a backup");
    let before = parlour.files();
    let refuse = |content: &[u8], complaint: &str| {
        fs::write(&file, content).expect("a file");
        let said = parlour.restore_from(&parlour, &["--force"]);
        let line = said.err.lines().last().unwrap_or_default().to_owned();
        assert!(
            line.starts_with("parlour: ") && line.contains(complaint),
            "{said:?}"
        );
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{said:?}");
        assert_eq!(parlour.files(), before, "{complaint}");
    };
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    refuse(&flipped, "its SHA-256 is not the one in");
    fs::remove_file(&checksum).expect("it was there");
    let mut torn = whole.clone();
    torn[8_192..8_256].fill(0xff);
    let newer = newer_schema();
    for (content, complaint) in [
        (&b""[..], "is empty"),
        (b"Dear database", "is no SQLite database"),
        (&whole[..whole.len() / 2], "is damaged"),
        (&whole[..100], "is damaged"),
        (&torn, "is damaged"),
        (&foreign(), "is no database of Parlour"),
        (&newer, "newer than this program's"),
    ] {
        refuse(content, complaint);
    }
    fs::remove_file(&file).expect("it was there");
    let missing = parlour.restore_from(&parlour, &["--force"]);
    assert!(missing.err.contains("cannot be read"), "{missing:?}");
    let itself = parlour.data_dir().join("parlour.db");
    let said = parlour.on_data(&["restore", "--force", "--from", text_of_path(&itself)]);
    assert!(
        said.complaint().contains("is the database itself"),
        "{said:?}"
    );
    assert_eq!(parlour.files(), before);
}

/// A backup whose schema has one step more.
fn newer_schema() -> Vec<u8> {
    let tomorrow = Parlour::new();
    tomorrow.init();
    tomorrow.run_sql(&["insert into migrations (version, name) values (99, 'tomorrow')"]);
    fs::read(tomorrow.data_dir().join("parlour.db")).expect("a database")
}

/// A whole SQLite file of another program.
fn foreign() -> Vec<u8> {
    let other = Parlour::new();
    other.init();
    other.run_sql(&["drop table migrations"]);
    fs::read(other.data_dir().join("parlour.db")).expect("a database")
}

#[test]
fn every_flipped_bit_is_seen_before_anything_changes() {
    let (parlour, elsewhere) = (Parlour::new(), Parlour::new());
    parlour.init();
    parlour.back_up();
    let file = parlour.backup_file();
    let whole = fs::read(&file).expect("a backup");
    for flip in 0..20 {
        let mut flipped = whole.clone();
        let place = whole.len() * flip / 20 + flip * 37;
        flipped[place] ^= 1 << (flip % 8);
        fs::write(&file, flipped).expect("a file");
        let said = elsewhere.restore_from(&parlour, &[]);
        assert!(said.complaint().contains("SHA-256"), "{said:?}");
        assert!(!elsewhere.data_dir().exists());
    }
    fs::write(&file, whole).expect("a file");
    assert_eq!(elsewhere.restore_from(&parlour, &[]).code, Some(0));
}

#[test]
fn a_database_that_does_not_open_is_put_aside_as_it_is() {
    let parlour = Parlour::new();
    parlour.init();
    parlour.back_up();
    let letter = "Dear database";
    fs::write(parlour.data_dir().join("parlour.db"), letter).expect("a file");
    let restored = parlour.restore_from(&parlour, &["--force"]);
    let aside = text_of(&restored.json()["setAside"]).to_owned();
    assert!(
        restored.err.contains("is put aside as it is"),
        "{restored:?}"
    );
    assert_eq!(fs::read_to_string(aside).expect("a file"), letter);
    assert_eq!(parlour.files().len(), 4, "{:?}", parlour.files().keys());
    assert_eq!(parlour.on_data(&["doctor"]).code, Some(0));
}

#[test]
fn a_database_that_another_program_has_open_is_left_alone() {
    let parlour = Parlour::new();
    parlour.init();
    parlour.back_up();
    let file = parlour.data_dir().join("parlour.db");
    let db = Db::open(&Options::new(Location::Sqlite(file)), drop).expect("a database");
    let epoch = parlour.epoch();
    let refused = parlour.restore_from(&parlour, &["--force"]);
    assert!(refused.complaint().contains("end it first"), "{refused:?}");
    assert_eq!(parlour.epoch(), epoch);
    drop(db);
    assert_eq!(parlour.restore_from(&parlour, &["--force"]).code, Some(0));
}
