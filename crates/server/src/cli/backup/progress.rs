//! How far a copy is, on stderr: a bar on a terminal, elsewhere a line now and then.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use store::backup::Copied;

use super::super::output;

/// How often a line is said where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// A pause is never longer, whatever the disk was busy with.
const PAUSE_MAX: Duration = Duration::from_millis(200);

/// How far a copy is.
pub(in crate::cli) struct Progress {
    title: &'static str,
    bar: ProgressBar,
    said_at: Instant,
    stepped_at: Instant,
}

impl Progress {
    /// Begins with nothing done. The bar is hidden by itself where there is no terminal.
    pub(in crate::cli) fn start(title: &'static str) -> Self {
        let style = ProgressStyle::with_template("{msg} {bar:30} {percent:>3} %  {eta}");
        let bar = ProgressBar::new(0)
            .with_style(style.expect("the template is well formed"))
            .with_message(title);
        Self {
            title,
            bar,
            said_at: now(),
            stepped_at: now(),
        }
    }

    /// Shows how far it is.
    pub(in crate::cli) fn show(&mut self, copied: Copied) {
        self.bar.set_length(copied.pages_total);
        self.bar.set_position(copied.pages);
        if self.bar.is_hidden() && now() - self.said_at >= LINE_EVERY {
            self.said_at = now();
            let percent = copied.pages * 100 / copied.pages_total.max(1);
            output::say(&format!("{}: {percent} %", self.title));
        }
    }

    /// Shows how far it is, and leaves the disk to others for as long as the step took.
    pub(in crate::cli) fn show_and_pause(&mut self, copied: Copied) {
        self.show(copied);
        std::thread::park_timeout((now() - self.stepped_at).min(PAUSE_MAX));
        self.stepped_at = now();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn now() -> Instant {
    #[expect(
        clippy::disallowed_methods,
        reason = "this measures the disk, which no test moves"
    )]
    Instant::now()
}
