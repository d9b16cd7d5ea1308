//! The connection of a client: when it is opened, given up, and opened again (PROTOCOL.md, R6 and the table of closes).

use super::{
    channel::Channel,
    frame,
    machine::{Input, Machine, Output},
};

/// Without a sign of the server for so long, the connection is dead.
const SILENCE_MS: i64 = 75_000;

/// A connection that is not live by then never will be.
const OPENING_MS: i64 = 10_000;

/// The first and the longest time before connecting again, of which chance chooses a part.
const RECONNECT_MS: i64 = 500;
const RECONNECT_MAX_MS: i64 = 30_000;

/// A connection that lived for so long was a good one.
const GOOD_MS: i64 = 10_000;

/// The wait after 4008 that `bye` says nothing about.
const TOO_MUCH_MS: i64 = 10_000;

/// Whether there is a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Line {
    /// There is none, and none is wanted.
    #[default]
    Idle,
    /// There is none; the next is tried `at` this time, and not before `earliest` whatever happens.
    Down { at: i64, earliest: i64 },
    /// One is being opened.
    Opening { since: i64 },
    /// It stands, and the server has not greeted.
    Open { since: i64 },
    /// Frames may be said.
    Live { since: i64 },
    /// Another token is being got.
    Renewing,
    /// There will be none any more.
    Over,
}

impl Line {
    pub(super) fn is_open(self) -> bool {
        matches!(self, Line::Open { .. } | Line::Live { .. })
    }

    pub(super) fn is_live(self) -> bool {
        matches!(self, Line::Live { .. })
    }

    /// When something happens to it by itself.
    pub(super) fn due_at(self, heard_at: i64) -> Option<i64> {
        match self {
            Line::Idle | Line::Renewing | Line::Over => None,
            Line::Down { at, .. } => Some(at),
            Line::Opening { since } | Line::Open { since } => Some(since + OPENING_MS),
            Line::Live { .. } => Some(heard_at + SILENCE_MS),
        }
    }
}

impl Machine {
    /// Inputs that are about the connection itself.
    pub(super) fn change_line(
        &mut self,
        now: i64,
        chance: f64,
        input: Input,
        outputs: &mut Vec<Output>,
    ) {
        match (input, self.line) {
            (Input::Start(token), Line::Idle | Line::Over) => {
                self.token = token;
                self.connect(now, outputs);
            }
            (Input::Online, Line::Down { earliest, .. }) if earliest <= now => {
                self.connect(now, outputs);
            }
            (Input::Online, Line::Down { earliest, .. }) => {
                self.line = Line::Down {
                    at: earliest,
                    earliest,
                };
            }
            (Input::Opened, Line::Opening { since }) => {
                self.line = Line::Open { since };
                if let Some(token) = &self.token {
                    outputs.push(Output::Say(frame::auth(token)));
                }
            }
            (Input::Closed(code), Line::Opening { .. } | Line::Open { .. } | Line::Live { .. }) => {
                self.closed(now, chance, code, outputs)
            }
            (Input::Renewed(Some(token)), Line::Renewing) => {
                self.token = Some(token);
                self.wait(now, chance, outputs);
            }
            (Input::Renewed(None), Line::Renewing) => {
                self.line = Line::Over;
                outputs.push(Output::End(4001));
            }
            _ => {}
        }
    }

    /// What happens to the connection as time passes.
    pub(super) fn watch_line(&mut self, now: i64, chance: f64, outputs: &mut Vec<Output>) {
        if self.line.due_at(self.heard_at).is_none_or(|at| at > now) {
            return;
        }
        if let Line::Down { .. } = self.line {
            self.connect(now, outputs);
        } else {
            outputs.push(Output::Hang);
            self.closed(now, chance, None, outputs);
        }
    }

    fn connect(&mut self, now: i64, outputs: &mut Vec<Output>) {
        self.line = Line::Opening { since: now };
        outputs.push(Output::Connect);
    }

    fn closed(&mut self, now: i64, chance: f64, code: Option<u16>, outputs: &mut Vec<Output>) {
        if let Line::Live { since } = self.line
            && now - since >= GOOD_MS
        {
            self.attempts = 0;
        }
        for channel in &mut self.channels {
            channel.disconnect();
        }
        let code = code.filter(|code| *code != 1006);
        match code.or(self.bye.map(|(code, _)| code)) {
            Some(4001) => {
                self.line = Line::Renewing;
                outputs.push(Output::Renew);
            }
            Some(code @ (1002 | 1003 | 1007 | 1009 | 4003 | 4400 | 4409)) => {
                self.line = Line::Over;
                outputs.push(Output::End(code));
            }
            Some(4010) => {
                self.channels.iter_mut().for_each(Channel::begin_anew);
                self.wait(now, chance, outputs);
            }
            Some(4008) if self.bye.is_none() => {
                self.bye = Some((4008, TOO_MUCH_MS));
                self.wait(now, chance, outputs);
            }
            _ => self.wait(now, chance, outputs),
        }
    }

    fn wait(&mut self, now: i64, chance: f64, outputs: &mut Vec<Output>) {
        let least = self.bye.take().map_or(0, |(_, wait)| wait);
        let most = RECONNECT_MS
            .saturating_mul(1 << self.attempts.min(16))
            .min(RECONNECT_MAX_MS);
        self.attempts += 1;
        let wait = least + (most as f64 * chance) as i64;
        self.line = Line::Down {
            at: now + wait,
            earliest: now + least,
        };
        outputs.push(Output::Wait(wait));
    }
}

/// Seconds that the server asks to wait, in milliseconds.
pub(super) fn after(seconds: u64) -> i64 {
    i64::try_from(seconds).map_or(i64::MAX / 2, |seconds| seconds.saturating_mul(1_000))
}
