//! Who does not read.

use testing::server::TestServer;

use super::arrange::{agent, chatting, connect};
use crate::arrange::{agent_says, text_of};

#[test]
fn d11_who_does_not_read_is_sent_away_and_then_misses_nothing() {
    let server = TestServer::start_unlimited();
    let (visitor, mut slow, ch) = chatting(&server);
    let page = slow.subscribe(&ch, None);
    let mut at_agent = agent(&server);
    at_agent.subscribe(&ch, None);
    // Each is some 40 KiB on its way, as text and as HTML.
    let text = "😀".repeat(5_000);
    let client = server.client();
    let mut last = 1;
    let is_ended = || {
        let figure = "parlour_live_ended_total{code=\"4009\"}";
        crate::arrange::figure(&client, figure).is_some()
    };
    while !is_ended() && last < 1_000 {
        for _ in 0..20 {
            agent_says(&client, server.agent_id(), &visitor.id, &text);
            last += 1;
            // Others are not held up.
            assert_eq!(at_agent.expect("ev")["seq"], last);
        }
    }
    assert_eq!(slow.closed(), 4009);
    let bye = slow.find(|frame| frame["t"] == "bye");
    assert_eq!(bye["code"], 4009);
    let mut seen: Vec<i64> = slow
        .kept()
        .iter()
        .filter(|frame| frame["t"] == "ev")
        .filter_map(|frame| frame["seq"].as_i64())
        .collect();
    let cursor = seen.last().copied().unwrap_or(1);
    let mut again = connect(&visitor.client);
    let mut cursor = format!("{}:{cursor}", text_of(&page["epoch"]));
    loop {
        let page = again.subscribe(&ch, Some(&cursor));
        let events = page["events"].as_array().expect("events");
        seen.extend(events.iter().filter_map(|event| event["seq"].as_i64()));
        cursor = format!("{}:{}", text_of(&page["epoch"]), seen.last().expect("some"));
        if page["more"] == false {
            break;
        }
    }
    assert_eq!(seen, (2..=last).collect::<Vec<i64>>());
}
