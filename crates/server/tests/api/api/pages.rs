//! Pages of lists: limits, cursors, and that every row comes once.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testing::server::TestServer;

use crate::arrange::{
    VISITOR, agent_says, new_agent, new_group, only_conversation, text_of, visitor_says,
};

const LISTS: [&str; 5] = [
    "/api/v1/agents",
    "/api/v1/groups",
    "/api/v1/keys",
    "/api/v1/visitors",
    "/api/v1/conversations",
];

#[test]
fn every_row_comes_once() {
    let server = TestServer::start_unlimited();
    let client = server.client();
    for number in 0..7 {
        new_agent(&client, &format!("{number}@getwear.com"), "Somebody");
        new_group(&client, "Sales", &[]);
        client
            .post("/api/v1/keys", &json!({"name": "x", "kind": "key"}))
            .json(201);
        visitor_says(&client, &format!("visitor-{number}"), "Hello?");
        // Some conversations share a minute, others do not.
        server.advance(25_000);
    }
    for list in LISTS {
        let whole = client.get(list).json(200);
        let whole: Vec<&str> = ids(&whole);
        assert!(whole.len() >= 7, "{list}");
        let (mut paged, mut query) = (Vec::new(), "?limit=3".to_owned());
        loop {
            let page = client.get(&format!("{list}{query}")).json(200);
            let found = ids(&page);
            assert!((1..=3).contains(&found.len()), "{page}");
            paged.extend(found.into_iter().map(str::to_owned));
            match &page["nextCursor"] {
                Value::Null => break,
                cursor => query = format!("?limit=3&cursor={}", text_of(cursor)),
            }
        }
        assert_eq!(paged, whole, "{list}");
        assert_eq!(paged.iter().collect::<BTreeSet<_>>().len(), paged.len());
    }
}

fn ids(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().expect("a list");
    items.iter().map(|item| text_of(&item["id"])).collect()
}

#[test]
fn a_page_has_fifty_rows_unless_told_otherwise() {
    let server = TestServer::start_unlimited();
    let (client, agent_id) = (server.client(), server.agent_id());
    for number in 0..101 {
        agent_says(&client, agent_id, VISITOR, &number.to_string());
    }
    let id = only_conversation(&client)["id"].clone();
    let path = format!("/api/v1/conversations/{}/messages", text_of(&id));
    for (query, length) in [("", 50), ("?limit=1", 1), ("?limit=100", 100)] {
        let page = client.get(&format!("{path}{query}")).json(200);
        assert_eq!(ids(&page).len(), length);
        assert!(page["nextCursor"].is_string());
    }
}

#[test]
fn cursors_that_no_page_gave_are_refused() {
    let server = TestServer::start();
    let client = server.client();
    visitor_says(&client, VISITOR, "Hello?");
    let id = only_conversation(&client)["id"].clone();
    let messages = format!("/api/v1/conversations/{}/messages", text_of(&id));
    for list in LISTS.into_iter().chain([messages.as_str()]) {
        for cursor in ["x", "", "1.2.3", "1e3", "9223372036854775808", "1.", "%27"] {
            assert_eq!(
                client.get(&format!("{list}?cursor={cursor}")).refusal(),
                "400 invalid_parameter: cursor is not one that a page gave",
                "{list} {cursor}"
            );
        }
    }
}
