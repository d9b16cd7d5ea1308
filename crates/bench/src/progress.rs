//! How far a bench is, on stderr: a bar on a terminal, elsewhere a line now and then; and the wish to stop.

use std::{
    cell::Cell,
    io::{IsTerminal, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::signal::unix::{SignalKind, signal};

use crate::{load::in_one_thread, stopwatch};

/// How often a bar moves, and how soon a wish to stop is seen.
const STEP: Duration = Duration::from_millis(100);

/// How often a line is said where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Parts of a bar.
const PARTS: u64 = 1_000;

/// Whether somebody asked the bench to stop: then it ends by its own errors, so that every process it started is ended.
#[derive(Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Listens for SIGINT and SIGTERM from now on.
    pub(crate) fn on_signals() -> Result<Self, String> {
        let stop = Self::default();
        let asked = stop.clone();
        let (ready, is_ready) = std::sync::mpsc::channel();
        thread::spawn(move || {
            in_one_thread(async move {
                let failed = |error: std::io::Error| error.to_string();
                let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
                let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
                ready.send(()).unwrap_or_default();
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                asked.0.store(true, Ordering::Relaxed);
                Ok(())
            })
        });
        let listens = is_ready.recv();
        listens.map_err(|_| "signals cannot be waited for".to_owned())?;
        Ok(stop)
    }

    /// Refuses to go on once somebody asked to stop.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.0.load(Ordering::Relaxed) {
            return Err("interrupted".to_owned());
        }
        Ok(())
    }
}

/// How far one piece of work is.
pub(crate) struct Progress {
    title: String,
    bar: Option<ProgressBar>,
    said_at: Cell<Instant>,
    stop: Stop,
}

impl Progress {
    /// Begins with nothing done.
    pub(crate) fn start(title: String, stop: &Stop) -> Self {
        let bar = std::io::stderr()
            .is_terminal()
            .then(|| ProgressBar::new(PARTS));
        if let Some(bar) = &bar {
            let style = ProgressStyle::with_template("{msg:<48} {bar:30} {percent:>3} %  {eta}");
            bar.set_style(style.expect("the template is well formed"));
            bar.set_message(title.clone());
        }
        Self {
            title,
            bar,
            said_at: Cell::new(stopwatch::now()),
            stop: stop.clone(),
        }
    }

    /// Shows that a share of the work is done; refuses to go on once somebody asked to stop.
    pub(crate) fn show(&self, share: f64) -> Result<(), String> {
        self.stop.check()?;
        if let Some(bar) = &self.bar {
            bar.set_position((share.clamp(0.0, 1.0) * PARTS as f64) as u64);
        } else if stopwatch::now() - self.said_at.get() >= LINE_EVERY {
            self.said_at.set(stopwatch::now());
            let percent = (share.clamp(0.0, 1.0) * 100.0) as u64;
            say(&format!("{}: {percent} %", self.title));
        }
        Ok(())
    }

    /// Waits for what another thread sends when it is done.
    pub(crate) fn wait<T>(&self, done: &Receiver<T>, share: impl Fn() -> f64) -> Result<T, String> {
        self.wait_until(done, || Ok(share()))
    }

    /// Waits for what another thread sends, but not for ever.
    pub(crate) fn wait_within<T>(&self, done: &Receiver<T>, limit: Duration) -> Result<T, String> {
        let begun_at = stopwatch::now();
        self.wait_until(done, || {
            let waited = stopwatch::now() - begun_at;
            if waited > limit {
                return Err(format!(
                    "{}: not done after {} s",
                    self.title,
                    limit.as_secs()
                ));
            }
            Ok(waited.as_secs_f64() / limit.as_secs_f64())
        })
    }

    fn wait_until<T>(
        &self,
        done: &Receiver<T>,
        share: impl Fn() -> Result<f64, String>,
    ) -> Result<T, String> {
        loop {
            match done.recv_timeout(STEP) {
                Ok(outcome) => return Ok(outcome),
                Err(RecvTimeoutError::Timeout) => self.show(share()?)?,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(format!("{}: a thread failed", self.title));
                }
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Says something that is no result.
pub(crate) fn say(text: &str) {
    // Where stderr is closed there is nobody to tell.
    drop(writeln!(std::io::stderr(), "{text}"));
}
