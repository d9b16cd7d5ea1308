//! What HTTP itself promises: request ids, bounds of time and size, stopping, and what operators ask.

use std::{
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use serde_json::json;
use testing::{
    client::{Client, Connection},
    server::{TestServer, eventually},
};

use crate::arrange::{VISITOR, agent_says, only_conversation, text_of, visitor_says};

const ME: &str = "/api/v1/me";
const MESSAGES: &str = "/v3/conversations/messages";

/// Far more than a timeout of a second, and less than the usual ones.
const LONGER: Duration = Duration::from_secs(8);

/// Long enough for an answer that must not come.
const MOMENT: Duration = Duration::from_millis(100);

#[test]
fn every_answer_has_a_request_id() {
    let server = TestServer::start();
    let (client, stranger) = (server.client(), server.stranger());
    for given in ["a", "0123456789abcdef-_.", &"x".repeat(64)] {
        let answer = client.with_header("x-request-id", given).get(ME);
        assert_eq!(answer.header("x-request-id"), Some(given));
        assert_ne!(answer.header("sib-request-id"), Some(given));
    }
    let is_uuid = |id: &str| {
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        lengths == [8, 4, 4, 4, 12]
            && id
                .bytes()
                .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
    };
    for odd in ["", "a b", "<b>", "é", &"x".repeat(65), "a\"b"] {
        let answer = client.with_header("x-request-id", odd);
        let answer = if odd.is_ascii() {
            answer.get(ME)
        } else {
            client.get(ME)
        };
        let own = answer.header("x-request-id").expect("an id");
        assert!(is_uuid(own), "{own}");
        assert_eq!(answer.header("sib-request-id"), Some(own));
    }
    let ids = [ME, "/nowhere"].map(|path| stranger.get(path).headers["x-request-id"].clone());
    assert_ne!(ids[0], ids[1]);
}

/// The client requires of every answer what all must carry; here are the answers that no other story asks for.
#[test]
fn answers_of_every_kind_carry_the_common_headers() {
    let server = TestServer::start();
    let (client, stranger) = (server.client(), server.stranger());
    for (status, path) in [
        (200, "/healthz"),
        (200, "/readyz"),
        (200, "/metrics"),
        (200, "/openapi.json"),
        (404, "/"),
        (404, "/nowhere"),
        (404, "/v3/nowhere"),
        (404, "/v3"),
        (404, "/.git/config"),
        (401, "/v3/account"),
        (405, "/realms/partner/oauth/token"),
    ] {
        assert_eq!(stranger.get(path).status, status, "{path}");
    }
    assert_eq!(stranger.get("/healthz").text(), "ok\n");
    assert_eq!(stranger.get("/readyz").text(), "ready\n");
    assert_eq!(client.send("HEAD", ME, "").text(), "");
    // No page of another site may read an answer.
    let foreign = client.with_header("origin", "https://evil.example").get(ME);
    assert_eq!(foreign.header("access-control-allow-origin"), None);
    assert_eq!(foreign.header("server"), None);
}

#[test]
fn a_head_that_takes_too_long_is_cut_off() {
    let server = TestServer::start_with(|config| config.http.header_timeout_seconds = 1);
    let client = server.client();
    let mut silent = client.connect();
    let mut slow = client.connect();
    slow.write("GET /healthz HTTP/1.1\r\nhost: x\r\n");
    let mut kept = client.connect();
    kept.write("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
    assert_eq!(kept.read().expect("an answer").text(), "ok\n");
    for connection in [&mut silent, &mut slow, &mut kept] {
        assert!(!connection.is_silent(LONGER), "it is still open");
        assert!(connection.read().is_none());
    }
}

#[test]
fn a_body_that_takes_too_long_is_refused() {
    let server = TestServer::start_with(|config| config.http.body_timeout_seconds = 1);
    let client = server.client();
    let mut slow = client.connect();
    let lines = ["content-type: application/json", "content-length: 100"];
    slow.write(client.head("POST", MESSAGES, &lines) + "\r\n{\"text\":");
    assert!(!slow.is_silent(LONGER), "it is still waited for");
    let answer = slow.read_last().expect("an answer");
    assert_eq!(
        answer.refusal(),
        "400 bad_request: the body did not arrive whole"
    );
}

#[test]
fn a_body_may_have_256_kib_and_no_more() {
    let server = TestServer::start();
    let client = server.client();
    let body =
        json!({"visitorId": VISITOR, "text": "Hi", "agentId": server.agent_id()}).to_string();
    let padded = |length: usize| body.clone() + &" ".repeat(length - body.len());
    client.pour("POST", MESSAGES, padded(262_144)).json(200);
    let too_large = "413 bad_request: the body is larger than 262144 bytes";
    assert_eq!(
        client.pour("POST", MESSAGES, padded(262_145)).refusal(),
        too_large
    );
    assert_eq!(only_conversation(&client)["head"], 1);
}

#[test]
fn a_head_may_have_64_kib_and_100_lines() {
    let server = TestServer::start();
    let client = server.client();
    let get = |lines: &[&str]| {
        let mut connection = client.connect();
        connection
            .write(client.head("GET", ME, &[lines, &["connection: close"]].concat()) + "\r\n");
        connection.read_last().map(|answer| answer.status)
    };
    assert_eq!(get(&[&format!("x: {}", "x".repeat(60_000))]), Some(200));
    assert_eq!(get(&[&format!("x: {}", "x".repeat(70_000))]), Some(431));
    assert_eq!(get(&["x: x"; 90]), Some(200));
    assert_eq!(get(&["x: x"; 110]), Some(431));
}

/// Clients write a head and a body one after the other, and keep the connection for their next request.
#[test]
fn a_connection_goes_on_after_a_body_that_nobody_reads() {
    let server = TestServer::start();
    let (client, wrong) = (server.client(), server.stranger().with_key("x"));
    let message = visitor_says(&client, VISITOR, "Hello?");
    let close = format!(
        "/api/v1/conversations/{}/close",
        text_of(&message["conversationId"])
    );
    let mut connection = client.connect();
    let (kind, length) = ("content-type: application/json", "content-length: 2");
    let chunks = "transfer-encoding: chunked";
    for (head, body, status) in [
        (wrong.head("POST", MESSAGES, &[kind, length]), "{}", 401),
        (
            wrong.head("POST", MESSAGES, &[kind, chunks]),
            "2\r\n{}\r\n0\r\n\r\n",
            401,
        ),
        (client.head("POST", &close, &[kind, length]), "{}", 200),
        (
            client.head("POST", &close, &[kind, chunks]),
            "2\r\n{}\r\n0\r\n\r\n",
            200,
        ),
        (client.head("PATCH", &close, &[kind, length]), "{}", 405),
        (client.head("POST", "/nowhere", &[kind, length]), "{}", 404),
        (
            client.head("POST", MESSAGES, &["content-type: text/plain", length]),
            "{}",
            415,
        ),
        (
            client.head("POST", MESSAGES, &["content-encoding: gzip", length]),
            "{}",
            415,
        ),
        (
            client.head("DELETE", "/api/v1/groups/x", &[kind, length]),
            "{}",
            404,
        ),
        (client.head("GET", ME, &[]), "", 200),
    ] {
        connection.write(head.clone() + "\r\n");
        assert!(body.is_empty() || connection.is_silent(MOMENT), "{head}");
        connection.write(body);
        let answer = connection
            .read()
            .unwrap_or_else(|| panic!("closed before {head}"));
        assert_eq!(
            (answer.status, answer.header("connection")),
            (status, None),
            "{head}"
        );
    }
}

/// Where more is to come than is worth reading, or where the client has not begun, the answer says that it was the last.
#[test]
fn an_answer_that_ends_the_connection_says_so() {
    let server = TestServer::start();
    let wrong = server.stranger().with_key("x");
    let kind = "content-type: application/json";
    for (lines, body) in [
        ([kind, "content-length: 100000"], "x".repeat(100_000)),
        ([kind, "content-length: 1000000"], "x".repeat(100_000)),
        (["expect: 100-continue", "content-length: 2"], String::new()),
    ] {
        let mut connection = wrong.connect();
        connection.write(wrong.head("POST", MESSAGES, &lines) + "\r\n" + &body);
        let answer = connection.read_last().expect("an answer");
        assert_eq!(
            (answer.status, answer.header("connection")),
            (401, Some("close")),
            "{lines:?}"
        );
    }
}

#[test]
fn more_connections_than_the_limit_wait() {
    let server = TestServer::start_with(|config| config.http.connections_max = 2);
    let healthz = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let open = || Connection::open(server.address());
    let (mut first, mut second) = (open(), open());
    for connection in [&mut first, &mut second] {
        connection.write(healthz);
        assert_eq!(connection.read().expect("an answer").status, 200);
    }
    let mut third = open();
    third.write(healthz);
    assert!(third.is_silent(MOMENT), "three are served");
    drop(first);
    assert_eq!(third.read().expect("an answer").status, 200);
}

/// Waits until the server has as many connections, this one's asking included.
fn wait_for_connections(client: &Client, count: usize) {
    let line = format!("parlour_http_connections {count}\n");
    eventually("the connections", || {
        client.get("/metrics").text().contains(&line).then_some(())
    });
}

#[test]
fn a_stop_ends_what_runs_and_takes_nothing_new() {
    let mut server = TestServer::start();
    let (client, address) = (server.client(), server.address());
    let body =
        json!({"visitorId": VISITOR, "text": "Hi", "agentId": server.agent_id()}).to_string();
    let mut running = client.connect();
    let length = format!("content-length: {}", body.len());
    let lines = [
        "content-type: application/json",
        "expect: 100-continue",
        &length,
    ];
    running.write(client.head("POST", MESSAGES, &lines) + "\r\n");
    assert_eq!(running.read().expect("the handler reads").status, 100);
    let mut half_asked = client.connect();
    half_asked.write("GET /readyz HTTP/1.1\r\nhost: x\r\n");
    let mut idle = client.connect();
    idle.write("GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n");
    assert_eq!(idle.read().expect("an answer").status, 200);
    wait_for_connections(&client, 4);

    let is_clean = thread::scope(|scope| {
        let stop = scope.spawn(|| server.stop());
        assert!(idle.read().is_none(), "what is idle is closed");
        eventually("the end of listening", || {
            TcpStream::connect(address).is_err().then_some(())
        });
        half_asked.write("\r\n");
        let refusal = half_asked.read_last().expect("an answer");
        assert_eq!(refusal.refusal(), "503 unavailable: the server is stopping");
        assert_eq!(refusal.number("retry-after"), 1);
        running.write(&body);
        let answer = running.read_last().expect("an answer");
        assert_eq!(answer.json(200)["text"], "Hi");
        stop.join().expect("a stop")
    });
    assert!(is_clean);
    server.start_again();
    assert_eq!(only_conversation(&server.client())["head"], 1);
}

#[test]
fn a_stop_does_not_wait_for_ever() {
    let mut server = TestServer::start_with(|config| config.http.stop_timeout_seconds = 1);
    let client = server.client();
    let mut stuck = client.connect();
    let lines = [
        "content-type: application/json",
        "expect: 100-continue",
        "content-length: 100",
    ];
    stuck.write(client.head("POST", MESSAGES, &lines) + "\r\n");
    assert_eq!(stuck.read().expect("the handler reads").status, 100);
    server.stop();
    assert!(stuck.read().is_none(), "it is cut off");
    server.start_again();
    server.client().get(ME).json(200);
}

#[test]
fn a_restart_keeps_everything() {
    let mut server = TestServer::start();
    agent_says(&server.client(), server.agent_id(), VISITOR, "Hello");
    let before = server.world();
    server.restart();
    assert_eq!(server.world(), before);
    server.client().get(ME).json(200);
}

#[test]
fn figures_are_for_this_machine_only() {
    let server = TestServer::start();
    let (client, stranger) = (server.client(), server.stranger());
    client.get(ME).json(200);
    client.get("/api/v1/agents/unknown");
    let figures = stranger.get("/metrics");
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(
        (figures.status, figures.header("content-type")),
        (200, Some(kind))
    );
    for line in [
        "parlour_http_requests_total{method=\"GET\",route=\"/api/v1/me\",status=\"200\"} 1\n",
        "parlour_http_requests_total{method=\"GET\",route=\"/api/v1/agents/{id}\",status=\"404\"} 1\n",
        "parlour_database_commits_total ",
        "parlour_http_request_seconds_count{route=\"/api/v1/me\"} 1\n",
    ] {
        assert!(figures.text().contains(line), "{line}: {}", figures.text());
    }
    assert!(figures.text().ends_with("# EOF\n"));
    // Whoever comes through a proxy on this machine is somewhere else.
    for name in ["x-forwarded-for", "forwarded", "via"] {
        let answer = stranger.with_header(name, "127.0.0.1").get("/metrics");
        assert_eq!(
            answer.refusal(),
            "404 document_not_found: there is nothing at this path"
        );
    }
}

#[test]
fn figures_may_have_a_door_of_their_own() {
    // A port that was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = free.expect("a free port");
    let server = TestServer::start_with(|config| config.metrics.listen = address.to_string());
    let operator = Client::new(address).with_key(&server.organization().api_key);
    assert!(operator.get("/metrics").text().ends_with("# EOF\n"));
    for path in [ME, "/healthz", "/v3/account"] {
        let answer = operator.get(path);
        assert_eq!(
            answer.refusal(),
            "404 document_not_found: there is nothing at this path"
        );
    }
}
