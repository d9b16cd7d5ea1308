//! What the doctor found: a line for each thing looked at, and the exit code.

use std::process::ExitCode;

use serde_json::json;

use super::super::{Failure, output};

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// Whether a server runs; never a problem.
    Server,
    /// Whether the database opens, is whole and keeps what it acknowledges.
    Database,
    /// The disk under the data directory.
    Disk,
    /// Who may read what.
    Permissions,
    /// The time.
    Clock,
    /// Whether the sealed secrets can be opened.
    Secrets,
    /// Work in the background.
    Jobs,
    /// Whether events reach those who want them.
    Webhooks,
    /// Whether the bytes of attachments are there.
    Files,
}

impl Check {
    fn name(self) -> &'static str {
        match self {
            Check::Server => "server",
            Check::Database => "database",
            Check::Disk => "disk",
            Check::Permissions => "permissions",
            Check::Clock => "clock",
            Check::Secrets => "secrets",
            Check::Jobs => "jobs",
            Check::Webhooks => "webhooks",
            Check::Files => "files",
        }
    }

    /// The exit code of a problem.
    fn code(self) -> u8 {
        match self {
            Check::Server | Check::Database => 64,
            Check::Disk => 65,
            Check::Permissions => 66,
            Check::Clock => 67,
            Check::Secrets => 68,
            Check::Jobs | Check::Webhooks => 69,
            Check::Files => 70,
        }
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Fine,
    Warning,
    Problem,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Level::Fine => "ok",
            Level::Warning => "warning",
            Level::Problem => "problem",
        }
    }
}

struct Finding {
    check: Check,
    level: Level,
    text: String,
    remedy: Option<String>,
}

/// Everything that was found, in the order in which it was looked at.
#[derive(Default)]
pub(super) struct Report {
    findings: Vec<Finding>,
}

impl Report {
    /// Something is as it should be.
    pub(super) fn fine(&mut self, check: Check, text: impl Into<String>) {
        self.add(check, Level::Fine, text.into(), None);
    }

    /// Something may become a problem.
    pub(super) fn warning(&mut self, check: Check, text: impl Into<String>, remedy: &str) {
        self.add(check, Level::Warning, text.into(), Some(remedy));
    }

    /// Something must be done.
    pub(super) fn problem(&mut self, check: Check, text: impl Into<String>, remedy: &str) {
        self.add(check, Level::Problem, text.into(), Some(remedy));
    }

    fn add(&mut self, check: Check, level: Level, text: String, remedy: Option<&str>) {
        self.findings.push(Finding {
            check,
            level,
            // One finding is one line, whatever the database or the system says.
            text: text.replace('\n', " "),
            remedy: remedy.map(str::to_owned),
        });
    }

    /// Whether a check found nothing to complain about.
    pub(super) fn is_fine(&self, check: Check) -> bool {
        let mut of_check = self.findings.iter().filter(|found| found.check == check);
        of_check.all(|found| found.level == Level::Fine)
    }

    /// Writes everything.
    pub(super) fn write(&self, is_json: bool) -> Result<(), Failure> {
        if is_json {
            let worst = self.findings.iter().map(|found| found.level).max();
            let checks = self.findings.iter().map(|found| {
                json!({
                    "check": found.check.name(),
                    "status": found.level.name(),
                    "text": found.text,
                    "remedy": found.remedy,
                })
            });
            let report = json!({
                "status": worst.unwrap_or(Level::Fine).name(),
                "checks": checks.collect::<Vec<_>>(),
            });
            return output::line(&report.to_string());
        }
        self.findings.iter().try_for_each(|found| {
            let remedy = found.remedy.as_ref();
            let remedy = remedy.map_or(String::new(), |remedy| format!(": {remedy}"));
            output::line(&format!(
                "{:<7}  {:<11}  {}{remedy}",
                found.level.name(),
                found.check.name(),
                found.text
            ))
        })
    }

    /// 0 where nothing is worse than a warning, otherwise the lowest code of the problems.
    pub(super) fn exit_code(&self) -> ExitCode {
        let problems = self
            .findings
            .iter()
            .filter(|found| found.level == Level::Problem);
        let worst = problems.map(|found| found.check.code()).min();
        worst.map_or(ExitCode::SUCCESS, ExitCode::from)
    }
}
