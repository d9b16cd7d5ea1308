//! Trust, case A16: the address of a visitor, and of whoever tries keys, is that of the connection. A header counts only
//! where the operator's own proxy wrote it.

use serde_json::{Value, json};
use testing::{client::Client, server::TestServer};

use super::Guest;

/// Headers by which clients and proxies of others claim to be somewhere.
const CLAIMS: [(&str, &str); 6] = [
    ("x-forwarded-for", "203.0.113.7"),
    ("x-forwarded-for", "<script>alert(1)</script>"),
    ("forwarded", "for=203.0.113.7;proto=https"),
    ("x-real-ip", "203.0.113.7"),
    ("cf-connecting-ip", "203.0.113.7"),
    ("x-remote-user", "<b>olivia</b>"),
];

fn ip_of(server: &TestServer, browser: &Client) -> Value {
    let guest = Guest::arrive_through(server, browser, &json!({}));
    guest.as_agents_see(server)["ip"].clone()
}

#[test]
fn a16_claims_of_anybody_are_ignored() {
    let server = TestServer::start_with(|config| {
        config.limits.failed_keys_per_minute = 4;
        // A proxy that nobody comes through here.
        config.http.trusted_proxies = "10.0.0.0/8".to_owned();
    });
    for (name, value) in CLAIMS {
        let browser = server.stranger().with_header(name, value);
        assert_eq!(ip_of(&server, &browser), "127.0.0.1", "{name}: {value}");
    }
    // All of these are one address that tries wrong keys.
    let statuses: Vec<u16> = CLAIMS
        .into_iter()
        .map(|(name, value)| {
            let stranger = server.stranger().with_header(name, value);
            stranger.with_key("wrong").get("/api/v1/me").status
        })
        .collect();
    assert_eq!(statuses, [401, 401, 401, 401, 429, 429]);
}

#[test]
fn a16_what_our_own_proxy_tells_is_believed() {
    let server = TestServer::start_with(|config| {
        config.limits.failed_keys_per_minute = 1;
        config.http.trusted_proxies = "127.0.0.0/8, 10.0.0.0/8".to_owned();
    });
    let through = |forwarded_for: &str| {
        server
            .stranger()
            .with_header("x-forwarded-for", forwarded_for)
    };
    for (forwarded_for, expected) in [
        ("203.0.113.7", "203.0.113.7"),
        ("1.1.1.1, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, 10.9.9.9", "203.0.113.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("<script>alert(1)</script>", "127.0.0.1"),
        ("203.0.113.7, <b>x</b>", "127.0.0.1"),
    ] {
        assert_eq!(
            ip_of(&server, &through(forwarded_for)),
            expected,
            "{forwarded_for}"
        );
    }
    // Other headers are not what a proxy of ours writes.
    let other = server
        .stranger()
        .with_header("forwarded", "for=203.0.113.7");
    assert_eq!(ip_of(&server, &other), "127.0.0.1");
    // Wrong keys of one address are not those of another behind the same proxy; and nobody gets away by claiming more.
    let status = |forwarded_for: &str| {
        let stranger = through(forwarded_for).with_key("wrong");
        stranger.get("/api/v1/me").status
    };
    assert_eq!(status("203.0.113.1"), 401);
    assert_eq!(status("203.0.113.1"), 429);
    assert_eq!(status("198.51.100.1, 203.0.113.1"), 429);
    assert_eq!(status("203.0.113.2"), 401);
}
