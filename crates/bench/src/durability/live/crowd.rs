//! Everybody at the sockets, the proxies between them and the servers, and writers by REST beside them.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use tokio::{runtime::Runtime, task::JoinSet};

use super::{
    super::{Findings, Result, ledger::Writer, process::Account, wait},
    people::{self, Visitor},
    talk::{FIRST_WORDS, Talk, cid},
};
use crate::{
    live::{person::Person, proxy::Proxy},
    load::Random,
    progress::Stop,
    stopwatch,
};

/// Visitors who talk all the time, each with an agent's and a program's eyes on them.
pub(super) const VISITORS: usize = 4;

/// Agents who talk and read, and programs that only read.
const AGENTS: usize = 2;
const READERS: usize = 2;

/// How long the next acknowledgement may take, faults or not: longer than the longest wait of a client.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often those who wait to connect again are told not to.
const HURRY: Duration = Duration::from_secs(1);

/// How long a writer by REST waits before it sends a message again.
const RETRY: Duration = Duration::from_millis(20);

/// Servers that answer now.
pub(in super::super) type Servers = Arc<Mutex<Vec<SocketAddr>>>;

/// Everybody.
pub(in super::super) struct Crowd {
    pub(super) account: Account,
    pub(super) servers: Servers,
    pub(super) proxies: Vec<Proxy>,
    pub(super) visitors: Vec<Visitor>,
    /// Visitors who came under way, and whose conversation nobody else follows.
    pub(super) newcomers: Vec<Visitor>,
    /// Agents first.
    pub(super) watchers: Vec<Person>,
    pub(super) talk: Talk,
    pub(super) writers: Vec<JoinHandle<Result<Writer>>>,
    pub(super) is_over: Arc<AtomicBool>,
    /// The writers, once they have ended.
    pub(super) calm_writers: Vec<Writer>,
    pub(super) findings: Findings,
    pub(super) whole_after_ms: u64,
    pub(super) random: Random,
    pub(super) stop: Stop,
    pub(super) tasks: JoinSet<()>,
    /// Dropped last: it ends what still runs.
    pub(super) runtime: Runtime,
}

impl Crowd {
    /// Gathers everybody in front of servers, each reached through a proxy of its own, and has every visitor begin a
    /// conversation.
    pub(in super::super) fn gather(
        account: &Account,
        servers: &[SocketAddr],
        seed: u64,
        stop: &Stop,
    ) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| format!("the runtime cannot start: {error}"))?;
        let mut tasks = JoinSet::new();
        let mut proxies = Vec::new();
        for (number, server) in (0..).zip(servers) {
            let proxy = runtime.block_on(Proxy::start(*server, seed + number, &mut tasks));
            proxies.push(proxy.map_err(|error| format!("a proxy cannot listen: {error}"))?);
        }
        let mut crowd = Self {
            account: account.clone(),
            servers: Arc::new(Mutex::new(servers.to_vec())),
            proxies,
            visitors: Vec::new(),
            newcomers: Vec::new(),
            watchers: Vec::new(),
            talk: Talk::default(),
            writers: Vec::new(),
            is_over: Arc::default(),
            calm_writers: Vec::new(),
            findings: Findings::default(),
            whole_after_ms: 0,
            random: Random::new(seed),
            stop: stop.clone(),
            tasks,
            runtime,
        };
        for number in 0..VISITORS {
            let visitor = crowd.new_visitor(number)?;
            crowd.visitors.push(visitor);
        }
        crowd.learn_channels()?;
        crowd.place_watchers();
        crowd.start_writers();
        Ok(crowd)
    }

    /// The proxy in front of a server.
    pub(in super::super) fn proxy(&self, number: usize) -> &Proxy {
        &self.proxies[number]
    }

    /// Says which servers answer now: writers by REST turn to them.
    pub(in super::super) fn serve_by(&self, servers: Vec<SocketAddr>) {
        *self.servers.lock().unwrap_or_else(PoisonError::into_inner) = servers;
    }

    /// The network may be back: nobody waits any longer.
    pub(in super::super) fn hurry(&self) {
        self.everybody().for_each(Person::hurry);
    }

    /// People talk and connections break from now on, or neither.
    pub(in super::super) fn storm(&self, is_on: bool) {
        self.talk.turn(is_on);
        self.proxies.iter().for_each(|proxy| proxy.be_stormy(is_on));
    }

    /// One more visitor, who says their first words.
    pub(in super::super) fn welcome(&mut self) -> Result<()> {
        let visitor = self.new_visitor(VISITORS + self.newcomers.len())?;
        self.newcomers.push(visitor);
        Ok(())
    }

    /// Messages that were acknowledged over sockets so far.
    pub(in super::super) fn acknowledged(&self) -> u64 {
        let stored = self.everybody().map(|person| person.memory().stored.len());
        stored.sum::<usize>() as u64
    }

    /// Waits until so many more messages were acknowledged over sockets.
    pub(in super::super) fn wait_for(&self, more: u64) -> Result<()> {
        let wanted = self.acknowledged() + more;
        let mut hurried = stopwatch::now();
        wait::until(PATIENCE, "the next acknowledgement on a socket", || {
            if hurried.elapsed() >= HURRY {
                // Where connections break all the time, everybody would soon wait for half a minute.
                self.hurry();
                hurried = stopwatch::now();
            }
            let is_over = self.stop.check().is_err() || self.acknowledged() >= wanted;
            is_over.then_some(())
        })
        .map_err(|error| format!("{error}: {}", self.troubles()))?;
        self.stop.check()
    }

    pub(super) fn everybody(&self) -> impl Iterator<Item = &Person> {
        let visitors = self.visitors.iter().chain(&self.newcomers);
        let visitors = visitors.map(|visitor| &visitor.person);
        visitors.chain(&self.watchers)
    }

    pub(super) fn address(&self, number: usize) -> String {
        let servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        format!("http://{}", servers[number % servers.len()])
    }

    fn new_visitor(&mut self, number: usize) -> Result<Visitor> {
        let through = self.proxies[number % self.proxies.len()].address();
        let (address, seed) = (self.address(number), self.random.next());
        let (visitor, life) = people::visitor(&self.account, &address, through, number, seed)?;
        self.tasks.spawn_on(life.run(), self.runtime.handle());
        for word in 1..=FIRST_WORDS {
            let cid = cid(&mut self.random);
            self.talk.say(&visitor.person, "me", word, cid);
        }
        Ok(visitor)
    }

    /// Waits until every visitor knows their conversation.
    pub(super) fn learn_channels(&mut self) -> Result<()> {
        let visitors = self.visitors.iter_mut().chain(&mut self.newcomers);
        for visitor in visitors.filter(|visitor| visitor.ch.is_empty()) {
            let look = || {
                let memory = visitor.person.memory();
                memory.stored.first().map(|stored| stored.ch.clone())
            };
            visitor.ch = wait::until(PATIENCE, "a visitor's first message", look)
                .map_err(|error| format!("{error}: {}", visitor.person.memory().trouble))?;
        }
        Ok(())
    }

    /// Agents and programs follow every conversation; visitors and agents begin to talk, once they are told to.
    fn place_watchers(&mut self) {
        let channels: Vec<String> = self.visitors.iter().map(|one| one.ch.clone()).collect();
        for number in 0..AGENTS + READERS {
            let through = self.proxies[number % self.proxies.len()].address();
            let seed = self.random.next();
            let (person, life) = if number < AGENTS {
                people::agent(&self.account, through, number, seed)
            } else {
                people::reader(&self.account, through, number - AGENTS, seed)
            };
            self.tasks.spawn_on(life.run(), self.runtime.handle());
            channels.iter().for_each(|ch| person.follow(ch));
            self.watchers.push(person);
        }
        let visitors = self.visitors.iter();
        let visitors = visitors.map(|one| (one.person.clone(), vec![one.ch.clone()]));
        let agents = self.watchers[..AGENTS].iter();
        let agents = agents.map(|agent| (agent.clone(), channels.clone()));
        for (person, channels) in visitors.chain(agents).collect::<Vec<_>>() {
            let talk = self
                .talk
                .clone()
                .go_on(person, channels, self.random.next());
            self.tasks.spawn_on(talk, self.runtime.handle());
        }
    }

    /// For each visitor somebody who writes to them by REST, one message after the other, each until it is acknowledged.
    fn start_writers(&mut self) {
        for (number, visitor) in self.visitors.iter().enumerate() {
            let mut writer = Writer::new(&self.account, visitor.id.clone());
            let (servers, is_over) = (Arc::clone(&self.servers), Arc::clone(&self.is_over));
            self.writers.push(std::thread::spawn(move || {
                let mut place = number;
                let mut address = || {
                    place += 1;
                    let servers = servers.lock().unwrap_or_else(PoisonError::into_inner);
                    format!("http://{}", servers[place % servers.len()])
                };
                while !is_over.load(Ordering::Relaxed) {
                    let mut entry = writer.send_next(&address())?;
                    while entry.id().is_none() && !is_over.load(Ordering::Relaxed) {
                        wait::pause(RETRY);
                        entry = writer.repeat(&address(), writer.entries().len() - 1)?;
                    }
                    wait::pause(RETRY);
                }
                Ok(writer)
            }));
        }
    }

    /// What keeps those who wait for something.
    pub(super) fn troubles(&self) -> String {
        let waiting = self.everybody().filter_map(|person| {
            let memory = person.memory();
            (!memory.is_settled).then(|| {
                format!(
                    "{} has {} unanswered, ended {:?}, last trouble {:?}",
                    person.name(),
                    memory.unanswered,
                    memory.ended,
                    memory.trouble
                )
            })
        });
        waiting.collect::<Vec<_>>().join("; ")
    }
}
