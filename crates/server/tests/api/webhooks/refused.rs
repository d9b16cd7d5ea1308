//! What an endpoint may not be, each case by its name in trust 4: addresses and headers that would turn the server against
//! its own network or its own words.

use serde_json::{Value, json};
use testing::server::TestServer;

const PATH: &str = "/api/v1/webhooks";

/// A server with one endpoint that does no harm, where nothing changes whatever is sent.
struct Refusing {
    server: TestServer,
    endpoint: String,
}

impl Refusing {
    fn start() -> Self {
        let server = TestServer::start_unlimited();
        let body = json!({"url": "https://hooks.example/", "events": ["conversationStarted"]});
        let made = server.client().post(PATH, &body).json(201);
        let endpoint = format!("{PATH}/{}", made["id"].as_str().expect("an id"));
        Self { server, endpoint }
    }

    /// The refusal of a field, which is the same for a new endpoint and for one that is changed.
    fn refusal(&self, field: &str, value: &Value) -> String {
        let client = self.server.client();
        let before = self.server.world();
        let mut body = json!({"url": "https://hooks.example/", "events": ["conversationStarted"]});
        body[field] = value.clone();
        let refusal = client.post(PATH, &body).refusal();
        let change = json!({field: value});
        assert_eq!(
            client.put(&self.endpoint, &change).refusal(),
            refusal,
            "{value}"
        );
        assert_eq!(self.server.world(), before, "{value}");
        refusal
    }

    fn of_url(&self, url: &str) -> String {
        self.refusal("url", &json!(url))
    }

    fn of_header(&self, name: &str, value: &str) -> String {
        self.refusal("headers", &json!([{"key": name, "value": value}]))
    }
}

#[test]
fn i1_addresses_that_are_not_public_are_not_saved() {
    let refusing = Refusing::start();
    let hosts = [
        // Those of the case, in its order.
        "127.0.0.1",
        "localhost.",
        "[::1]",
        "[::ffff:7f00:1]",
        "0x7f.1",
        "2130706433",
        "127.1",
        "0",
        "169.254.169.254",
        "100.64.0.1",
        "[fd00::1]",
        "[64:ff9b::7f00:1]",
        "①②⑦.0.0.1",
        // The same places in other words.
        "localhost",
        "LOCALHOST",
        "127.0.0.1.",
        "127.255.255.254",
        "0x7f000001",
        "0X7F.0x0.0x0.0x1",
        "017700000001",
        "0177.0.0.1",
        "127.0.1",
        "１２７.0.0.1",
        "127。0。0。1",
        "%31%32%37.0.0.1",
        "0.0.0.0",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        // Other networks of ours.
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "3232235777",
        "[fe80::1]",
        "[fc00::1]",
        "[fd12:3456:789a::1]",
        "[::ffff:10.0.0.1]",
        "[2001:db8::1]",
        "[ff02::1]",
        "192.0.2.1",
        "198.18.0.1",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "168.63.129.16",
        // Names that mean something in our network only.
        "router",
        "printer.local",
        "db.internal",
        "vault.internal.",
        "app.localhost",
        "nas.home.arpa",
    ];
    for host in hosts {
        for url in [
            format!("http://{host}"),
            format!("https://{host}/hook"),
            format!("https://{host}:8443/"),
        ] {
            let refusal = refusing.of_url(&url);
            assert_eq!(
                refusal, "400 invalid_parameter: url: the address is not public",
                "{url}"
            );
        }
    }
}

#[test]
fn i1_what_the_operator_allows_is_allowed_and_no_more() {
    let server = TestServer::start_with(|config| {
        config.webhooks.allow_networks = "10.1.0.0/16, fd00:1::/32".to_owned();
        config.limits.api_key_per_second = 1_000_000;
    });
    let client = server.client();
    let create = |url: &str| {
        let body = json!({"url": url, "events": ["conversationStarted"], "isEnabled": false});
        client.post(PATH, &body)
    };
    for url in [
        "http://10.1.2.3:9000/hook",
        "https://10.1.0.1",
        "http://[fd00:1::7]:81/",
        "http://[::ffff:10.1.2.3]",
    ] {
        create(url).json(201);
    }
    for url in [
        "http://10.2.0.1",
        "http://127.0.0.1",
        "http://localhost",
        "http://[fd00:2::1]",
    ] {
        assert_eq!(
            create(url).refusal(),
            "400 invalid_parameter: url: the address is not public",
            "{url}"
        );
    }
}

#[test]
fn i4_what_is_no_plain_address_of_the_web_is_refused_by_its_reason() {
    let refusing = Refusing::start();
    let (scheme, userinfo, fragment, characters, port) = (
        "url must begin with https://",
        "url must not contain a user name or password; use auth instead",
        "url must not contain a fragment (#)",
        "url must not contain spaces, control characters or backslashes",
        "url must have one of the ports 443, 80, 8443",
    );
    for (url, message) in [
        ("ftp://hooks.example/", scheme),
        ("file:///etc/passwd", scheme),
        ("gopher://hooks.example/_x", scheme),
        ("http://hooks.example/", scheme),
        ("ws://hooks.example/", scheme),
        ("javascript:alert(1)", scheme),
        ("data:text/plain,x", scheme),
        ("mailto:a@hooks.example", scheme),
        ("https://user@hooks.example/", userinfo),
        ("https://user:password@hooks.example/", userinfo),
        ("https://:password@hooks.example/", userinfo),
        ("https://good.example@evil.example/", userinfo),
        ("https://hooks.example:22/", port),
        ("https://hooks.example:25/", port),
        ("https://hooks.example:6379/", port),
        ("https://hooks.example:0/", port),
        ("https://good.example#@evil.example/", fragment),
        ("https://hooks.example/#", fragment),
        ("https://hooks.example/#part", fragment),
        ("https://hooks.example/\t", characters),
        ("https://hooks\n.example/", characters),
        ("https://hooks.example/a\r\nhost: x", characters),
        (" https://hooks.example/", characters),
        ("https://hooks.example/a b", characters),
        ("https://hooks.example/\u{a0}", characters),
        ("https:\\\\hooks.example\\", characters),
        ("https://good.example\\@evil.example/", characters),
        ("", "url is not a valid address"),
        ("hooks.example/hook", "url is not a valid address"),
        ("//hooks.example/hook", "url is not a valid address"),
        ("https://", "url is not a valid address"),
        ("https://hooks.example:99999/", "url is not a valid address"),
        ("https://[::1/", "url is not a valid address"),
        ("https://300.1.1.1/", "url is not a valid address"),
        ("https://hooks..example/", "url is not a valid address"),
    ] {
        let refusal = refusing.of_url(url);
        assert_eq!(
            refusal,
            format!("400 invalid_parameter: {message}"),
            "{url:?}"
        );
    }
    let endless = format!("https://hooks.example/{}", "x".repeat(8 * 1_024));
    assert_eq!(
        refusing.of_url(&endless),
        "400 invalid_parameter: url must not be longer than 2,048 bytes"
    );
    let long_host = format!("https://{}example/", "abc.".repeat(80));
    assert_eq!(
        refusing.of_url(&long_host),
        "400 invalid_parameter: url must not have a host longer than 253 bytes"
    );
}

#[test]
fn i5_headers_that_would_break_a_request_apart_are_refused() {
    let refusing = Refusing::start();
    for name in [
        "",
        " ",
        "x y",
        "x:",
        "x\r\ny",
        "x\r\nhost: evil",
        "x\n",
        "\tx",
        "x(",
        "x\"",
        "ключ",
        "x\u{7f}",
    ] {
        assert_eq!(
            refusing.of_header(name, "value"),
            "400 invalid_parameter: a name in headers must be 1 to 100 letters, digits or -",
            "{name:?}"
        );
    }
    for name in [
        "Host",
        "host",
        "Content-Length",
        "CONTENT-LENGTH",
        "content-type",
        "Transfer-Encoding",
        "TE",
        "Trailer",
        "Connection",
        "Keep-Alive",
        "Upgrade",
        "Expect",
        "Proxy-Authorization",
        "User-Agent",
        "webhook-signature",
        "Webhook-Id",
        "webhook-timestamp",
        "webhook-anything",
        "Parlour-Seq",
        "parlour-conversation-id",
    ] {
        let lower = name.to_lowercase();
        assert_eq!(
            refusing.of_header(name, "value"),
            format!(
                "400 invalid_parameter: headers may not name {lower}, which the server writes itself"
            )
        );
    }
    let broken = "contains line breaks or characters beyond ASCII";
    for value in [
        "a\r\nx y",
        "a\n",
        "\ra",
        "a\tb",
        "a\u{1b}[31m",
        "a\u{7f}",
        "naïve",
        "a\u{85}b",
        "a\u{2028}b",
    ] {
        assert_eq!(
            refusing.of_header("x-shop", value),
            format!("400 invalid_parameter: headers.x-shop {broken}"),
            "{value:?}"
        );
        for (auth, field) in [
            (json!({"type": "bearer", "token": value}), "auth.token"),
            (
                json!({"type": "basic", "username": value, "password": "x"}),
                "auth.username",
            ),
            (
                json!({"type": "basic", "username": "x", "password": value}),
                "auth.password",
            ),
        ] {
            assert_eq!(
                refusing.refusal("auth", &auth),
                format!("400 invalid_parameter: {field} {broken}"),
                "{value:?}"
            );
        }
    }
    let colon = json!({"type": "basic", "username": "a:b", "password": "x"});
    assert_eq!(
        refusing.refusal("auth", &colon),
        "400 invalid_parameter: auth.username contains a colon"
    );
    // Nor is what no JSON text of ours may hold.
    let nul = json!({"headers": [{"key": "x-shop", "value": "a\0b"}]});
    let client = refusing.server.client();
    assert_eq!(
        client.put(&refusing.endpoint, &nul).refusal(),
        "400 bad_request: Input must be a valid JSON object: a text contains the character U+0000 at byte 46"
    );
}
