//! What a bench is told to do.

use std::{fmt, path::PathBuf, str::FromStr, time::Duration};

/// A scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scenario {
    /// Messages of agents, over 1, 16, 64 and 256 connections.
    Send,
    /// Agents' pings.
    Ping,
    /// Pages of messages, and the list of conversations.
    Read,
    /// All of it together.
    Mixed,
    /// Deliveries of webhooks, to a good receiver and beside bad ones.
    Webhooks,
    /// Sending and reading in a database that holds a million messages.
    Growth,
    /// Messages by REST that come out on sockets, at an even pace.
    Fanout,
    /// One message to very many sockets.
    Broadcast,
    /// Somebody at a socket who never reads.
    Slow,
    /// Very many sockets on which nothing happens, and a restart of the server.
    Sockets,
}

impl Scenario {
    /// Every scenario, in the order in which they run.
    pub const ALL: [Scenario; 10] = [
        Scenario::Send,
        Scenario::Ping,
        Scenario::Read,
        Scenario::Mixed,
        Scenario::Webhooks,
        Scenario::Growth,
        Scenario::Fanout,
        Scenario::Broadcast,
        Scenario::Slow,
        Scenario::Sockets,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Scenario::Send => "send",
            Scenario::Ping => "ping",
            Scenario::Read => "read",
            Scenario::Mixed => "mixed",
            Scenario::Webhooks => "webhooks",
            Scenario::Growth => "growth",
            Scenario::Fanout => "fanout",
            Scenario::Broadcast => "broadcast",
            Scenario::Slow => "slow",
            Scenario::Sockets => "sockets",
        }
    }

    /// Whether it can run against a server that the bench did not start.
    fn is_remote(self) -> bool {
        matches!(
            self,
            Scenario::Send | Scenario::Ping | Scenario::Read | Scenario::Mixed
        )
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Scenario {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Scenario::ALL
            .into_iter()
            .find(|scenario| scenario.name() == name);
        found.ok_or_else(|| {
            let names: Vec<_> = Scenario::ALL
                .iter()
                .map(|scenario| scenario.name())
                .collect();
            format!(
                "there is no scenario {name:?}; there are {}",
                names.join(", ")
            )
        })
    }
}

/// A server that runs already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// Its address, `http://HOST:PORT`.
    pub url: String,
    /// A key of the organization that is written to.
    pub api_key: String,
}

/// How the result is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// A table for people.
    #[default]
    Table,
    /// One JSON value for programs.
    Json,
}

/// How much is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effort {
    /// Enough for figures that can be told to others.
    #[default]
    Full,
    /// Just enough to see that nothing is lost.
    Quick,
}

/// What a bench is told on the command line.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    /// The scenarios; all that can run where none is named.
    pub scenarios: Vec<Scenario>,
    /// A server that runs already, instead of one that the bench starts.
    pub remote: Option<Remote>,
    /// How the result is written.
    pub form: Form,
    /// How much is measured.
    pub effort: Effort,
    /// Runs of each side, of which the median counts.
    pub rounds: Option<u32>,
    /// Seconds that are counted in each run.
    pub seconds: Option<u32>,
    /// Messages that are there before `growth` begins.
    pub messages: Option<u64>,
    /// Where the data of the servers is kept meanwhile; the machine's temporary directory where not said.
    pub directory: Option<PathBuf>,
}

/// Most rounds: more than a person waits for.
pub const ROUNDS_MAX: u32 = 100;

/// Most seconds of a run.
pub const SECONDS_MAX: u32 = 3_600;

/// Most messages that `growth` begins with: about 10 GiB.
pub const MESSAGES_MAX: u64 = 20_000_000;

/// What is done, with everything decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) scenarios: Vec<Scenario>,
    pub(crate) effort: Effort,
    pub(crate) rounds: u32,
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
    pub(crate) messages: u64,
}

impl Arguments {
    /// Decides what was left open.
    pub(crate) fn plan(&self) -> Result<Plan, String> {
        let (rounds, seconds, warm_up, messages) = match self.effort {
            Effort::Full => (3, 5, Duration::from_secs(1), 1_000_000),
            Effort::Quick => (1, 1, Duration::from_millis(200), 5_000),
        };
        let (rounds, seconds) = (
            self.rounds.unwrap_or(rounds),
            self.seconds.unwrap_or(seconds),
        );
        let messages = self.messages.unwrap_or(messages);
        within("rounds", rounds.into(), 1, ROUNDS_MAX.into())?;
        within("seconds", seconds.into(), 1, SECONDS_MAX.into())?;
        within("messages", messages, 1_000, MESSAGES_MAX)?;
        let may_run = |scenario: &Scenario| self.remote.is_none() || scenario.is_remote();
        if let Some(scenario) = self.scenarios.iter().find(|scenario| !may_run(scenario)) {
            return Err(format!(
                "{scenario} needs a server that the bench starts itself; leave out --url"
            ));
        }
        let mut scenarios = match self.scenarios.as_slice() {
            [] => Scenario::ALL.into_iter().filter(may_run).collect(),
            named => named.to_vec(),
        };
        scenarios.sort_unstable();
        scenarios.dedup();
        Ok(Plan {
            scenarios,
            effort: self.effort,
            rounds,
            warm_up,
            measured: Duration::from_secs(seconds.into()),
            messages,
        })
    }
}

fn within(name: &str, number: u64, from: u64, to: u64) -> Result<(), String> {
    if (from..=to).contains(&number) {
        return Ok(());
    }
    Err(format!("{name} must be a number from {from} to {to}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote() -> Option<Remote> {
        Some(Remote {
            url: "http://127.0.0.1:8080".to_owned(),
            api_key: "key".to_owned(),
        })
    }

    #[test]
    fn names_are_those_of_the_scenarios() {
        for scenario in Scenario::ALL {
            assert_eq!(scenario.name().parse(), Ok(scenario));
        }
        let refused = "sends".parse::<Scenario>().expect_err("there is none");
        assert_eq!(
            refused,
            "there is no scenario \"sends\"; there are send, ping, read, mixed, webhooks, growth, \
             fanout, broadcast, slow, sockets"
        );
    }

    #[test]
    fn nothing_named_is_everything_that_can_run() {
        let plan = Arguments::default().plan().expect("a plan");
        assert_eq!(plan.scenarios, Scenario::ALL);
        assert_eq!((plan.rounds, plan.messages), (3, 1_000_000));
        let arguments = Arguments {
            remote: remote(),
            ..Arguments::default()
        };
        let plan = arguments.plan().expect("a plan");
        assert_eq!(plan.scenarios, Scenario::ALL[..4]);
    }

    #[test]
    fn what_is_named_runs_once_and_in_order() {
        let arguments = Arguments {
            scenarios: vec![Scenario::Read, Scenario::Send, Scenario::Read],
            effort: Effort::Quick,
            rounds: Some(2),
            ..Arguments::default()
        };
        let plan = arguments.plan().expect("a plan");
        assert_eq!(plan.scenarios, [Scenario::Send, Scenario::Read]);
        assert_eq!((plan.rounds, plan.measured.as_secs()), (2, 1));
    }

    #[test]
    fn what_cannot_be_done_is_refused() {
        let growth = Arguments {
            scenarios: vec![Scenario::Growth],
            remote: remote(),
            ..Arguments::default()
        };
        let cases = [
            (growth, "growth needs a server that the bench starts itself"),
            (
                Arguments {
                    rounds: Some(0),
                    ..Arguments::default()
                },
                "rounds must be a number from 1 to 100",
            ),
            (
                Arguments {
                    seconds: Some(3_601),
                    ..Arguments::default()
                },
                "seconds must be a number from 1 to 3600",
            ),
            (
                Arguments {
                    messages: Some(999),
                    ..Arguments::default()
                },
                "messages must be a number from 1000 to 20000000",
            ),
        ];
        for (arguments, expected) in cases {
            let refused = arguments.plan().expect_err(expected);
            assert!(refused.starts_with(expected), "{refused}");
        }
    }
}
