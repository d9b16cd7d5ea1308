//! Who is at the sockets: visitors with a conversation each, agents who answer, and readers who follow everything.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::super::{Result, ledger::Writer, process::Account};
use crate::live::{
    person::{Life, Person},
    socket::Way,
};

/// One of so many messages is said twice in a row, with the same `cid`.
const STUTTER: usize = 6;

/// A visitor, and where they write.
pub(super) struct Visitor {
    /// The public id.
    pub(super) id: String,
    /// At the socket.
    pub(super) person: Person,
    /// Their conversation's channel; empty until it is known.
    pub(super) ch: String,
}

/// Opens a visitor's session with a server.
pub(super) fn visitor(
    account: &Account,
    server: &str,
    through: SocketAddr,
    number: usize,
    seed: u64,
) -> Result<(Visitor, Life)> {
    let owner = Writer::new(account, "nobody".to_owned());
    let session = owner.post(
        &format!("{server}/live/session"),
        &json!({"widgetId": account.widget_id}),
    )?;
    let text = |name: &str| text(&session, name);
    let way = Way::of_visitor(through, &text("visitorToken")?);
    let (person, life) = Person::new(&format!("visitor {number}"), way, seed, STUTTER);
    person.follow("me");
    let visitor = Visitor {
        id: text("visitorId")?,
        person,
        ch: String::new(),
    };
    Ok((visitor, life))
}

/// Somebody who writes and reads as the owner.
pub(super) fn agent(
    account: &Account,
    through: SocketAddr,
    number: usize,
    seed: u64,
) -> (Person, Life) {
    let way = Way::of_agent(through, &account.api_key, &account.agent_id);
    Person::new(&format!("agent {number}"), way, seed, STUTTER)
}

/// A program that only reads.
pub(super) fn reader(
    account: &Account,
    through: SocketAddr,
    number: usize,
    seed: u64,
) -> (Person, Life) {
    let way = Way::of_program(through, &account.api_key);
    Person::new(&format!("reader {number}"), way, seed, 0)
}

fn text(session: &Value, name: &str) -> Result<String> {
    let text = session[name].as_str().map(str::to_owned);
    text.ok_or_else(|| format!("/live/session told no {name}: {session}"))
}
