//! How much may be asked, and what every answer says about it (contract A.1.3, trust 1.15).

use serde_json::{Value, json};
use testing::{
    client::{Answer, Client},
    server::{TestServer, eventually},
};

use crate::arrange::{VISITOR, agent_says, items, new_agent, text_of};

const ME: &str = "/api/v1/me";
const PING: &str = "/v3/conversations/agentOnlinePing";

/// Limit, what remains of it, and the seconds until it is whole again.
fn standing(answer: &Answer) -> (u64, u64, u64) {
    let number = |name: &str| answer.number(&format!("x-sib-ratelimit-{name}"));
    (number("limit"), number("remaining"), number("reset"))
}

fn ping(client: &Client, agent_id: &str) -> Answer {
    client.post(PING, &json!({"agentId": agent_id}))
}

/// Another key of the same organization.
fn another_key(server: &TestServer) -> Client {
    let created = server
        .client()
        .post("/api/v1/keys", &json!({"name": "x", "kind": "key"}));
    server
        .stranger()
        .with_key(text_of(&created.json(201)["apiKey"]))
}

#[test]
fn every_answer_to_a_key_tells_what_is_left() {
    let server = TestServer::start();
    let client = another_key(&server);
    let send =
        json!({"visitorId": VISITOR, "text": "Hi", "agentId": server.agent_id()}).to_string();
    let requests = [
        (200, "GET", ME, ""),
        (200, "GET", "/v3/account", ""),
        (200, "POST", "/v3/conversations/messages", &send),
        (404, "GET", "/v3/conversations/messages/unknown", ""),
        (400, "POST", "/v3/conversations/messages", "{oops"),
        (400, "POST", "/v3/conversations/messages", "{}"),
        (405, "PATCH", "/v3/conversations/messages", ""),
        (400, "GET", "/api/v1/agents?limit=0", ""),
        (404, "DELETE", "/api/v1/groups/unknown", ""),
        (400, "POST", PING, "{oops"),
        (400, "POST", PING, "{}"),
        (405, "GET", PING, ""),
    ];
    for (used, (status, method, path, body)) in (1..).zip(requests) {
        let answer = client.send(method, path, body);
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(
            standing(&answer),
            (36_000, 36_000 - used, 3_600),
            "{method} {path}"
        );
        // SDKs would take that one for a Unix time (contract G-19).
        assert_eq!(answer.header("x-ratelimit-reset"), None);
    }
    server.advance(1_000_001);
    assert_eq!(standing(&client.get(ME)), (36_000, 36_000 - 13, 2_600));
}

#[test]
fn more_than_a_burst_is_refused_for_a_moment_and_has_no_effect() {
    let server = TestServer::start_with(|config| {
        config.limits.api_key_per_second = 2;
        config.limits.api_key_burst = 6;
    });
    let (client, another) = (server.client(), another_key(&server));
    let body = json!({"visitorId": VISITOR, "text": "Hi", "agentId": server.agent_id()});
    let mut sent = 0;
    let refused = loop {
        let answer = client.post("/v3/conversations/messages", &body);
        match answer.status {
            200 => sent += 1,
            _ => break answer,
        }
        assert!(sent < 50, "nothing is refused");
    };
    // The first of six made the other key.
    assert!(sent >= 5, "{sent}");
    assert_eq!(
        refused.refusal(),
        "429 too_many_requests: more than 2 requests a second"
    );
    assert_eq!(refused.number("retry-after"), 1);
    assert_eq!(standing(&refused), (36_000, 0, 1));

    // Another key has a burst of its own.
    let messages = items(&another, "/api/v1/conversations");
    assert_eq!(messages[0]["head"], sent);
    // What was refused was not counted for the hour, and it passes.
    let answer = eventually("the end of the refusal", || {
        let answer = client.get(ME);
        (answer.status == 200).then_some(answer)
    });
    assert_eq!(standing(&answer), (36_000, 36_000 - sent - 2, 3_600));
}

#[test]
fn more_than_an_hour_allows_is_refused_until_it_is_over() {
    let server = TestServer::start_with(|config| config.limits.api_key_per_hour = 3);
    let (client, agent_id) = (server.client(), server.agent_id());
    for remaining in [2, 1, 0] {
        let answer = client.get(ME);
        assert_eq!(
            (answer.status, standing(&answer)),
            (200, (3, remaining, 3_600))
        );
    }
    server.advance(600_000);
    let before = server.world();
    let body = json!({"visitorId": VISITOR, "text": "Hi", "agentId": agent_id});
    let refused = client.post("/v3/conversations/messages", &body);
    assert_eq!(
        refused.refusal(),
        "429 too_many_requests: more than 3 requests in an hour"
    );
    assert_eq!(
        (refused.number("retry-after"), standing(&refused)),
        (3_000, (3, 0, 3_000))
    );
    assert_eq!(server.world(), before);
    // Pings are not counted there.
    ping(&client, agent_id).empty(201);
    server.advance(2_999_999);
    assert_eq!(client.get(ME).status, 429);
    server.advance(1);
    let answer = client.get(ME);
    assert_eq!((answer.status, standing(&answer)), (200, (3, 2, 3_600)));
}

#[test]
fn pings_have_a_bucket_for_each_agent() {
    let server = TestServer::start_with(|config| config.limits.ping_burst = 3);
    let client = server.client();
    let liz = new_agent(&client, "liz@getwear.com", "Liz");
    let before = standing(&client.get(ME)).1;
    for remaining in [2, 1, 0] {
        let answer = ping(&client, server.agent_id());
        answer.empty(201);
        let (limit, left, _) = standing(&answer);
        assert_eq!((limit, left), (3, remaining));
    }
    let refused = ping(&client, server.agent_id());
    assert_eq!(
        refused.refusal(),
        "429 too_many_requests: too many pings for this agent; one a minute keeps it online"
    );
    // Two a minute: another one in at most half of it.
    assert!(
        (1..=30).contains(&refused.number("retry-after")),
        "{refused:?}"
    );
    assert_eq!(standing(&refused).1, 0);
    ping(&client, &liz).empty(201);
    // Whichever key pings, and by whatever name.
    assert_eq!(ping(&another_key(&server), server.agent_id()).status, 429);
    let email = json!({"agentEmail": "LIZ@getwear.com", "agentName": "Liz", "receivedFrom": "X"});
    client.post(PING, &email).empty(201);
    // One request made the other key, this is the next.
    assert_eq!(standing(&client.get(ME)).1, before - 2);
}

#[test]
fn an_address_with_too_many_wrong_keys_waits_and_right_ones_go_on() {
    let server = TestServer::start();
    let stranger = server.stranger();
    let mut tried = 0;
    let refused = loop {
        let wrong = match tried % 2 {
            0 => stranger.with_key(&format!("xkeysib-{tried:064x}")),
            _ => stranger.with_token(&format!("{tried:064x}")),
        };
        let answer = wrong.get(ME);
        if answer.status != 401 {
            break answer;
        }
        assert_eq!(answer.refusal(), "401 unauthorized: Key not found");
        assert_eq!(answer.number("x-sib-ratelimit-limit"), 20);
        tried += 1;
        assert!(tried < 50, "nothing is refused");
    };
    assert!(tried >= 20, "{tried}");
    assert_eq!(
        refused.refusal(),
        "429 too_many_requests: too many wrong keys from this address"
    );
    assert_eq!(
        (refused.number("retry-after"), standing(&refused)),
        (300, (20, 0, 300))
    );
    // The same for every wrong key, on every route; but not for a right one, nor for none.
    assert_eq!(stranger.with_key("x").get("/v3/account").status, 429);
    server.client().get(ME).json(200);
    agent_says(&server.client(), server.agent_id(), VISITOR, "Hi");
    assert_eq!(stranger.get(ME).status, 401);
    // An address is what the connection says, whatever headers claim.
    for name in [
        "x-forwarded-for",
        "forwarded",
        "x-real-ip",
        "cf-connecting-ip",
    ] {
        let elsewhere = stranger.with_key("x").with_header(name, "for=192.0.2.1");
        assert_eq!(elsewhere.get(ME).status, 429);
    }
}

#[test]
fn the_usual_bounds_are_those_of_the_documentation() {
    let server = TestServer::start();
    let client = server.client();
    let (limit, _, _) = standing(&client.get(ME));
    let (pings, _, _) = standing(&ping(&client, server.agent_id()));
    assert_eq!((limit, pings), (36_000, 10));
    assert_eq!(
        client.get(ME).json(200)["scopes"].as_array().map(Vec::len),
        Some(3)
    );
    assert_eq!(items(&client, "/api/v1/visitors"), Vec::<Value>::new());
}
