//! `/api/v1/webhooks`: endpoints are made, seen without their secrets, changed and deleted.

use std::{collections::BTreeSet, thread};

use base64::{Engine, engine::general_purpose::STANDARD};
use model::webhook::WebhookEventKind;
use serde_json::{Value, json};
use testing::{
    client::Client,
    receiver::Receiver,
    server::{START, TestServer},
};

use super::{Endpoint, add, signature::is_signed, start};
use crate::arrange::{VISITOR, id_of, is_id, items, text_of, visitor_says, with_scopes};

const PATH: &str = "/api/v1/webhooks";

/// An address that is public by its form; nothing is sent there, as nothing happens.
const URL: &str = "https://hooks.getwear.example/parlour?shop=1";

/// Long enough that a hint gives nothing away.
const TOKEN: &str = "canary-token-0123456789";
const PASSWORD: &str = "canary-password-0123456789";
const HEADER: &str = "canary-header-0123456789";

fn create(client: &Client, body: &Value) -> Value {
    client.post(PATH, body).json(201)
}

fn path_of(endpoint: &Value) -> String {
    format!("{PATH}/{}", text_of(&endpoint["id"]))
}

/// A new endpoint with changes to what is said about it.
fn with(changes: Value) -> Value {
    let mut body = json!({"url": URL, "events": ["conversationStarted"]});
    let (Value::Object(fields), Value::Object(changes)) = (&mut body, changes) else {
        panic!("changes are an object");
    };
    fields.extend(changes);
    body
}

/// The end of a secret, as it is shown.
fn hint(secret: &str) -> String {
    format!("••••{}", &secret[secret.len() - 4..])
}

#[test]
fn an_endpoint_is_made_seen_changed_and_deleted() {
    let server = TestServer::start();
    let client = server.client();
    assert_eq!(items(&client, PATH), [Value::Null; 0]);
    let body = json!({
        "url": URL, "events": ["messageUpdated", "conversationStarted", "messageUpdated"], "description": " Shop \u{1f6d2} ",
        "auth": {"type": "basic", "username": "getwear", "password": PASSWORD},
        "headers": [{"key": "X-Shop", "value": HEADER}, {"key": "x-short", "value": "1234"}],
    });
    let created = create(&client, &body);
    let secret = text_of(&created["secret"]).to_owned();
    let mut expected = json!({
        "id": created["id"], "url": URL, "description": "Shop \u{1f6d2}", "events": ["conversationStarted", "messageUpdated"],
        "auth": {"type": "basic", "username": "getwear", "password": hint(PASSWORD)},
        "headers": [{"key": "X-Shop", "value": hint(HEADER)}, {"key": "x-short", "value": "••••"}],
        "secret": secret, "isEnabled": true, "disabledReason": null, "disabledAt": null, "failingSince": null,
        "previousSecretUntil": null, "createdAt": START,
    });
    assert_eq!(created, expected);
    assert!(is_id(text_of(&created["id"])));
    let bytes = secret
        .strip_prefix("whsec_")
        .map(|encoded| STANDARD.decode(encoded));
    assert!(
        matches!(bytes, Some(Ok(bytes)) if bytes.len() == 32),
        "{secret}"
    );

    expected["secret"] = json!(hint(&secret));
    let path = path_of(&created);
    assert_eq!(client.get(&path).json(200), expected);
    assert_eq!(items(&client, PATH), [expected.clone()]);

    // What is not given stays.
    assert_eq!(client.put(&path, &json!({})).json(200), expected);
    let change = json!({
        "url": "https://elsewhere.example", "events": ["webhookDisabled"], "description": "", "isEnabled": false,
        "auth": {"type": "bearer", "token": TOKEN}, "headers": [],
    });
    expected["url"] = json!("https://elsewhere.example/");
    expected["events"] = json!(["webhookDisabled"]);
    expected["description"] = json!("");
    expected["isEnabled"] = json!(false);
    expected["auth"] = json!({"type": "bearer", "token": hint(TOKEN)});
    expected["headers"] = json!([]);
    assert_eq!(client.put(&path, &change).json(200), expected);
    expected["auth"] = Value::Null;
    let without = client.put(&path, &json!({"auth": null}));
    assert_eq!(without.json(200), expected);
    assert_eq!(client.get(&path).json(200), expected);

    client.delete(&path).empty(204);
    let gone = "404 document_not_found: Webhook not found";
    for answer in [
        client.get(&path),
        client.put(&path, &json!({})),
        client.delete(&path),
        client.post(&format!("{path}/rotate-secret"), &json!({})),
        client.post(&format!("{path}/replay"), &json!({"from": 0})),
    ] {
        assert_eq!(answer.refusal(), gone);
    }
    assert_eq!(items(&client, PATH), [Value::Null; 0]);
    assert_eq!(
        items(&client, &format!("{path}/deliveries")),
        [Value::Null; 0]
    );
}

#[test]
fn b7_what_is_secret_is_shown_by_its_end_only() {
    let (server, receiver) = (start(), Receiver::start());
    let client = server.client();
    let created = create(
        &client,
        &json!({
            "url": receiver.url(), "events": ["conversationStarted"], "auth": {"type": "bearer", "token": TOKEN},
            "headers": [{"key": "x-shop", "value": HEADER}],
        }),
    );
    visitor_says(&client, VISITOR, "Hello?");
    receiver.wait_for(1);
    let path = path_of(&created);
    let rotated = client.post(&format!("{path}/rotate-secret"), &json!({}));
    let secrets = [&created["secret"], &rotated.json(200)["secret"]].map(|secret| {
        let secret = text_of(secret);
        secret[..secret.len() - 4].to_owned()
    });
    assert_eq!(
        rotated.json(200)["auth"],
        json!({"type": "bearer", "token": hint(TOKEN)})
    );
    for answer in [
        client.get(PATH),
        client.get(&path),
        client.put(&path, &json!({"description": "Shop"})),
        client.get(&format!("{path}/deliveries")),
        client.get("/api/v1/jobs"),
    ] {
        let text = answer.text();
        for secret in secrets.iter().map(String::as_str).chain([TOKEN, HEADER]) {
            assert!(!text.contains(secret), "{text}");
            assert!(!text.contains(&secret[6..]), "{text}");
        }
    }
    // A hint is nothing to send back.
    let hinted = json!({"headers": [{"key": "x-shop", "value": hint(HEADER)}]});
    assert_eq!(
        client.put(&path, &hinted).refusal(),
        "400 invalid_parameter: headers.x-shop contains line breaks or characters beyond ASCII"
    );
}

#[test]
fn auth_and_headers_arrive_as_they_were_given() {
    let server = start();
    let client = server.client();
    let longest = "x".repeat(1_000);
    for (auth, expected) in [
        (
            json!({"type": "basic", "username": "get wear", "password": "a:b \"c\""}),
            Some("Basic Z2V0IHdlYXI6YTpiICJjIg=="),
        ),
        (
            json!({"type": "bearer", "token": "a.b-c"}),
            Some("Bearer a.b-c"),
        ),
        (Value::Null, None),
    ] {
        let receiver = Receiver::start();
        create(
            &client,
            &json!({
                "url": receiver.url(), "events": ["visitorIdentified"], "auth": auth,
                "headers": [{"key": "X-Shop", "value": "a, \"b\"; c=~"}, {"key": "Cookie", "value": longest}],
            }),
        );
        visitor_says(&client, VISITOR, "Hello?");
        // Somebody else each time: what is known already is no news.
        let known =
            json!({"attributes": {"EMAIL": format!("anna-{}@getwear.example", receiver.port())}});
        client
            .put(&format!("/api/v1/visitors/{VISITOR}"), &known)
            .json(200);
        let received = receiver.wait_for(1).remove(0);
        let authorization = received.headers.get("authorization");
        assert_eq!(authorization.map(String::as_str), expected);
        assert_eq!(received.header("x-shop"), "a, \"b\"; c=~");
        assert_eq!(received.header("cookie"), longest);
    }
}

#[test]
fn an_authorization_of_ones_own_is_a_header_like_others() {
    let (server, receiver) = (start(), Receiver::start());
    let client = server.client();
    let own = json!([{"key": "Authorization", "value": "Custom 42"}]);
    let endpoint = create(
        &client,
        &json!({"url": receiver.url(), "events": ["conversationStarted"], "headers": own}),
    );
    visitor_says(&client, VISITOR, "Hello?");
    assert_eq!(receiver.wait_for(1)[0].header("authorization"), "Custom 42");
    let both = json!({"auth": {"type": "bearer", "token": TOKEN}});
    assert_eq!(
        client.put(&path_of(&endpoint), &both).refusal(),
        "400 invalid_parameter: headers name authorization, which auth gives already"
    );
}

#[test]
fn everything_has_a_limit_that_is_named() {
    let server = TestServer::start_unlimited();
    let client = server.client();
    let url = |length: usize| format!("{URL}&x={}", "x".repeat(length - URL.len() - 3));
    let header =
        |name: usize, value: usize| json!([{"key": "x".repeat(name), "value": "y".repeat(value)}]);
    let headers = |count: usize| -> Value {
        let headers = (0..count).map(|number| json!({"key": format!("x-{number}"), "value": "y"}));
        headers.collect()
    };
    for allowed in [
        json!({"url": url(2_048)}),
        json!({"description": "ä".repeat(200)}),
        json!({"headers": headers(20)}),
        json!({"headers": header(100, 1_000)}),
        json!({"auth": {"type": "bearer", "token": "x".repeat(1_000)}}),
    ] {
        let created = create(&client, &with(allowed));
        client.delete(&path_of(&created)).empty(204);
    }
    let endpoint = create(&client, &with(json!({})));
    let before = server.world();
    for (beyond, message) in [
        (
            json!({"url": url(2_049)}),
            "url must not be longer than 2,048 bytes",
        ),
        (
            json!({"description": "ä".repeat(201)}),
            "description is longer than 200 characters",
        ),
        (
            json!({"description": "a\nb"}),
            "description contains line breaks or control characters",
        ),
        (json!({"headers": headers(21)}), "headers are more than 20"),
        (
            json!({"headers": header(101, 1)}),
            "a name in headers must be 1 to 100 letters, digits or -",
        ),
        (
            json!({"headers": [{"key": "x-shop", "value": "y".repeat(1_001)}]}),
            "headers.x-shop must be 1 to 1000 characters",
        ),
        (
            json!({"auth": {"type": "bearer", "token": "x".repeat(1_001)}}),
            "auth.token must be 1 to 1000 characters",
        ),
        (
            json!({"auth": {"type": "basic", "username": "", "password": "x"}}),
            "auth.username must be 1 to 1000 characters",
        ),
    ] {
        let refusal = format!("400 invalid_parameter: {message}");
        assert_eq!(client.put(&path_of(&endpoint), &beyond).refusal(), refusal);
        assert_eq!(client.post(PATH, &with(beyond)).refusal(), refusal);
    }
    assert_eq!(server.world(), before);
}

#[test]
fn an_organization_has_a_hundred_endpoints() {
    let server = TestServer::start_unlimited();
    let client = server.client();
    for _ in 0..99 {
        create(&client, &with(json!({})));
    }
    // One that is turned off counts, and two who come at once are counted too.
    let off = with(json!({"isEnabled": false}));
    let mut statuses = thread::scope(|scope| {
        let both = [(); 2].map(|()| scope.spawn(|| client.post(PATH, &off).status));
        both.map(|one| one.join().expect("an answer"))
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400]);
    assert_eq!(
        client.post(PATH, &off).refusal(),
        "400 invalid_parameter: there are 100 webhook endpoints already, which is the most"
    );
    let first = client.get(&format!("{PATH}?limit=100")).json(200);
    assert_eq!(first["items"].as_array().map(Vec::len), Some(100));
    client.delete(&path_of(&first["items"][7])).empty(204);
    create(&client, &off);
    create(
        &server.client_of(&server.second_organization()),
        &with(json!({})),
    );
}

#[test]
fn events_are_known_by_name_and_at_least_one() {
    let server = TestServer::start();
    let client = server.client();
    let known = "conversationStarted, conversationFragment, conversationTranscript, messageUpdated, messageDeleted, \
        conversationAssigned, conversationClosed, visitorIdentified, agentStatusChanged, webhookDisabled";
    let all: Vec<&str> = known.split(", ").collect();
    let created = create(&client, &with(json!({"events": all})));
    assert_eq!(created["events"], json!(all));
    let unknown = format!("400 invalid_parameter: events may only name {known}");
    for (events, refusal) in [
        (
            json!([]),
            "400 invalid_parameter: events must name at least one",
        ),
        (json!(["conversationStarted", "chatStarted"]), &unknown),
        (json!(["ConversationStarted"]), &unknown),
        (json!([""]), &unknown),
        (
            json!("conversationStarted"),
            "400 invalid_parameter: events: invalid type: string \"conversationStarted\", expected a sequence",
        ),
        (
            json!([1]),
            "400 invalid_parameter: events[0]: invalid type: integer 1, expected a string",
        ),
    ] {
        let body = with(json!({"events": events}));
        assert_eq!(client.post(PATH, &body).refusal(), refusal, "{body}");
        let change = json!({"events": events});
        assert_eq!(
            client.put(&path_of(&created), &change).refusal(),
            refusal,
            "{change}"
        );
    }
    for (body, refusal) in [
        (json!({}), "400 missing_parameter: url is missing"),
        (
            json!({"url": URL}),
            "400 missing_parameter: events is missing",
        ),
        (
            with(json!({"auth": {"type": "digest"}})),
            "400 invalid_parameter: auth.type: unknown variant digest, expected basic or bearer",
        ),
        (
            with(json!({"auth": {"type": "bearer"}})),
            "400 missing_parameter: token is missing",
        ),
        (
            with(json!({"headers": [{"key": "x"}]})),
            "400 missing_parameter: value is missing",
        ),
    ] {
        assert_eq!(client.post(PATH, &body).refusal(), refusal, "{body}");
    }
    // Nobody chooses what the server makes.
    for field in ["secret", "id", "organizationId", "createdAt"] {
        let refusal = client.post(PATH, &with(json!({field: "x"}))).refusal();
        assert!(
            refusal.starts_with(&format!("400 invalid_parameter: unknown field {field}")),
            "{refusal}"
        );
    }
    assert_eq!(items(&client, PATH).len(), 1);
}

#[test]
fn only_a_key_that_may_configure_gets_near() {
    let server = TestServer::start();
    let client = server.client();
    let narrow = with_scopes(&client, &server.stranger(), &["access", "assign"]);
    let wide = with_scopes(&client, &server.stranger(), &["configure"]);
    let path = path_of(&create(&wide, &with(json!({}))));
    let before = server.world();
    for (method, path, body) in [
        ("GET", PATH.to_owned(), Value::Null),
        ("POST", PATH.to_owned(), with(json!({}))),
        ("GET", path.clone(), Value::Null),
        ("PUT", path.clone(), json!({"isEnabled": false})),
        ("DELETE", path.clone(), Value::Null),
        ("POST", format!("{path}/rotate-secret"), json!({})),
        ("GET", format!("{path}/deliveries"), Value::Null),
        ("POST", format!("{path}/replay"), json!({"from": 0})),
        ("POST", format!("{path}/deliveries/x/replay"), json!({})),
    ] {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        assert_eq!(
            narrow.send(method, &path, body).refusal(),
            "403 permission_denied: the key lacks the scope configure",
            "{method} {path}"
        );
    }
    assert_eq!(server.world(), before);
}

#[test]
fn the_same_request_again_makes_no_second_endpoint_and_no_second_secret() {
    let (server, receiver) = (start(), Receiver::start());
    let client = server.client();
    let once = |key: &str| client.with_header("idempotency-key", key);
    let body = json!({"url": receiver.url(), "events": ["conversationStarted"]});
    let first = once("a").post(PATH, &body).json(201);
    assert_eq!(once("a").post(PATH, &body).json(201), first);
    assert_eq!(items(&client, PATH).len(), 1);
    let reused = "422 duplicate_request: the Idempotency-Key was used before with another request";
    let other = with(json!({}));
    assert_eq!(once("a").post(PATH, &other).refusal(), reused);

    let rotate = format!("{}/rotate-secret", path_of(&first));
    let rotated = once("b").post(&rotate, &json!({})).json(200);
    assert_ne!(rotated["secret"], first["secret"]);
    assert_eq!(once("b").post(&rotate, &json!({})).json(200), rotated);
    visitor_says(&client, VISITOR, "Hello?");
    let received = receiver.wait_for(1).remove(0);
    for secret in [&first["secret"], &rotated["secret"]] {
        assert!(is_signed(&received, text_of(secret)), "{received:?}");
    }
    client.delete(&path_of(&first)).empty(204);
    assert_eq!(
        once("a").post(PATH, &body).refusal(),
        "404 document_not_found: Webhook not found"
    );
}

#[test]
fn endpoints_are_listed_page_by_page() {
    let server = TestServer::start();
    let client = server.client();
    let made: Vec<String> = (0..5)
        .map(|_| id_of(&create(&client, &with(json!({})))))
        .collect();
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = client.get(&format!("{PATH}?limit=2{cursor}")).json(200);
        let items = page["items"].as_array().expect("a list");
        seen.extend(items.iter().map(id_of));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, made);
    for wrong in ["?limit=0", "?limit=101", "?cursor=x", "?status=on"] {
        let answer = client.get(&format!("{PATH}{wrong}"));
        assert_eq!(answer.status, 400, "{}", answer.text());
    }
}

#[test]
fn what_many_want_at_once_is_all_wanted() {
    let server = TestServer::start_unlimited();
    let client = server.client();
    let kinds = WebhookEventKind::ALL.map(|(_, name)| name);
    let organization = server.organization().number;
    let wanted = || {
        let wanted = server.write(move |write| {
            Ok(store::organizations::webhook_events(
                write.tx(),
                organization,
            )?)
        });
        let kinds = wanted.expect("the store answers").kinds();
        kinds.map(|kind| kind.as_str()).collect::<BTreeSet<_>>()
    };
    for _ in 0..3 {
        let made: Vec<Value> = thread::scope(|scope| {
            let client = &client;
            let makers: Vec<_> = kinds
                .into_iter()
                .map(|kind| scope.spawn(move || add(client, URL, &[kind])))
                .collect();
            let made = makers.into_iter().map(|maker| maker.join());
            made.map(|made| made.expect("an endpoint")).collect()
        });
        assert_eq!(wanted(), BTreeSet::from(kinds));
        thread::scope(|scope| {
            for endpoint in &made {
                scope.spawn(|| client.delete(&path_of(endpoint)).empty(204));
            }
        });
        assert_eq!(wanted(), BTreeSet::new());
    }
}

#[test]
fn one_that_is_turned_off_is_told_nothing_new() {
    let (server, receiver) = (start(), Receiver::start());
    let client = server.client();
    let endpoint = Endpoint::add(&client, &receiver, &["conversationStarted"]);
    endpoint.update(&json!({"isEnabled": false}));
    visitor_says(&client, "one", "Hello?");
    endpoint.update(&json!({"isEnabled": true, "events": ["conversationFragment"]}));
    visitor_says(&client, "two", "Hello?");
    endpoint.update(&json!({"events": ["conversationStarted"]}));
    visitor_says(&client, "three", "Hello?");
    let log = endpoint.wait_for_all(1, "delivered");
    assert_eq!(
        (log.len(), &log[0]["event"]),
        (1, &json!("conversationStarted"))
    );
    let told = receiver.wait_for(1)[0].json();
    assert_eq!(told["visitor"]["id"], "three");
}
