//! Receivers of every kind on the loopback, and what the door makes of them (trust 3.14, cases I).

mod answers;
mod certificates;
mod connections;
mod guard;
mod receiver;

use std::{net::IpAddr, sync::Arc};

use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use model::{address::OutgoingPolicy, time::Millis};
use url::Url;

use super::{
    Outcome, Outgoing, OutgoingTimes, Request,
    resolver::{Resolver, Script},
};

/// Long enough for everything that is not meant to hang.
const PATIENT: OutgoingTimes = OutgoingTimes {
    connect_ms: 20_000,
    total_ms: 20_000,
};

/// Short enough to wait for.
const HASTY: OutgoingTimes = OutgoingTimes {
    connect_ms: 20_000,
    total_ms: 500,
};

/// 2030-01-02 03:04:05 in UTC.
const NOW: Millis = 1_893_553_445_000;

fn policy(networks: &str) -> OutgoingPolicy {
    OutgoingPolicy::parse(networks, "").expect("a good policy")
}

/// A door that leads to this machine too.
fn door(times: OutgoingTimes) -> Outgoing {
    Outgoing::new(policy("127.0.0.0/8"), times, None).expect("a door")
}

/// A door whose names are answered from a list.
fn scripted(networks: &str, answers: &[(&str, &[&str])]) -> (Outgoing, Script) {
    let parse = |ip: &&str| ip.parse::<IpAddr>().expect("an address");
    let answer = |(name, ips): &(&str, &[&str])| {
        (
            (*name).to_owned(),
            ips.iter().map(parse).collect::<Vec<_>>(),
        )
    };
    let script: Script = Arc::new(
        answers
            .iter()
            .map(answer)
            .collect::<std::collections::VecDeque<_>>()
            .into(),
    );
    let resolver = Resolver::Scripted(Arc::clone(&script));
    let door = Outgoing::with_resolver(policy(networks), PATIENT, None, resolver);
    (door.expect("a door"), script)
}

fn request(url: &str) -> Request {
    Request {
        url: Url::parse(url).expect("an address"),
        headers: vec![(
            HeaderName::from_static("webhook-id"),
            HeaderValue::from_static("msg_1"),
        )],
        body: Bytes::from_static(b"{\"eventName\":\"conversationFragment\"}"),
    }
}

async fn post(door: &Outgoing, url: &str) -> Outcome {
    door.post(request(url), NOW).await
}
