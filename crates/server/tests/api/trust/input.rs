//! Cases C1 to C11, C13, C15 and C16: what requests may hold.

use serde_json::{Value, json};
use testing::{client::Client, server::TestServer};

use super::without_a_trace;
use crate::arrange::{VISITOR, agent_says, id_of, items, new_agent, text_of, visitor_says};

const MESSAGES: &str = "/v3/conversations/messages";
const PING: &str = "/v3/conversations/agentOnlinePing";

/// The beginning of every refusal of a body that is no JSON object.
const NO_OBJECT: &str = "400 bad_request: Input must be a valid JSON object";

/// A good message with its text as it stands in the JSON.
fn message(agent_id: &str, text: &str) -> Vec<u8> {
    format!("{{\"visitorId\":\"{VISITOR}\",\"agentId\":\"{agent_id}\",\"text\":{text}}}")
        .into_bytes()
}

fn replaced(bytes: &[u8], part: &[u8], by: &[u8]) -> Vec<u8> {
    let place = bytes
        .windows(part.len())
        .position(|window| window == part)
        .expect("the part");
    [&bytes[..place], by, &bytes[place + part.len()..]].concat()
}

#[test]
fn c1_what_is_not_json() {
    let server = TestServer::start();
    let agent_id = server.agent_id().to_owned();
    let good = message(&agent_id, "\"Hi\"");
    let utf_16: Vec<u8> = String::from_utf8_lossy(&good)
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let bodies: Vec<(Vec<u8>, &str)> = vec![
        (b"{".to_vec(), "EOF while parsing an object at byte 1"),
        (b"{oops".to_vec(), "key must be a string at byte 2"),
        (b"{\"text\":\"x\",}".to_vec(), "trailing comma at byte 13"),
        (
            b"{\"text\":\"x\"} {}".to_vec(),
            "trailing characters at byte 14",
        ),
        (b"{'text':'x'}".to_vec(), "key must be a string at byte 2"),
        (b"{\"text\":NaN}".to_vec(), "expected value at byte 9"),
        (
            b"{\"text\":\"a\nb\"}".to_vec(),
            "control character (\\u0000-\\u001F) found while parsing a string at byte 11",
        ),
        (
            [b"\xef\xbb\xbf", &good[..]].concat(),
            "expected value at byte 1",
        ),
        (utf_16, "key must be a string at byte 2"),
        (
            replaced(&good, b"Hi", b"H\xffi"),
            "invalid unicode code point",
        ),
        (
            replaced(&good, b"Hi", b"\\ud800"),
            "unexpected end of hex escape",
        ),
        (
            replaced(&good, b"Hi", b"\\udc00 x"),
            "lone leading surrogate in hex escape",
        ),
        (
            replaced(&good, b"Hi", b"a\\u0000b"),
            "a text contains the character U+0000",
        ),
        (
            replaced(&good, b"\"text\"", b"\"te\\u0000xt\""),
            "a key contains the character U+0000",
        ),
        (b"\0".to_vec(), "expected value at byte 1"),
    ];
    let answer = agent_says(&server.client(), &agent_id, VISITOR, "Before");
    without_a_trace(&server, |client| {
        let edit = format!("{MESSAGES}/{}", id_of(&answer));
        for (body, reason) in &bodies {
            for (method, path) in [
                ("POST", MESSAGES),
                ("PUT", edit.as_str()),
                ("POST", "/api/v1/groups"),
                ("POST", PING),
            ] {
                let refusal = client.send(method, path, body).refusal();
                assert!(
                    refusal.starts_with(&format!("{NO_OBJECT}: {reason}"))
                        && refusal.contains(" at byte "),
                    "{}: {refusal}",
                    String::from_utf8_lossy(body)
                );
            }
        }
    });
}

#[test]
fn c2_wrong_kinds_of_json() {
    let server = TestServer::start();
    let agent_id = server.agent_id().to_owned();
    without_a_trace(&server, |client| {
        for body in ["[]", "\"text\"", "7", "true", "null", "[{\"text\":\"x\"}]"] {
            assert_eq!(
                client.send("POST", MESSAGES, body).refusal(),
                NO_OBJECT,
                "{body}"
            );
        }
        assert_eq!(
            client.send("POST", MESSAGES, "").refusal(),
            "400 missing_parameter: visitorId is missing"
        );
        for (path, body, refusal) in [
            (
                MESSAGES,
                json!({"visitorId": 7, "text": "x"}),
                "visitorId: invalid type: integer 7, expected a string",
            ),
            (
                MESSAGES,
                json!({"visitorId": "v", "text": true}),
                "text: invalid type: boolean true, expected a string",
            ),
            (
                MESSAGES,
                json!({"visitorId": "v", "text": "x", "agentId": [agent_id]}),
                "agentId: invalid type: sequence, expected a string",
            ),
            (
                "/api/v1/groups",
                json!({"name": null}),
                "name: invalid type: null, expected a string",
            ),
            (
                "/api/v1/groups",
                json!({"name": "x", "isPrivate": "true"}),
                "isPrivate: invalid type: string \"true\", expected a boolean",
            ),
            (
                "/api/v1/groups",
                json!({"name": "x", "agentIds": {"0": agent_id}}),
                "agentIds: invalid type: map, expected a sequence",
            ),
            (
                "/api/v1/groups",
                json!({"name": "x", "agentIds": [1.5]}),
                "agentIds[0]: invalid type: floating point 1.5, expected a string",
            ),
        ] {
            let expected = format!("400 invalid_parameter: {refusal}");
            assert_eq!(client.post(path, &body).refusal(), expected, "{body}");
        }
    });
}

#[test]
fn c3_keys_that_come_twice() {
    let server = TestServer::start();
    let agent_id = server.agent_id().to_owned();
    let good = message(&agent_id, "\"Hi\"");
    without_a_trace(&server, |client| {
        for (second, name) in [
            ("\"text\":\"Ho\"", "text"),
            ("\"text\":\"Hi\"", "text"),
            ("\"t\\u0065xt\":\"Ho\"", "text"),
            ("\"visitorId\":null", "visitorId"),
            ("\"x\":{\"a\":1,\"a\":2}", "a"),
            ("\"x\":[[{\"\":1,\"\":2}]]", ""),
        ] {
            let body = replaced(&good, b"}", format!(",{second}}}").as_bytes());
            let refusal = client.send("POST", MESSAGES, body).refusal();
            let expected = format!("{NO_OBJECT}: the key \"{name}\" is given twice at byte ");
            assert!(refusal.starts_with(&expected), "{second}: {refusal}");
        }
    });
}

#[test]
fn c4_too_much_json() {
    let server = TestServer::start();
    let agent_id = server.agent_id().to_owned();
    let too_large = "413 bad_request: the body is larger than 262144 bytes";
    let with = |extra: String| {
        replaced(
            &message(&agent_id, "\"Hi\""),
            b"}",
            format!(",{extra}}}").as_bytes(),
        )
    };
    let keys: String = (0..1_000_000)
        .map(|number| format!("\"k{number}\":1,"))
        .collect();
    without_a_trace(&server, |client| {
        for (body, refusal) in [
            (
                "[".repeat(100_000).into_bytes(),
                format!("{NO_OBJECT}: recursion limit exceeded at byte 128"),
            ),
            (
                "{\"a\":".repeat(40_000).into_bytes(),
                format!("{NO_OBJECT}: recursion limit exceeded at byte 636"),
            ),
            (
                with("\"x\":1e400".to_owned()),
                format!("{NO_OBJECT}: number out of range at byte "),
            ),
            (
                with(format!("\"x\":{}", "9".repeat(400))),
                format!("{NO_OBJECT}: number out of range at byte "),
            ),
            (with(format!("{keys}\"k\":1")), too_large.to_owned()),
            (
                with(format!("\"x\":\"{}\"", "x".repeat(300_000))),
                too_large.to_owned(),
            ),
        ] {
            let said = client.pour("POST", MESSAGES, &body).refusal();
            assert!(said.starts_with(&refusal), "{said}");
        }
        refuse_100_mib(client, too_large, &["content-length: 104857600"]);
        refuse_100_mib(client, too_large, &["transfer-encoding: chunked"]);
    });
}

/// Sends without an end, until the server closes the connection: it must not read on.
fn refuse_100_mib(client: &Client, refusal: &str, lines: &[&str]) {
    let mut connection = client.connect();
    let kind = "content-type: application/json";
    connection.write(client.head("POST", MESSAGES, &[&[kind], lines].concat()) + "\r\n");
    let piece = format!("{:x}\r\n{}\r\n", 1_048_576, " ".repeat(1_048_576));
    let pieces = (0..100).take_while(|_| connection.write(&piece)).count();
    assert!(pieces < 100, "all of it was read");
    let answer = connection.read_last().expect("an answer");
    assert_eq!(answer.refusal(), refusal);
}

#[test]
fn c5_texts_of_every_size() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id().to_owned());
    let coder = "\u{1f469}\u{200d}\u{1f4bb}";
    let missing = "400 missing_parameter: text is missing";
    let too_long = "400 invalid_parameter: text is longer than 5000 characters";
    let edited = agent_says(&client, &agent_id, VISITOR, "Before");
    let send = |client: &Client, text: &str| {
        client.pour(
            "POST",
            MESSAGES,
            message(&agent_id, &Value::from(text).to_string()),
        )
    };
    without_a_trace(&server, |client| {
        for (text, refusal) in [
            (String::new(), missing),
            ("   ".to_owned(), missing),
            (
                "\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}".to_owned(),
                missing,
            ),
            ("\u{202e}\u{202c}".to_owned(), missing),
            ("x".repeat(5_001), too_long),
            (format!("a{}", "\u{301}".repeat(10_000)), too_long),
            (coder.repeat(2_000), too_long),
            (
                "x".repeat(1_048_576),
                "413 bad_request: the body is larger than 262144 bytes",
            ),
        ] {
            assert_eq!(send(client, &text).refusal(), refusal);
            let path = format!("{MESSAGES}/{}", id_of(&edited));
            let body = json!({"text": text}).to_string();
            assert_eq!(client.pour("PUT", &path, body).refusal(), refusal);
        }
    });
    for text in [
        "x".repeat(5_000),
        "é".repeat(5_000),
        coder.repeat(1_666),
        format!("a{}", "\u{301}".repeat(4_999)),
        "\u{202e}gpj.exe".to_owned(),
        "{{7*7}} ${x} <% %> \\u0000".to_owned(),
    ] {
        let sent = send(&client, &text).json(200);
        let read = client
            .get(&format!("{MESSAGES}/{}", id_of(&sent)))
            .json(200);
        assert_eq!(read["text"], text);
    }
}

#[test]
fn c6_bodies_of_another_kind() {
    let server = TestServer::start();
    let agent_id = server.agent_id().to_owned();
    let body = String::from_utf8(message(&agent_id, "\"Hi\"")).expect("text");
    let refusal = "415 not_acceptable: Content-Type must be application/json, in UTF-8";
    without_a_trace(&server, |client| {
        for kind in [
            "text/plain",
            "",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json; charset=utf-7",
            "application/json; charset=utf-8; charset=utf-16",
            "application/jsonx",
            "text/json",
            "*/*",
        ] {
            let client = client.with_header("content-type", kind);
            assert_eq!(
                client.send("POST", MESSAGES, &body).refusal(),
                refusal,
                "{kind}"
            );
            assert_eq!(
                client.send("POST", PING, &body).refusal(),
                refusal,
                "{kind}"
            );
        }
        let mut connection = client.connect();
        let length = format!("content-length: {}", body.len());
        connection
            .write(client.head("POST", MESSAGES, &["connection: close", &length]) + "\r\n" + &body);
        assert_eq!(
            connection.read_last().expect("an answer").refusal(),
            refusal
        );
    });
    for kind in [
        "application/json;charset=UTF-8",
        "Application/JSON; charset=\"utf-8\"",
        "application/json; odata=verbose",
    ] {
        let client = server.client().with_header("content-type", kind);
        client.send("POST", MESSAGES, &body).json(200);
    }
}

#[test]
fn c7_wrong_methods() {
    let server = TestServer::start();
    let sent = agent_says(&server.client(), server.agent_id(), VISITOR, "Stay");
    let one = format!("{MESSAGES}/{}", id_of(&sent));
    without_a_trace(&server, |client| {
        for (method, path, allow) in [
            ("TRACE", MESSAGES, "POST"),
            ("OPTIONS", MESSAGES, "POST"),
            ("PROPFIND", MESSAGES, "POST"),
            ("delete", &one, "GET,HEAD,PUT,DELETE"),
            ("PATCH", &one, "GET,HEAD,PUT,DELETE"),
            ("PUT", "/api/v1/me", "GET,HEAD"),
        ] {
            let answer = client.send(method, path, "");
            assert_eq!(
                answer.refusal(),
                format!("405 method_not_allowed: {method} Method is not allowed on this path")
            );
            let mut allowed: Vec<&str> = answer
                .header("allow")
                .unwrap_or_default()
                .split(',')
                .collect();
            let mut expected: Vec<&str> = allow.split(',').collect();
            allowed.sort_unstable();
            expected.sort_unstable();
            assert_eq!(allowed, expected, "{method} {path}");
        }
        for name in [
            "x-http-method-override",
            "x-http-method",
            "x-method-override",
        ] {
            let overriding = client.with_header(name, "DELETE");
            assert_eq!(overriding.get(&one).json(200), sent);
            assert_eq!(overriding.send("POST", &one, "").status, 405);
        }
        assert_eq!(client.get(&format!("{one}?_method=DELETE")).json(200), sent);
    });
}

#[test]
fn c8_strange_paths() {
    let server = TestServer::start();
    let sent = agent_says(&server.client(), server.agent_id(), VISITOR, "Stay");
    let id = id_of(&sent);
    let nothing = "404 document_not_found: there is nothing at this path";
    let no_message = "404 document_not_found: Message not found";
    let nul = "400 bad_request: the path contains the character U+0000";
    without_a_trace(&server, |client| {
        for (path, refusal) in [
            (
                format!("/v3/conversations/../conversations/messages/{id}"),
                nothing,
            ),
            ("/v3/conversations/../admin".to_owned(), nothing),
            (
                format!("/v3/conversations/%2e%2e/conversations/messages/{id}"),
                nothing,
            ),
            (format!("//v3/conversations/messages/{id}"), nothing),
            (format!("/v3/conversations//messages/{id}"), nothing),
            (format!("/v3/conversations/messages/{id}/"), nothing),
            (format!("/V3/conversations/messages/{id}"), nothing),
            (
                format!("/v3/conversations/messages;jsessionid=1/{id}"),
                nothing,
            ),
            (
                format!("/v3/conversations/messages/{id};jsessionid=1"),
                no_message,
            ),
            (format!("/v3/conversations/messages/{id}%20"), no_message),
            (
                format!("/v3/conversations/messages/{}", id.to_lowercase()),
                no_message,
            ),
            (
                "/v3/conversations/messages/%2e%2e%2f%2e%2e%2fetc%2fpasswd".to_owned(),
                no_message,
            ),
            // Decoded once: this is the text %00, not the character.
            (format!("/v3/conversations/messages/{id}%2500"), no_message),
            (format!("/v3/conversations/messages/{id}%00"), nul),
            (format!("/v3/conversations/messages/%00{id}"), nul),
            ("/api/v1/conversations?q=%00".to_owned(), nul),
            ("/v3/conversations/messages/%ff%fe".to_owned(), nothing),
            ("/v3/conversations/messages/%zz".to_owned(), no_message),
            (
                format!("/v3/conversations/messages/{}", "x".repeat(9 * 1_024)),
                "414 bad_request: the path is longer than 8192 bytes",
            ),
            (
                format!("/api/v1/conversations?q={}", "x".repeat(9 * 1_024)),
                "414 bad_request: the path is longer than 8192 bytes",
            ),
        ] {
            let mut connection = client.connect();
            connection.write(client.head("GET", &path, &["connection: close"]) + "\r\n");
            let answer = connection.read_last().expect("an answer");
            assert_eq!(answer.refusal(), refusal, "{path:.80}");
        }
        // What is no path at all is refused before anything of ours sees it.
        for path in [
            "v3/account",
            "/v3/acc ount",
            "/v3/\u{7f}",
            "/v3/account\tx",
            "*",
        ] {
            let mut connection = client.connect();
            connection.write(client.head("GET", path, &["connection: close"]) + "\r\n");
            let status = connection.read_last().expect("an answer").status;
            assert!([400, 404].contains(&status), "{path}: {status}");
        }
    });
}

#[test]
fn c9_limits_out_of_range() {
    let server = TestServer::start();
    let message = visitor_says(&server.client(), VISITOR, "Hello?");
    let messages = format!(
        "/api/v1/conversations/{}/messages",
        text_of(&message["conversationId"])
    );
    without_a_trace(&server, |client| {
        for list in [
            "/api/v1/agents",
            "/api/v1/groups",
            "/api/v1/keys",
            "/api/v1/visitors",
            "/api/v1/conversations",
            &messages,
        ] {
            for limit in [
                "-1",
                "0",
                "101",
                "1e9",
                "1000000000",
                "99999999999999999999",
                "abc",
                "",
                "1.5",
                "0x10",
                "%20",
            ] {
                assert_eq!(
                    client.get(&format!("{list}?limit={limit}")).refusal(),
                    "400 out_of_range: limit must be a number from 1 to 100",
                    "{list} {limit}"
                );
            }
            for query in ["limit=1&limit=2", "limit=1&limit=1", "limit[]=1"] {
                let refusal = client.get(&format!("{list}?{query}")).refusal();
                assert!(
                    refusal.starts_with("400 invalid_parameter: query: "),
                    "{query}: {refusal}"
                );
            }
        }
    });
}

#[test]
fn c10_filters_that_are_statements() {
    let server = TestServer::start();
    visitor_says(&server.client(), VISITOR, "Hello?");
    without_a_trace(&server, |client| {
        for (query, refusal) in [
            (
                "status='%3B%20drop%20table%20messages--",
                "status must be open or closed",
            ),
            (
                "status[$ne]=open",
                "query: status[$ne]: unknown field status[$ne]",
            ),
            (
                "query_operator=or",
                "query: query_operator: unknown field query_operator",
            ),
            ("order=id%20desc", "query: order: unknown field order"),
            ("cursor=0%20or%201=1", "cursor is not one that a page gave"),
        ] {
            let said = client
                .get(&format!("/api/v1/conversations?{query}"))
                .refusal();
            let expected = format!("400 invalid_parameter: {refusal}");
            assert!(said.starts_with(&expected), "{query}: {said}");
        }
        // Where any text is allowed it is only looked for.
        for text in [
            "'%3B%20drop%20table%20messages--",
            "%7B%22%24ne%22%3Anull%7D",
            "%22%20or%20%22%22%3D%22",
            "%25'%20or%20'1'%3D'1",
        ] {
            for name in ["q", "assignee", "group"] {
                let found = client
                    .get(&format!("/api/v1/conversations?{name}={text}"))
                    .json(200);
                assert_eq!(
                    found,
                    json!({"items": [], "nextCursor": null}),
                    "{name}={text}"
                );
            }
        }
        let refusal = client
            .post(MESSAGES, &json!({"visitorId": {"$ne": null}, "text": "x"}))
            .refusal();
        assert_eq!(
            refusal,
            "400 invalid_parameter: visitorId: invalid type: map, expected a string"
        );
    });
}

/// No operation takes a date: times are told in milliseconds and never asked. The first that does needs this case.
#[test]
fn c11_no_operation_takes_a_date() {
    let server = TestServer::start();
    without_a_trace(&server, |client| {
        let document = client.get("/openapi.json");
        assert!(
            !document.text().contains("\"date"),
            "give the new parameter its case C11"
        );
        let refusal = client
            .get("/api/v1/conversations?since=0000-00-00")
            .refusal();
        assert!(refusal.starts_with("400 invalid_parameter: query: since: unknown field since"));
    });
}

#[test]
fn c13_compressed_bodies() {
    let server = TestServer::start();
    let agent_id = server.agent_id().to_owned();
    // Ten bytes of gzip's head; nobody may look at more.
    let compressed = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03";
    without_a_trace(&server, |client| {
        for coding in ["gzip", "br", "zstd", "deflate", "identity, gzip", "x"] {
            let client = client.with_header("content-encoding", coding);
            for body in [&compressed[..], &message(&agent_id, "\"Hi\"")] {
                assert_eq!(
                    client.send("POST", MESSAGES, body).refusal(),
                    "415 not_acceptable: compressed bodies are not accepted",
                    "{coding}"
                );
            }
        }
    });
    let plain = server.client().with_header("content-encoding", "identity");
    plain
        .send("POST", MESSAGES, message(&agent_id, "\"Hi\""))
        .json(200);
}

#[test]
fn c15_agents_made_from_emails_are_bounded() {
    let server = TestServer::start_with(|config| {
        config.limits.dummy_agents_per_day = 100;
        config.limits.api_key_burst = 1_000;
    });
    let (client, other) = (server.client(), server.second_organization());
    let agent = |number: u32| json!({"agentEmail": format!("{number}@getwear.com"), "agentName": "Dummy", "receivedFrom": "X"});
    without_a_trace(&server, |client| {
        assert_eq!(
            client.post(PING, &json!({"agentEmail": "a@b.c"})).refusal(),
            "400 missing_parameter: agentName and receivedFrom are required with agentEmail"
        );
        assert_eq!(
            client
                .post(PING, &json!({"agentId": other.agent_id}))
                .refusal(),
            "400 invalid_parameter: Agent not found"
        );
    });
    for number in 0..100 {
        client.post(PING, &agent(number)).empty(201);
    }
    let refusal = "403 permission_denied: no more than 100 agents are made from e-mails in a day";
    without_a_trace(&server, |client| {
        for number in 100..150 {
            assert_eq!(client.post(PING, &agent(number)).refusal(), refusal);
        }
        let mut send = agent(200);
        send["visitorId"] = json!(VISITOR);
        send["text"] = json!("Hi");
        assert_eq!(client.post(MESSAGES, &send).refusal(), refusal);
    });
    // Those there are go on, people can be made, and other organizations have their own bound.
    client.post(PING, &agent(0)).empty(201);
    new_agent(&client, "liz@getwear.com", "Liz");
    server.client_of(&other).post(PING, &agent(0)).empty(201);
    // The bound is for a day.
    server.advance(24 * 3_600_000);
    assert_eq!(client.post(PING, &agent(100)).status, 403);
    server.advance(1);
    client.post(PING, &agent(100)).empty(201);
}

#[test]
fn c16_labels_with_markup_and_line_breaks() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    for label in [
        "<script>alert(1)</script>",
        "a\r\nSet-Cookie: x=1\r\n\r\n<b>",
        "\"'`\\ \u{202e}",
        &"é".repeat(200),
    ] {
        let body =
            json!({"visitorId": VISITOR, "text": "Hi", "agentId": agent_id, "receivedFrom": label});
        let sent = client.post(MESSAGES, &body);
        assert_eq!(sent.header("set-cookie"), None);
        let sent = sent.json(200);
        assert_eq!(sent["receivedFrom"], label);
        let read = client.get(&format!("{MESSAGES}/{}", id_of(&sent)));
        assert_eq!(read.json(200), sent);
        // Nothing reads JSON as a page.
        assert_eq!(read.header("content-type"), Some("application/json"));
    }
    without_a_trace(&server, |client| {
        let body = json!({"visitorId": VISITOR, "text": "Hi", "agentId": agent_id, "receivedFrom": "x".repeat(201)});
        assert_eq!(
            client.post(MESSAGES, &body).refusal(),
            "400 invalid_parameter: receivedFrom is longer than 200 characters"
        );
    });
    assert_eq!(items(&client, "/api/v1/agents").len(), 1);
}
