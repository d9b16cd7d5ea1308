//! `parlour backup`: whole copies while messages are written, and what it refuses.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use store::{Location, inspect::Inspector};
use testing::{
    client::Client,
    database::TestDatabase,
    server::{eventually, within},
};

use super::{Parlour, is_private, said, send_signal};
use crate::arrange::{agent_says, id_of, text_of};

/// Those who write at once, and how long each waits between two messages: some 150 a second together.
const WRITERS: usize = 4;
const PAUSE: Duration = Duration::from_millis(25);

/// Backups under load.
const ROUNDS: usize = 6;

/// Messages that are there before, so that a copy takes a while.
const OLD_MESSAGES: &[&str] = &[
    "insert into visitors (organization, id, color, attributes, search_text, marketing_consent, terms_of_service_consent, created_at)
        values (1, 'visitor-of-old', '#7b61ff', '{}', '', 0, 0, 0)",
    "insert into conversations (organization, id, visitor, channel, head, status, chat, is_chat_open, last_message_at, list_minute,
        visitor_seen, created_at) select 1, 'conversation-of-old', number, 'chat', 40000, 'closed', 1, 0, 0, 0, 0, 0 from visitors",
    "with recursive rows (seq) as (select 1 union all select seq + 1 from rows where seq < 40000)
        insert into messages (conversation, seq, id, kind, text, created_at, is_pushed, is_trigger, is_missed, is_missed_by_visitor,
            is_bot, is_sent_via_js_api)
        select conversations.number, seq, 'old-' || seq, 'visitor', hex(randomblob(100)), 0, 0, 0, 0, 0, 0, 0 from rows, conversations",
];

impl Parlour {
    /// A place for a backup.
    pub(super) fn backup_file(&self) -> PathBuf {
        self.place.path().join("backup.db")
    }

    /// Makes a backup that must succeed.
    pub(super) fn back_up(&self) -> Value {
        let file = self.backup_file();
        self.on_data(&["backup", "--json", "--force", "--to", text_of_path(&file)])
            .json()
    }
}

pub(super) fn text_of_path(path: &Path) -> &str {
    path.to_str().expect("a text")
}

/// The ids of all messages in a file.
pub(super) fn messages_in(file: &Path) -> BTreeSet<String> {
    const SQL: &str = "select id from messages";
    let mut inspector = Inspector::open(&Location::Sqlite(file.to_owned())).expect("it opens");
    let ids = inspector.read(|tx| tx.all(SQL, &[], |row| row.get(0)));
    ids.expect("messages").into_iter().collect()
}

/// What was acknowledged so far, and how long each answer took.
#[derive(Default)]
struct Sent {
    ids: Vec<String>,
    times: Vec<Duration>,
}

fn send_until(
    client: &Client,
    agent_id: &str,
    visitor: &str,
    is_done: &AtomicBool,
    sent: &Mutex<Sent>,
) {
    while !is_done.load(Ordering::Relaxed) {
        let begun = now();
        let message = agent_says(client, agent_id, visitor, "under load");
        let mut sent = sent.lock().expect("no panic");
        sent.times.push(now() - begun);
        sent.ids.push(id_of(&message));
        drop(sent);
        thread::park_timeout(PAUSE);
    }
}

#[expect(clippy::disallowed_methods, reason = "answers are timed")]
fn now() -> Instant {
    Instant::now()
}

/// The time that all but one in a hundred stay below.
fn p99(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[times.len() * 99 / 100]
}

#[test]
fn a_backup_under_load_is_whole_and_has_everything_acknowledged_before() {
    let parlour = Parlour::new();
    let made = parlour.init();
    parlour.run_sql(OLD_MESSAGES);
    let mut command = parlour.command_on_data(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("PARLOUR_LIMITS_API_KEY_PER_SECOND", "100000");
    let serving = super::Serving::start(command);
    let (is_done, sent) = (AtomicBool::new(false), Mutex::new(Sent::default()));
    let count = || sent.lock().expect("no panic").ids.len();
    let (mut normal, mut during) = (Vec::new(), Vec::new());
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let client = serving.client(&made["apiKey"]);
            let (is_done, sent, agent_id) = (&is_done, &sent, text_of(&made["agentId"]));
            let visitor = format!("visitor-under-load-{writer}");
            scope.spawn(move || send_until(&client, agent_id, &visitor, is_done, sent));
        }
        let file = parlour.backup_file();
        for round in 0..ROUNDS {
            let quiet = count();
            eventually("more messages", || (count() >= quiet + 60).then_some(()));
            let before: Vec<String> = sent.lock().expect("no panic").ids.clone();
            let backup = parlour.back_up();
            let after = count();
            let times = &sent.lock().expect("no panic").times;
            normal.extend_from_slice(&times[quiet..before.len()]);
            during.extend_from_slice(&times[before.len()..after]);
            let kept = messages_in(&file);
            let lost: Vec<&String> = before.iter().filter(|id| !kept.contains(*id)).collect();
            assert!(lost.is_empty(), "round {round}: {lost:?}");
            assert_eq!(backup["messages"], kept.len());
            assert_eq!(backup["organizations"], 1);
        }
        is_done.store(true, Ordering::Relaxed);
    });
    println!(
        "{} messages, {} of them during {ROUNDS} backups; p99 {:?}, during a backup {:?}",
        normal.len() + during.len(),
        during.len(),
        p99(&normal),
        p99(&during)
    );
}

#[test]
fn a_backup_is_a_database_a_checksum_and_a_key_for_the_owner_only() {
    let parlour = Parlour::new();
    parlour.init();
    let backup = parlour.back_up();
    let file = parlour.backup_file();
    assert_eq!(backup["file"], text_of_path(&file));
    let line = fs::read_to_string(file.with_extension("db.sha256")).expect("a checksum");
    assert_eq!(line, format!("{}  backup.db\n", text_of(&backup["sha256"])));
    let key = file.with_extension("db.key");
    assert_eq!(backup["keyFile"], text_of_path(&key));
    assert_eq!(
        fs::read(&key).expect("a key"),
        parlour.files()["secret.key"]
    );
    assert!([&file, &key].into_iter().all(|path| is_private(path)));
    let mut names: Vec<_> = fs::read_dir(parlour.place.path())
        .expect("a directory")
        .map(|entry| entry.expect("readable").file_name())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["backup.db", "backup.db.key", "backup.db.sha256", "data"]
    );

    let again = parlour.on_data(&["backup", "--to", text_of_path(&file)]);
    let there = format!(
        "{} is there already; write over it with --force",
        file.display()
    );
    assert_eq!(again.complaint(), there);
    let people = parlour.on_data(&["backup", "--force", "--to", text_of_path(&file)]);
    assert_eq!(people.code, Some(0));
    assert!(people.out.contains("Newest message  -"), "{people:?}");
    assert!(people.err.contains("keep it elsewhere"), "{people:?}");
}

#[test]
fn a_backup_is_not_written_where_it_would_harm() {
    let parlour = Parlour::new();
    let missing = parlour.on_data(&["backup", "--to", "backup.db"]);
    assert!(missing.complaint().starts_with("there is no Parlour in"));
    parlour.init();
    let before = parlour.files();
    let itself = parlour.data_dir().join("parlour.db");
    for (target, complaint) in [
        (text_of_path(&itself), "is the database itself"),
        (".", "is a directory"),
        ("missing/backup.db", "cannot be written"),
    ] {
        let said = parlour.on_data(&["backup", "--force", "--to", target]);
        assert!(said.complaint().contains(complaint), "{said:?}");
    }
    assert_eq!(parlour.files(), before);
}

#[test]
fn an_interrupted_backup_leaves_nothing() {
    let parlour = Parlour::new();
    parlour.init();
    parlour.run_sql(OLD_MESSAGES);
    let file = parlour.backup_file();
    for signal in ["-INT", "-TERM"] {
        let mut command = parlour.command_on_data(&["backup", "--to", text_of_path(&file)]);
        let mut child = command
            .stdin(Stdio::null())
            .spawn()
            .expect("the binary runs");
        let part = file.with_extension("db.part");
        while !fs::metadata(&part).is_ok_and(|metadata| metadata.len() > 0) {
            thread::yield_now();
        }
        for signal in ["-STOP", signal, "-CONT"] {
            send_signal(signal, child.id());
        }
        let status = within(Duration::from_secs(20), "the end", || {
            child.try_wait().expect("a child")
        });
        assert_eq!(status.code(), Some(1));
        let names = fs::read_dir(parlour.place.path()).expect("a directory");
        assert_eq!(names.count(), 1, "something but the data was left");
    }
}

#[test]
fn on_postgres_its_own_tools_are_named() {
    let parlour = Parlour::new();
    let database = TestDatabase::postgres();
    let Location::Postgres(url) = database.location() else {
        panic!("a PostgreSQL database");
    };
    let on_postgres = |arguments: &[&str]| {
        let mut command = parlour.command_on_data(arguments);
        command.args(["--database-url", &url]);
        said(command)
    };
    let said = on_postgres(&["backup", "--to", "backup.db"]);
    assert!(said.complaint().contains("pg_dump"), "{said:?}");
    let said = on_postgres(&["restore", "--from", "backup.db"]);
    assert!(said.complaint().contains("pg_restore"), "{said:?}");

    let epoch = || on_postgres(&["restore", "--renew-epoch", "--json"]).json()["epoch"].take();
    let (first, second) = (epoch(), epoch());
    assert!(first.is_string() && second.is_string() && first != second);
    let healthy = on_postgres(&["doctor", "--json"]).json();
    assert_eq!(healthy["status"], "ok", "{healthy}");
    assert!(healthy.to_string().contains("full_page_writes is on"));
}
