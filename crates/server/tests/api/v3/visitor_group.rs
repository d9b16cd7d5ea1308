//! `PUT /v3/conversations/visitorGroup` (contract A.5, G-11).

use serde_json::{Value, json};
use testing::{client::Client, server::TestServer};

use crate::arrange::{VISITOR, new_group, only_conversation, visitor_says};

const PATH: &str = "/v3/conversations/visitorGroup";

fn group_of(client: &Client, visitor: &str) -> Value {
    let visitor = client.get(&format!("/api/v1/visitors/{visitor}")).json(200);
    visitor["groupId"].clone()
}

#[test]
fn the_visitor_is_named_in_the_body_or_in_the_query() {
    let server = TestServer::start();
    let (client, stranger) = (server.client(), "stranger");
    let (sales, support) = (
        new_group(&client, "Sales", &[]),
        new_group(&client, "Support", &[]),
    );
    visitor_says(&client, VISITOR, "Hello?");
    visitor_says(&client, stranger, "Hello?");

    let body = json!({"groupId": sales, "visitorId": VISITOR});
    assert_eq!(client.put(PATH, &body).json(200), body);
    assert_eq!(group_of(&client, VISITOR), json!(sales));

    let by_query = format!("{PATH}?visitorId={VISITOR}");
    let answer = client
        .put(&by_query, &json!({"groupId": support}))
        .json(200);
    assert_eq!(answer, json!({"groupId": support, "visitorId": VISITOR}));
    assert_eq!(group_of(&client, VISITOR), json!(support));

    let both = json!({"groupId": sales, "visitorId": stranger});
    assert_eq!(client.put(&by_query, &both).json(200), both);
    assert_eq!(group_of(&client, stranger), json!(sales));
    assert_eq!(group_of(&client, VISITOR), json!(support));
}

#[test]
fn null_or_nothing_takes_the_visitor_out() {
    let server = TestServer::start();
    let client = server.client();
    let group = new_group(&client, "Sales", &[]);
    visitor_says(&client, VISITOR, "Hello?");
    for nothing in [
        json!({"groupId": null, "visitorId": VISITOR}),
        json!({"groupId": "", "visitorId": VISITOR}),
        json!({"visitorId": VISITOR}),
    ] {
        client
            .put(PATH, &json!({"groupId": group, "visitorId": VISITOR}))
            .json(200);
        let answer = client.put(PATH, &nothing).json(200);
        assert_eq!(
            answer,
            json!({"groupId": null, "visitorId": VISITOR}),
            "{nothing}"
        );
        assert_eq!(group_of(&client, VISITOR), Value::Null);
    }
}

#[test]
fn a_change_is_recorded_once() {
    let server = TestServer::start();
    let client = server.client();
    let group = new_group(&client, "Sales", &[]);
    visitor_says(&client, VISITOR, "Hello?");
    let body = json!({"groupId": group, "visitorId": VISITOR});
    client.put(PATH, &body).json(200);
    client.put(PATH, &body).json(200);
    let conversation = only_conversation(&client);
    assert_eq!(
        (&conversation["head"], &conversation["groupId"]),
        (&json!(2), &json!(group))
    );
    // A group that is deleted holds nobody.
    client.delete(&format!("/api/v1/groups/{group}")).empty(204);
    assert_eq!(group_of(&client, VISITOR), Value::Null);
}

#[test]
fn unknown_and_missing_ones_are_refused() {
    let server = TestServer::start();
    let client = server.client();
    let group = new_group(&client, "Sales", &[]);
    visitor_says(&client, VISITOR, "Hello?");
    let before = server.world();
    for (body, refusal) in [
        (
            json!({"groupId": group}),
            "400 missing_parameter: visitorId is missing",
        ),
        (
            json!({"groupId": group, "visitorId": ""}),
            "400 missing_parameter: visitorId is missing",
        ),
        (json!({}), "400 missing_parameter: visitorId is missing"),
        (
            json!({"groupId": group, "visitorId": "nobody"}),
            "404 document_not_found: Visitor not found",
        ),
        (
            json!({"groupId": "nope", "visitorId": VISITOR}),
            "404 document_not_found: Group not found",
        ),
        (
            json!({"groupId": {"$ne": null}, "visitorId": VISITOR}),
            "400 invalid_parameter: groupId: invalid type: map, expected a string",
        ),
    ] {
        assert_eq!(client.put(PATH, &body).refusal(), refusal, "{body}");
    }
    let twice = format!("{PATH}?visitorId={VISITOR}&visitorId=other");
    assert_eq!(
        client.put(&twice, &json!({"groupId": group})).refusal(),
        "400 invalid_parameter: query: duplicate field visitorId"
    );
    assert_eq!(server.world(), before);
}
