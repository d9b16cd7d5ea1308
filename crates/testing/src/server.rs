//! A server in this process, on a free port, with a clock that the test moves.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use app::{
    App, Write,
    clock::Clock,
    feed::Feed,
    organizations::{CreateOrganization, create},
};
use model::{
    conversation::Conversation,
    id::{
        AgentNumber, ConversationNumber, EndpointNumber, GroupNumber, KeyNumber,
        OrganizationNumber, Scope, VisitorNumber,
    },
    time::Millis,
};
use server::{config::Config, wire::Server};
use store::{Location, Tx, conversations::Place};
use tokio::runtime::{self, Runtime};

use crate::{client::Client, database::TestDatabase};

/// When every test begins: Monday, 5 January 2026, 12:00 UTC.
pub const START: Millis = 1_767_614_400_000;

/// Threads that answer requests: two, so that requests do meet.
const THREADS: usize = 2;

/// Rows of one kind that are looked at; no test makes as many.
const ROWS_MAX: i64 = 10_000;

/// How often something that is about to happen is looked for.
const PAUSE: Duration = Duration::from_millis(25);

/// How long something may take that has no bound of its own.
const PATIENCE: Duration = Duration::from_secs(20);

/// An organization made for a test.
#[derive(Clone, Debug)]
pub struct TestOrganization {
    /// Its public id.
    pub id: String,
    /// Its internal key.
    pub number: OrganizationNumber,
    /// The id in its widget's snippet.
    pub widget_id: String,
    /// A key that may do everything.
    pub api_key: String,
    /// Its owner.
    pub agent_id: String,
}

/// A server with one organization. When it is dropped it stops, and what it stored must be sound.
pub struct TestServer {
    running: Option<Server>,
    runtime: Runtime,
    clock: Arc<Clock>,
    config: Config,
    organization: TestOrganization,
    // Dropped last, when nobody uses it any more.
    _database: Arc<TestDatabase>,
}

impl TestServer {
    /// Starts with the default settings.
    pub fn start() -> Self {
        Self::start_with(|_| {})
    }

    /// Starts with other settings.
    pub fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_on(TestDatabase::from_environment(), change)
    }

    /// Starts on PostgreSQL, whatever the environment says, with other settings.
    pub fn start_on_postgres(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_on(TestDatabase::postgres(), change)
    }

    fn start_on(database: TestDatabase, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = config_of(&database);
        let options = database.options();
        config.database.readers = options.readers;
        config.database.writers = options.writers;
        change(&mut config);
        let clock = Arc::new(Clock::manual(START));
        let (runtime, running) = run(&config, &clock);
        let organization = make_organization(&runtime, running.app(), "Getwear");
        Self {
            running: Some(running),
            runtime,
            clock,
            config,
            organization,
            _database: Arc::new(database),
        }
    }

    /// Starts with bounds that no test reaches.
    pub fn start_unlimited() -> Self {
        Self::start_with(|config| {
            config.limits.api_key_per_second = 1_000_000;
            config.limits.api_key_per_hour = 1_000_000;
            config.limits.failed_keys_per_minute = 1_000_000;
            config.limits.visitor_tokens_per_hour = 1_000_000;
            config.limits.unknown_visitor_ids_per_minute = 1_000_000;
        })
    }

    /// Two nodes on one PostgreSQL database that go by one clock.
    pub fn start_two() -> (Self, Self) {
        Self::start_two_with(|_| {})
    }

    /// The same with other settings.
    pub fn start_two_with(change: impl FnOnce(&mut Config)) -> (Self, Self) {
        let first = Self::start_on_postgres(change);
        let (runtime, running) = run(&first.config, &first.clock);
        let second = Self {
            running: Some(running),
            runtime,
            clock: Arc::clone(&first.clock),
            config: first.config.clone(),
            organization: first.organization.clone(),
            _database: Arc::clone(&first._database),
        };
        (first, second)
    }

    /// Stops gently, and starts again over what was stored; at another address.
    pub fn restart(&mut self) {
        assert!(self.stop(), "something had to be cut off");
        self.start_again();
    }

    /// The same with other settings from then on.
    pub fn restart_with(&mut self, change: impl FnOnce(&mut Config)) {
        change(&mut self.config);
        self.restart();
    }

    /// Starts again after a stop.
    pub fn start_again(&mut self) {
        let (runtime, running) = run(&self.config, &self.clock);
        self.runtime = runtime;
        self.running = Some(running);
    }

    /// Stops gently; true where nothing had to be cut off.
    pub fn stop(&mut self) -> bool {
        let running = self.running.take().expect("it was stopped before");
        self.runtime.block_on(running.stop())
    }

    /// What happens on it, and what its readers want to hear of.
    pub fn feed(&self) -> &Feed {
        self.running().app().feed()
    }

    /// The settings it was started with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.running().address()
    }

    /// Somebody with the organization's key.
    pub fn client(&self) -> Client {
        self.client_of(&self.organization)
    }

    /// Somebody with the key of an organization.
    pub fn client_of(&self, organization: &TestOrganization) -> Client {
        self.stranger().with_key(&organization.api_key)
    }

    /// Somebody without a key.
    pub fn stranger(&self) -> Client {
        Client::new(self.address())
    }

    /// The organization made at the start.
    pub fn organization(&self) -> &TestOrganization {
        &self.organization
    }

    /// The owner of that organization.
    pub fn agent_id(&self) -> &str {
        &self.organization.agent_id
    }

    /// Makes another organization.
    pub fn second_organization(&self) -> TestOrganization {
        make_organization(&self.runtime, self.running().app(), "Other")
    }

    /// The time on the clock.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Moves the clock on.
    pub fn advance(&self, milliseconds: i64) {
        self.clock.advance(milliseconds);
    }

    /// Does what no request can: changes what is stored, beside whatever the server does.
    pub fn write<T: Send + 'static>(
        &self,
        operation: impl Fn(&mut Write<'_, '_>) -> app::Result<T> + Send + 'static,
    ) -> app::Result<T> {
        self.runtime.block_on(self.running().app().write(operation))
    }

    /// Everything that people made and that the store remembers, a line for each thing: what a refused request must
    /// leave as it was.
    pub fn world(&self) -> Vec<String> {
        let lines = self.running().app().read(|tx| {
            let mut lines = Vec::new();
            for organization in store::organizations::list(tx, ROWS_MAX)? {
                let scope = Scope::organization(organization.number);
                lines.push(format!("{organization:?}"));
                describe_settings(tx, scope, &mut lines)?;
                describe_conversations(tx, scope, &mut lines)?;
            }
            Ok(lines)
        });
        self.runtime.block_on(lines).expect("the store answers")
    }

    /// What an organization has, out of [`TestServer::world`].
    pub fn world_of(&self, organization: &TestOrganization) -> Vec<String> {
        let scope = Scope::organization(organization.number);
        let lines = self.running().app().read(move |tx| {
            let mut lines = Vec::new();
            describe_settings(tx, scope, &mut lines)?;
            describe_conversations(tx, scope, &mut lines)?;
            Ok(lines)
        });
        self.runtime.block_on(lines).expect("the store answers")
    }

    fn running(&self) -> &Server {
        self.running.as_ref().expect("it was stopped before")
    }

    /// In every conversation, messages and events together are numbered from 1 to its head, each once.
    fn require_whole_conversations(&self) {
        let found = self.running().app().read(|tx| {
            let mut found = Vec::new();
            for organization in store::organizations::list(tx, ROWS_MAX)? {
                for conversation in
                    list_conversations(tx, Scope::organization(organization.number))?
                {
                    let seqs = store::events::list_seqs(tx, conversation.number, ROWS_MAX)?;
                    found.push((conversation, seqs));
                }
            }
            Ok(found)
        });
        for (conversation, seqs) in self.runtime.block_on(found).expect("the store answers") {
            let expected: Vec<i64> = (1..=conversation.head).collect();
            assert_eq!(seqs, expected, "{conversation:?}");
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The failed test is what counts; whatever hangs is cut off.
            if let Some(running) = self.running.take() {
                running.abandon();
                self.runtime.block_on(running.stop());
            }
        } else if self.running.is_some() {
            self.require_whole_conversations();
            assert!(self.stop(), "something had to be cut off");
        }
    }
}

/// Waits until something is there that is about to be.
pub fn eventually<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, what, look)
}

/// Waits until something is there that must be within a time.
pub fn within<T>(time: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let pauses = time.as_millis() / PAUSE.as_millis();
    for _ in 0..=pauses {
        if let Some(found) = look() {
            return found;
        }
        std::thread::park_timeout(PAUSE);
    }
    panic!("{what} did not happen within {time:?}");
}

fn config_of(database: &TestDatabase) -> Config {
    let database_url = match database.location() {
        Location::Sqlite(_) => String::new(),
        Location::Postgres(url) => url,
    };
    let directory = database.directory().to_owned();
    let mut config = Config::default_for(directory).expect("the defaults are good");
    if !database_url.is_empty() {
        // Nodes that share a database share the key too.
        config.secret_key = "5e".repeat(32);
    }
    config.database_url = database_url;
    config.listen = "127.0.0.1:0".to_owned();
    config
}

fn run(config: &Config, clock: &Arc<Clock>) -> (Runtime, Server) {
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_all()
        .build()
        .expect("a runtime");
    let running = runtime
        .block_on(Server::start(config.clone(), Arc::clone(clock)))
        .expect("the server starts");
    (runtime, running)
}

fn make_organization(runtime: &Runtime, app: &App, name: &str) -> TestOrganization {
    let command = CreateOrganization {
        name: name.to_owned(),
        owner_email: format!("owner@{}.example", name.to_lowercase()),
        owner_name: "Olivia Owner".to_owned(),
        password_hash: None,
    };
    let created = runtime
        .block_on(app.write(move |write| create(write, &command)))
        .expect("an organization");
    TestOrganization {
        id: created.organization.id.to_string(),
        number: created.organization.number,
        widget_id: created.organization.widget_id,
        api_key: created.key.secret,
        agent_id: created.owner.id.to_string(),
    }
}

fn describe_settings(tx: &mut Tx<'_>, scope: Scope, lines: &mut Vec<String>) -> store::Result<()> {
    for agent in store::agents::list(tx, scope, AgentNumber(0), ROWS_MAX)? {
        lines.push(format!("{agent:?}"));
    }
    for group in store::groups::list(tx, scope, GroupNumber(0), ROWS_MAX)? {
        lines.push(format!("{group:?}"));
    }
    for key in store::keys::list(tx, scope, KeyNumber(0), ROWS_MAX)? {
        lines.push(format!("{key:?}"));
    }
    for endpoint in store::webhook_endpoints::list(tx, scope, EndpointNumber(0), ROWS_MAX)? {
        lines.push(format!("{endpoint:?}"));
    }
    Ok(())
}

fn describe_conversations(
    tx: &mut Tx<'_>,
    scope: Scope,
    lines: &mut Vec<String>,
) -> store::Result<()> {
    for visitor in store::visitors::list(tx, scope, VisitorNumber(i64::MAX), ROWS_MAX)? {
        lines.push(format!("{visitor:?}"));
    }
    for conversation in list_conversations(tx, scope)? {
        let messages = store::messages::list_from(tx, scope, conversation.number, 0, ROWS_MAX)?;
        lines.push(format!("{conversation:?}"));
        lines.extend(messages.iter().map(|message| format!("{message:?}")));
    }
    Ok(())
}

fn list_conversations(tx: &mut Tx<'_>, scope: Scope) -> store::Result<Vec<Conversation>> {
    let everything = store::conversations::Filter::default();
    let first = Place {
        minute: i64::MAX,
        number: ConversationNumber(i64::MAX),
    };
    let found = store::conversations::list(tx, scope, &everything, first, ROWS_MAX)?;
    Ok(found
        .into_iter()
        .map(|(conversation, _)| conversation)
        .collect())
}
