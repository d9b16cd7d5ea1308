//! The rules of STYLE.md that a program can check: one file a rule.
//!
//! Each rule is a pure function from file texts to offenders. Each has two tests: the tree keeps
//! the rule, and a planted violation is found.

mod deploy;
mod doc_first;
mod doors;
mod leftovers;
mod migrations;
mod names;
mod protocol;
mod settings;
mod sizes;
mod sql;
mod store_calls;

/// Fails with one line for each offender.
#[track_caller]
fn assert_none(rule: &str, offenders: &[String]) {
    assert!(
        offenders.is_empty(),
        "{rule}:\n  {}",
        offenders.join("\n  ")
    );
}
