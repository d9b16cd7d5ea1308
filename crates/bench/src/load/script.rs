//! What is asked for: requests for the operations that are measured, about a crowd of visitors.

use std::sync::Arc;

use super::{random::Random, template::Template};
use crate::{ledger::MessageId, target::Target};

/// Something the server is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Send a message as an agent.
    Send,
    /// Send a message as the visitor.
    Write,
    /// Read the newest page of a conversation.
    Page,
    /// Read the first page of the list of conversations.
    List,
    /// Keep an agent online.
    Ping,
}

impl Operation {
    /// The status of success.
    pub(crate) fn status(self) -> u16 {
        match self {
            Operation::Send | Operation::Page | Operation::List => 200,
            Operation::Write | Operation::Ping => 201,
        }
    }

    /// Whether a message is stored.
    pub(crate) fn stores(self) -> bool {
        matches!(self, Operation::Send | Operation::Write)
    }
}

/// Operations and how many of a hundred requests are each.
pub(crate) type Mix = &'static [(Operation, u8)];

/// Whom messages are sent to and whose conversations are read.
#[derive(Clone, Debug)]
pub(crate) struct Crowd {
    /// What their ids begin with.
    pub(crate) prefix: String,
    /// The number of the first visitor; its id is the prefix and seven digits.
    pub(crate) first: u64,
    /// How many visitors.
    pub(crate) visitors: u64,
    /// The ids of the conversations that are read.
    pub(crate) conversations: Vec<MessageId>,
}

/// Digits of a visitor's number.
const VISITOR_DIGITS: &str = "@@@@@@@";

/// Digits that make each text another one.
const TEXT_DIGITS: &str = "################";

/// Messages of one connection in one run; with it the numbers of no two connections meet.
const REQUESTS_MAX: u64 = 100_000_000;

/// Stands where a conversation's id is to be.
const CONVERSATION: &str = "$$$$$$$$$$$$$$$$$";

/// A text as people write it; with the rest of the request's body it makes about 330 bytes.
const TEXT: &str = "Hello! Thank you for waiting. I have looked at your order: it left our house this morning and \
    will be with you on Thursday. You find the parcel number in our e-mail. Is there anything else that I can do for you? (################)";

/// The requests of one connection.
pub(crate) struct Script {
    mix: Mix,
    crowd: Arc<Crowd>,
    random: Random,
    sent: u64,
    send: Template,
    write: Template,
    page: Template,
    list: Template,
    ping: Template,
}

impl Script {
    /// Requests to a target; `seed` differs from connection to connection, and with it every text.
    pub(crate) fn new(target: &Target, mix: Mix, crowd: Arc<Crowd>, seed: u64) -> Self {
        let visitor_id = format!("{}{VISITOR_DIGITS}", crowd.prefix);
        let agent_id = &target.agent_id;
        let send = format!(
            r#"{{"visitorId":"{visitor_id}","agentId":"{agent_id}","text":"{TEXT}","receivedFrom":"bench"}}"#
        );
        let write = format!(r#"{{"text":"{TEXT}"}}"#);
        let ping = format!(r#"{{"agentId":"{agent_id}"}}"#);
        let marks = &[VISITOR_DIGITS, TEXT_DIGITS];
        Self {
            mix,
            random: Random::new(seed),
            sent: seed * REQUESTS_MAX,
            send: Template::new(
                target.request_with("POST", "/v3/conversations/messages", &send),
                marks,
            ),
            write: Template::new(
                target.request_with(
                    "POST",
                    &format!("/api/v1/visitors/{visitor_id}/messages"),
                    &write,
                ),
                marks,
            ),
            page: Template::new(
                target.request(
                    "GET",
                    &format!("/api/v1/conversations/{CONVERSATION}/messages?limit=20"),
                ),
                &[CONVERSATION],
            ),
            list: Template::new(target.request("GET", "/api/v1/conversations?limit=50"), &[]),
            ping: Template::new(
                target.request_with("POST", "/v3/conversations/agentOnlinePing", &ping),
                &[],
            ),
            crowd,
        }
    }

    /// Chooses the next operation, about a visitor by chance.
    pub(crate) fn next(&mut self) -> (Operation, &[u8]) {
        let visitor = self.random.below(self.crowd.visitors as usize) as u64;
        self.next_about(visitor)
    }

    /// Chooses the next operation, about the visitor of a place in the crowd.
    pub(crate) fn next_about(&mut self, visitor: u64) -> (Operation, &[u8]) {
        let mut left = self.random.below(100) as u8;
        let operation = self.mix.iter().find_map(|(operation, share)| {
            let is_chosen = left < *share;
            left = left.saturating_sub(*share);
            is_chosen.then_some(*operation)
        });
        let operation = operation.expect("shares add up to a hundred");
        let template = match operation {
            Operation::Send | Operation::Write => {
                let template = match operation {
                    Operation::Send => &mut self.send,
                    _ => &mut self.write,
                };
                self.sent += 1;
                template.write_number(0, self.crowd.first + visitor);
                template.write_number(1, self.sent);
                template
            }
            Operation::Page => {
                let place = self.random.below(self.crowd.conversations.len());
                self.page.write(0, &self.crowd.conversations[place]);
                &self.page
            }
            Operation::List => &self.list,
            Operation::Ping => &self.ping,
        };
        (operation, template.bytes())
    }
}

/// The id in an answer that tells a message.
pub(crate) fn message_id(body: &[u8]) -> Option<MessageId> {
    const NAME: &[u8] = br#""id":""#;
    let start = body.windows(NAME.len()).position(|part| part == NAME)? + NAME.len();
    let id = body.get(start..start + size_of::<MessageId>())?;
    let ends = body.get(start + id.len()) == Some(&b'"');
    ends.then(|| id.try_into().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(mix: Mix) -> Script {
        let target = Target {
            address: ([127, 0, 0, 1], 1).into(),
            host: "127.0.0.1:1".to_owned(),
            api_key: "key".to_owned(),
            agent_id: "d9nKoegKSjmCtyK78".to_owned(),
        };
        let crowd = Crowd {
            prefix: "bench-abcdefgh-".to_owned(),
            first: 0,
            visitors: 10,
            conversations: vec![*b"MxhGJAEugdLtS2BBq"],
        };
        Script::new(&target, mix, Arc::new(crowd), 1)
    }

    fn body(request: &[u8]) -> &str {
        let text = std::str::from_utf8(request).expect("ASCII");
        text.split_once("\r\n\r\n").expect("a head").1
    }

    #[test]
    fn a_message_is_330_bytes_and_no_two_are_the_same() {
        let mut script = script(&[(Operation::Send, 100)]);
        let first = body(script.next_about(3).1).to_owned();
        let second = body(script.next_about(3).1).to_owned();
        assert!((320..=340).contains(&first.len()), "{}", first.len());
        assert!(first.contains("bench-abcdefgh-0000003"), "{first}");
        assert_ne!(first, second);
        serde_json::from_str::<serde_json::Value>(&first).expect("a body is JSON");
    }

    #[test]
    fn operations_come_in_their_shares() {
        let mut script = script(&[
            (Operation::Send, 70),
            (Operation::Page, 20),
            (Operation::Ping, 10),
        ]);
        let mut counts = [0; 3];
        for _ in 0..10_000 {
            match script.next().0 {
                Operation::Send => counts[0] += 1,
                Operation::Page => counts[1] += 1,
                _ => counts[2] += 1,
            }
        }
        for (count, expected) in counts.into_iter().zip([7_000_i32, 2_000, 1_000]) {
            assert!((expected - count).abs() < 200, "{counts:?}");
        }
    }

    #[test]
    fn the_id_of_an_answer_is_found() {
        assert_eq!(
            message_id(br#"{"id":"eYBEm3gq3zc5ayE2g","type":"agent"}"#),
            Some(*b"eYBEm3gq3zc5ayE2g")
        );
        for wrong in [&br#"{"id":"short"}"#[..], br#"{"code":"internal"}"#, b""] {
            assert_eq!(message_id(wrong), None);
        }
    }
}
