//! Runs one connection: waits for whatever comes first, has the session say what follows, and does it.

use std::{collections::VecDeque, pin::Pin, sync::Arc, time::Duration};

use app::feed;
use model::{
    signal::{Signal, SignalKind},
    time::{Millis, SECOND_MS},
};

use super::{
    access::Proof,
    door::LiveDoor,
    hub::{Place, Seat},
    inlet::{Inlet, News},
    line::Line,
    protocol::{CloseCode, HEARTBEAT_JITTER_MS, ServerFrame},
    question::{Answer, Question},
    session::{Out, Session},
    telling::say,
    websocket::Turn,
};

/// Questions of a client that wait for the one before; no more frames are read meanwhile.
const WAITING_MAX: usize = 32;

/// News that are sent together.
const NEWS_AT_ONCE: usize = 32;

/// How long nothing of what is to be sent may go out.
const STALLED_MS: i64 = 30 * SECOND_MS;

/// How many connections come back in a second after a restart, and seconds over which they do so at the most.
const COMING_BACK_PER_SECOND: usize = 2_000;
const SPREAD_SECONDS_MAX: usize = 10;

/// Seconds that a client waits who has asked too much.
const TOO_MUCH_SECONDS: u64 = 10;

/// How long a client may take to read the end.
const LINGER: Duration = Duration::from_secs(10);

/// The same where the server stops.
const LINGER_AT_STOP: Duration = Duration::from_secs(1);

/// How a connection begins.
pub(super) struct Opening {
    pub(super) line: Line,
    pub(super) place: Place,
    pub(super) inlet: Arc<Inlet>,
    /// Who it is, where that was proved by the request.
    pub(super) seat: Option<Arc<Seat>>,
    /// The name of the stream, where it is one.
    pub(super) session: Option<String>,
}

/// Why a connection ends.
enum Ending {
    /// We end it.
    Close(CloseCode),
    /// The client broke the protocol.
    Violation(u16),
    /// The client ends it.
    Peer,
    /// Nobody is there.
    Gone,
}

/// What was asked.
enum Heard {
    Admitted(Result<Option<Arc<Seat>>, app::Error>),
    Answer(Answer),
}

type Asking = Pin<Box<dyn Future<Output = Heard> + Send>>;

struct Driver {
    door: Arc<LiveDoor>,
    line: Line,
    inlet: Arc<Inlet>,
    seat: Option<Arc<Seat>>,
    session: Session,
    waiting: VecDeque<Question>,
    asking: Option<Asking>,
    /// Since when nothing of what waits to be sent has gone out, and how much had gone out before.
    stuck: Option<(Millis, u64)>,
}

/// Runs a connection to its end.
pub(super) async fn drive(door: Arc<LiveDoor>, opening: Opening) {
    let place = opening.place;
    let jitter = app::ids::place(2 * HEARTBEAT_JITTER_MS as usize) as i64 - HEARTBEAT_JITTER_MS;
    let mut session = Session::new(&door.epoch, &door.link_base, door.now(), jitter);
    let reader = opening.seat.as_ref().map(|seat| Arc::clone(seat.reader()));
    let first = session.begin(reader, opening.session);
    let mut driver = Driver {
        door,
        line: opening.line,
        inlet: opening.inlet,
        seat: opening.seat,
        session,
        waiting: VecDeque::new(),
        asking: None,
        stuck: None,
    };
    let ending = match driver.obey(first) {
        Some(ending) => ending,
        None => driver.run().await,
    };
    driver.end(ending).await;
    drop(place);
}

impl Driver {
    async fn run(&mut self) -> Ending {
        loop {
            if self.asking.is_none()
                && let Some(question) = self.waiting.pop_front()
            {
                self.ask(question);
            }
            let is_clear = !self.line.has_unsent();
            let wants_frame =
                is_clear && self.session.wants_frames() && self.waiting.len() < WAITING_MAX;
            let stuck_at = self
                .stuck
                .map_or(Millis::MAX, |(since, _)| since + STALLED_MS);
            let tick_at = self.session.next_tick().min(stuck_at);
            let door = Arc::clone(&self.door);
            let out = tokio::select! {
                turn = self.line.turn(wants_frame) => match self.take_turn(turn) {
                    Ok(out) => out,
                    Err(ending) => return ending,
                },
                news = next_news(&self.inlet, is_clear) => self.take_news(&news),
                heard = hear(&mut self.asking) => self.take_answer(heard),
                () = door.app.clock().sleep_until(tick_at) => {
                    let now = self.door.now();
                    if now >= stuck_at && self.is_stuck(now) {
                        return Ending::Close(CloseCode::SlowConsumer);
                    }
                    self.session.on_tick(now)
                }
                () = door.lifecycle.stopping() => return Ending::Close(CloseCode::Restart),
            };
            if let Some(ending) = self.obey(out) {
                return ending;
            }
        }
    }

    fn take_turn(&mut self, turn: Turn) -> Result<Vec<Out>, Ending> {
        let now = self.door.now();
        match turn {
            Turn::Text(text) => {
                self.door.metrics.received();
                Ok(self.session.on_client(&text, now))
            }
            Turn::Alive => {
                self.session.heard(now);
                Ok(Vec::new())
            }
            Turn::Sent => Ok(Vec::new()),
            Turn::Closed => Err(Ending::Peer),
            Turn::Violated(number) => Err(Ending::Violation(number)),
            Turn::Gone => Err(Ending::Gone),
        }
    }

    /// What waits is taken together, so that it goes out together.
    fn take_news(&mut self, news: &News) -> Vec<Out> {
        let mut out = self.session.on_news(news);
        for _ in 1..NEWS_AT_ONCE {
            let Some(news) = self.inlet.take() else {
                break;
            };
            out.extend(self.session.on_news(&news));
        }
        out
    }

    fn take_answer(&mut self, heard: Heard) -> Vec<Out> {
        self.asking = None;
        let answer = match heard {
            Heard::Answer(answer) => answer,
            Heard::Admitted(Ok(seat)) => {
                let reader = seat.as_ref().map(|seat| Arc::clone(seat.reader()));
                self.seat = seat;
                Answer::Authenticated(Ok(reader))
            }
            Heard::Admitted(Err(error)) => Answer::Authenticated(Err(error)),
        };
        self.session.on_answer(answer)
    }

    fn ask(&mut self, question: Question) {
        let door = Arc::clone(&self.door);
        self.asking = match (question, &self.seat) {
            (Question::Authenticate { token, agent_id }, None) => {
                let (inlet, proof) = (Arc::clone(&self.inlet), Proof { token, agent_id });
                Some(Box::pin(async move {
                    Heard::Admitted(door.admit(proof, &inlet).await)
                }))
            }
            (question, Some(seat)) => {
                let seat = Arc::clone(seat);
                Some(Box::pin(async move {
                    Heard::Answer(door.answer(&seat, question).await)
                }))
            }
            // Nobody asks before they are known.
            (_, None) => None,
        };
    }

    /// Does what the session says; tells whether that is the end.
    fn obey(&mut self, out: Vec<Out>) -> Option<Ending> {
        for out in out {
            match out {
                Out::Send(frame) => {
                    self.door.metrics.sent();
                    self.line.send(&frame);
                }
                Out::Ask(question) => self.waiting.push_back(question),
                Out::Unfollow(conversation) => {
                    if let Some(seat) = &self.seat {
                        seat.unfollow(conversation);
                    }
                }
                Out::UnfollowEverything => {
                    if let Some(seat) = &self.seat {
                        seat.unfollow_everything();
                    }
                }
                Out::Tell(kind) => self.tell(kind),
                Out::Close(code) => return Some(Ending::Close(code)),
                Out::Drop => return Some(Ending::Gone),
            }
        }
        if !self.line.send_now() {
            return Some(Ending::Gone);
        }
        if !self.line.has_unsent() {
            self.stuck = None;
        } else if self.stuck.is_none() {
            self.stuck = Some((self.door.now(), self.line.progress()));
        }
        None
    }

    /// Whether nothing at all has gone out for so long.
    fn is_stuck(&mut self, now: Millis) -> bool {
        let progress = self.line.progress();
        let is_stuck = self.stuck.is_some_and(|(_, before)| before == progress);
        self.stuck = Some((now, progress));
        is_stuck
    }

    fn tell(&self, kind: SignalKind) {
        let Some(seat) = &self.seat else {
            return;
        };
        let signal = Signal {
            organization: seat.reader().organization(),
            kind,
        };
        let news = feed::News::Signal(Arc::new(signal), feed::Origin::Here);
        self.door.app.feed().tell(news);
    }

    /// Tells the client why it ends, as far as it reads that.
    async fn end(mut self, ending: Ending) {
        // Nothing is told it any more, and its place among its owner's is free.
        self.seat = None;
        self.asking = None;
        let mut linger = LINGER;
        let number = match ending {
            Ending::Gone => {
                self.door.metrics.ended("gone");
                return;
            }
            Ending::Peer => {
                self.door.metrics.ended("peer");
                None
            }
            Ending::Violation(number) => Some(number),
            Ending::Close(code) => {
                if code == CloseCode::Restart {
                    linger = LINGER_AT_STOP;
                }
                let bye = ServerFrame::Bye {
                    code: code.number(),
                    retry_after: retry_after(code, self.door.connections()),
                };
                self.line.send(&say(&bye));
                Some(code.number())
            }
        };
        if let Some(number) = number {
            self.line.close(number);
            self.door.metrics.ended_with(number);
        }
        tokio::select! {
            ended = tokio::time::timeout(linger, self.line.finish()) => drop(ended),
            () = stop_and_wait(&self.door, linger) => {}
        }
    }
}

/// A stop does not wait for those who read slowly.
async fn stop_and_wait(door: &LiveDoor, linger: Duration) {
    door.lifecycle.stopping().await;
    let never = std::future::pending::<()>();
    drop(tokio::time::timeout(linger.min(LINGER_AT_STOP), never).await);
}

/// Seconds after which a client may come back, of as many as there are.
fn retry_after(code: CloseCode, connections: usize) -> u64 {
    match code {
        // Not all at once, and nobody later than need be.
        CloseCode::Restart => {
            let spread = (connections / COMING_BACK_PER_SECOND).min(SPREAD_SECONDS_MAX);
            app::ids::place(spread + 1) as u64
        }
        CloseCode::RateLimited => TOO_MUCH_SECONDS,
        _ => 0,
    }
}

/// The next news where it can be sent on; otherwise only that the connection has to end.
async fn next_news(inlet: &Inlet, is_clear: bool) -> News {
    if !is_clear {
        inlet.ended().await;
    }
    inlet.next().await
}

/// The answer to what is being asked, when there is one.
async fn hear(asking: &mut Option<Asking>) -> Heard {
    match asking {
        Some(asking) => asking.await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_were_there_the_longer_some_wait() {
        let longest = |connections| {
            (0..200)
                .map(|_| retry_after(CloseCode::Restart, connections))
                .max()
        };
        assert_eq!(longest(1_999), Some(0));
        assert_eq!(longest(10_000), Some(5));
        assert_eq!(longest(1_000_000), Some(10));
        assert_eq!(retry_after(CloseCode::SlowConsumer, 10_000), 0);
    }
}
