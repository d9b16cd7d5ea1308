//! Tables of what is refused and accepted, and any notation of any address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

fn default() -> OutgoingPolicy {
    OutgoingPolicy::default()
}

fn policy(networks: &str, ports: &str) -> OutgoingPolicy {
    OutgoingPolicy::parse(networks, ports).expect("a good policy")
}

fn checked(policy: &OutgoingPolicy, text: &str) -> Result<String, AddressError> {
    policy.check_url(text).map(String::from)
}

#[test]
fn i1_every_notation_of_an_address_that_is_not_public_is_refused() {
    let hosts = [
        // As it is.
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        // In fewer parts, other bases, and mixtures.
        "0",
        "127.1",
        "127.0.1",
        "10.1",
        "2130706433",
        "2852039166",
        "3232235777",
        "0x7f.1",
        "0x7f000001",
        "0X7F.0.0.1",
        "0x7f.0x0.0x0.0x1",
        "0xa9fea9fe",
        "017700000001",
        "0177.1",
        "0177.0.0.01",
        "0177.0x0.0.1",
        "00000177.0.0.1",
        "169.254.43518",
        "0251.0376.0251.0376",
        "0x00000000000000007f.1",
        // With dots behind it and in place of dots.
        "127.0.0.1.",
        "127.1.",
        "127.0.0.1..",
        "127。0。0。1",
        "127．0．0．1",
        "127｡0｡0｡1",
        // In other digits, and with characters that vanish.
        "①②⑦.0.0.1",
        "１２７.０.０.１",
        "𝟏𝟐𝟕.𝟎.𝟎.𝟏",
        "①②⑦。⓪。⓪。①",
        "⑩.1",
        "０ｘ７ｆ.1",
        "127.0\u{ad}.0.1",
        "127\u{200b}.0.0.1",
        "127.0.0.1\u{2060}",
        "%31%32%37.0.0.1",
        "127%2e0%2e0%2e1",
        "%E2%91%A0②⑦.0.0.1",
        // IPv6.
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[0000:0000:0000:0000:0000:0000:0000:0001]",
        "[::127.0.0.1]",
        "[::7f00:1]",
        "[::ffff:7f00:1]",
        "[::ffff:127.0.0.1]",
        "[::FFFF:7F00:0001]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::169.254.169.254]",
        "[64:ff9b:1::10.0.0.1]",
        "[2002:7f00:1::]",
        "[2002:a9fe:a9fe::1]",
        "[2001::1]",
        "[2001:0:53aa:64c:0:fbff:80ff:fffe]",
        "[2001:2::1]",
        "[2001:10::1]",
        "[2001:db8::1]",
        "[3fff::1]",
        "[100::1]",
        "[5f00::1]",
        "[fc00::1]",
        "[fd00::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[4000::1]",
        // Names that are nobody's.
        "localhost",
        "localhost.",
        "LOCALHOST",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "loc%61lhost",
        "hooks.localhost",
        "printer.local",
        "metadata.google.internal",
        "metadata.google.internal.",
        "nas.home.arpa",
        "home.arpa",
        "internal",
        "intranet",
        "intranet.",
        "com",
    ];
    for host in hosts {
        for scheme in ["http", "https"] {
            for rest in ["/", "/hook?a=b", ":8443/", ":22"] {
                let text = format!("{scheme}://{host}{rest}");
                assert_eq!(
                    checked(&default(), &text),
                    Err(AddressError::NotPublic),
                    "{text}"
                );
            }
        }
    }
    assert!(hosts.len() >= 60);
    assert_eq!(
        AddressError::NotPublic.to_string(),
        "url: the address is not public"
    );
}

#[test]
fn i4_what_is_not_a_plain_web_address_is_refused_with_the_reason() {
    use AddressError::*;
    let ports = || Port("443, 80, 8443".to_owned());
    let long_label = format!("https://{}.example/", "a".repeat(64));
    let long_host = format!("https://{}example/", "abcdefghi.".repeat(25));
    let long = format!("https://hooks.example/{}", "a".repeat(2_027));
    let very_long = format!("https://hooks.example/{}", "a".repeat(8_192));
    let grows = format!("https://hooks.example/{}", "é".repeat(600));
    for (text, expected) in [
        ("", Malformed),
        ("hooks.example", Malformed),
        ("//hooks.example", Malformed),
        ("https://", Malformed),
        ("https:///", Malformed),
        ("https://?", Malformed),
        ("https://[::1", Malformed),
        ("https://[::1%25lo]/", Malformed),
        ("https://1.2.3.4.5/", Malformed),
        ("https://256.1.1.1/", Malformed),
        ("https://4294967296/", Malformed),
        ("https://hooks..example/", Malformed),
        ("https://hooks.example../", Malformed),
        ("https://.hooks.example/", Malformed),
        ("https://hooks.example:65536/", Malformed),
        ("https://hooks.example:443:443/", Malformed),
        ("https://hooks%00.example/", Malformed),
        ("https://hooks!.example/", Malformed),
        ("https://hooks'.example/", Malformed),
        ("https://a;b.example/", Malformed),
        ("https://$(id).example/", Malformed),
        ("https://hooks%2f.example/", Malformed),
        (&long_label, Malformed),
        ("ftp://hooks.example/", Scheme),
        ("ftp://127.0.0.1/", Scheme),
        ("file:///etc/passwd", Scheme),
        ("gopher://hooks.example:70/_", Scheme),
        ("data:text/plain,a", Scheme),
        ("javascript:alert(1)", Scheme),
        ("ws://hooks.example/", Scheme),
        ("unix:/run/docker.sock", Scheme),
        ("http://hooks.example/", Scheme),
        ("http://hooks.example:443/", Scheme),
        ("http://8.8.8.8/", Scheme),
        ("https://name@hooks.example/", Userinfo),
        ("https://name:secret@hooks.example/", Userinfo),
        ("https://:secret@hooks.example/", Userinfo),
        ("https://hooks.example@127.0.0.1/", Userinfo),
        ("https://good#@evil/", Fragment),
        ("https://good.example#@evil.example/", Fragment),
        ("https://hooks.example/#", Fragment),
        ("https://good.example\\@evil.example/", Characters),
        ("https:\\\\hooks.example/", Characters),
        (" https://hooks.example/", Characters),
        ("https://hooks.example/ ", Characters),
        ("https://hooks.example/a b", Characters),
        ("https://hooks\t.example/", Characters),
        ("https://hooks.example/\r\nHost: a", Characters),
        ("java\nscript://hooks.example/", Characters),
        ("https://hooks.example/\0", Characters),
        ("https://hooks.example/\u{7f}", Characters),
        ("https://hooks.example/\u{a0}", Characters),
        ("https://hooks.example/\u{2028}", Characters),
        ("https://hooks.example:22/", ports()),
        ("https://hooks.example:25/", ports()),
        ("https://hooks.example:6379/", ports()),
        ("https://hooks.example:8080/", ports()),
        ("https://hooks.example:0/", ports()),
        ("https://8.8.8.8:22/", ports()),
        ("https://[2606:4700::1111]:22/", ports()),
        (&long_host, HostTooLong),
        (&long, TooLong),
        (&very_long, TooLong),
        (&grows, TooLong),
    ] {
        assert_eq!(
            checked(&default(), text),
            Err(expected),
            "{:?}",
            &text[..text.len().min(80)]
        );
    }
}

#[test]
fn public_addresses_are_kept_in_their_plain_form() {
    let long = format!("https://hooks.example/{}", "a".repeat(2_026));
    for (text, expected) in [
        ("https://hooks.example", "https://hooks.example/"),
        (
            "HTTPS://Hooks.Example./A?b=c",
            "https://hooks.example/A?b=c",
        ),
        ("https://hooks.example:443/", "https://hooks.example/"),
        ("https://hooks.example:80/", "https://hooks.example:80/"),
        ("https://hooks.example:8443/", "https://hooks.example:8443/"),
        ("https://hooks_1.example/", "https://hooks_1.example/"),
        (
            "https://bücher.example/ü",
            "https://xn--bcher-kva.example/%C3%BC",
        ),
        (
            "https://notlocalhost.example/",
            "https://notlocalhost.example/",
        ),
        ("https://local.example/", "https://local.example/"),
        (
            "https://my-internal.example/",
            "https://my-internal.example/",
        ),
        ("https://evillocal.de/", "https://evillocal.de/"),
        ("https://127.0.0.1.nip.io/", "https://127.0.0.1.nip.io/"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://134744072/", "https://8.8.8.8/"),
        ("https://172.32.0.1/", "https://172.32.0.1/"),
        ("https://100.128.0.1/", "https://100.128.0.1/"),
        ("https://[2606:4700::1111]/", "https://[2606:4700::1111]/"),
        ("https://[::ffff:8.8.8.8]/", "https://[::ffff:808:808]/"),
        (&long, &long),
    ] {
        assert_eq!(checked(&default(), text).as_deref(), Ok(expected), "{text}");
        // What was accepted once is accepted again, as it is.
        assert_eq!(checked(&default(), expected).as_deref(), Ok(expected));
    }
}

#[test]
fn what_the_operator_allows_is_allowed_with_http_and_any_port() {
    let policy = policy("127.0.0.0/8, 10.1.0.0/16,fd00::/8 , 192.168.1.7", " 9443");
    for (text, expected) in [
        ("http://127.0.0.1:3000/", Ok(())),
        ("http://127.1:3000/", Ok(())),
        ("http://[::ffff:127.0.0.1]:3000/", Ok(())),
        ("http://localhost:3000/", Ok(())),
        ("http://localhost.:3000/", Ok(())),
        ("https://10.1.2.3:22/", Ok(())),
        ("http://[fd00::1]/", Ok(())),
        ("http://192.168.1.7/", Ok(())),
        // A name may lead to one of these networks; whether it does is seen at each connection.
        ("http://hooks.example:3000/", Ok(())),
        ("https://8.8.8.8:9443/", Ok(())),
        ("https://8.8.8.8/", Ok(())),
        ("http://8.8.8.8/", Err(AddressError::Scheme)),
        (
            "https://8.8.8.8:22/",
            Err(AddressError::Port("443, 80, 8443, 9443".to_owned())),
        ),
        ("http://192.168.1.8/", Err(AddressError::NotPublic)),
        ("http://10.2.0.1/", Err(AddressError::NotPublic)),
        ("http://169.254.169.254/", Err(AddressError::NotPublic)),
        ("http://[::1]/", Err(AddressError::NotPublic)),
        ("http://a.localhost/", Err(AddressError::NotPublic)),
        (
            "http://metadata.google.internal/",
            Err(AddressError::NotPublic),
        ),
        ("http://intranet/", Err(AddressError::NotPublic)),
    ] {
        assert_eq!(checked(&policy, text).map(drop), expected, "{text}");
    }
    let elsewhere = OutgoingPolicy::parse("10.0.0.0/8", "").expect("good");
    let localhost = checked(&elsewhere, "http://localhost/");
    assert_eq!(localhost, Err(AddressError::NotPublic));
    let mapped = OutgoingPolicy::parse("::ffff:10.0.0.0/104", "").expect("good");
    assert!(mapped.allows(Ipv4Addr::new(10, 9, 8, 7).into()));
    assert!(!mapped.allows(Ipv4Addr::LOCALHOST.into()));
}

#[test]
fn a_connection_is_checked_with_scheme_and_port() {
    let policy = policy("10.0.0.0/8", "9443");
    for (scheme, to, expected) in [
        ("https", "8.8.8.8:443", Ok(())),
        ("https", "8.8.8.8:9443", Ok(())),
        ("http", "8.8.8.8:80", Err(AddressError::Scheme)),
        ("http", "10.0.0.1:6379", Ok(())),
        ("http", "[::ffff:10.0.0.1]:80", Ok(())),
        ("https", "127.0.0.1:443", Err(AddressError::NotPublic)),
        (
            "https",
            "[::ffff:127.0.0.1]:443",
            Err(AddressError::NotPublic),
        ),
        ("https", "[fe80::1%1]:443", Err(AddressError::NotPublic)),
    ] {
        let to = to.parse().expect("an address");
        assert_eq!(
            policy.check_connection(scheme, to),
            expected,
            "{scheme} {to}"
        );
    }
}

#[test]
fn a_policy_that_cannot_be_read_is_refused_by_its_entry() {
    for (networks, ports, expected) in [
        (
            "10.0.0.0/8, 10.0.0.0/33",
            "",
            "\"10.0.0.0/33\" is not a network, as 10.0.0.0/8 or fd00::/8",
        ),
        (
            "hooks.example",
            "",
            "\"hooks.example\" is not a network, as 10.0.0.0/8 or fd00::/8",
        ),
        (
            "10.0.0",
            "",
            "\"10.0.0\" is not a network, as 10.0.0.0/8 or fd00::/8",
        ),
        ("", "8080;", "\"8080;\" is not a port"),
        ("", "8080,0", "\"0\" is not a port"),
        ("", "65536", "\"65536\" is not a port"),
    ] {
        let error = OutgoingPolicy::parse(networks, ports).expect_err(networks);
        assert_eq!(error.to_string(), expected);
    }
    assert!(!policy(" , ", ",").lists_any());
}

/// A number of an address in one of the forms that parsers of addresses understand.
fn number(value: u32, form: u8) -> String {
    match form % 4 {
        0 => value.to_string(),
        1 => format!("0x{value:x}"),
        2 => format!("0X0{value:X}"),
        _ => format!("0{value:o}"),
    }
}

/// Writes an IPv4 address in one of its many forms.
fn written(ip: Ipv4Addr, parts: u8, forms: [u8; 4], letters: u8) -> String {
    let [a, b, c, d] = ip.octets().map(u32::from);
    let numbers = match parts % 4 {
        0 => vec![u32::from(ip)],
        1 => vec![a, (b << 16) | (c << 8) | d],
        2 => vec![a, b, (c << 8) | d],
        _ => vec![a, b, c, d],
    };
    let numbers = numbers.iter().zip(forms);
    let text: Vec<_> = numbers.map(|(value, form)| number(*value, form)).collect();
    let text = text.join(".");
    match letters % 6 {
        1 => format!("{text}."),
        2 => text.chars().map(full_width).collect(),
        3 => text.bytes().map(|byte| format!("%{byte:02x}")).collect(),
        4 => text.chars().map(|c| format!("{c}\u{ad}")).collect(),
        5 => text.replace('.', "。"),
        _ => text,
    }
}

fn full_width(c: char) -> char {
    char::from_u32(u32::from(c) + 0xfee0).expect("ASCII has wide twins")
}

/// The IPv6 addresses that stand for an IPv4 address.
fn embedded(ip: Ipv4Addr, way: u8) -> Ipv6Addr {
    let [high, low] = [u32::from(ip) >> 16, u32::from(ip) & 0xffff].map(|half| half as u16);
    match way % 5 {
        0 => ip.to_ipv6_mapped(),
        1 => Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
        2 => Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
        3 => Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
        _ => Ipv6Addr::new(0x2001, 0, 0x53aa, 0x64c, 0, 0, !high, !low),
    }
}

/// An independent opinion: the standard library's, as far as it has one.
fn is_surely_private(ip: Ipv4Addr) -> bool {
    let shared = ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64;
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || ip.octets()[0] == 0
        || ip.octets()[0] >= 240
        || shared
}

fn private_v4() -> impl Strategy<Value = Ipv4Addr> {
    let heads = [
        (0, 8),
        (10 << 24, 8),
        (0x7f00_0000, 8),
        (0xa9fe_0000, 16),
        (0xac10_0000, 12),
        (0xc0a8_0000, 16),
        (0x6440_0000, 10),
        (0xe000_0000, 3),
    ];
    (prop::sample::select(heads.to_vec()), any::<u32>())
        .prop_map(|((head, length), tail)| Ipv4Addr::from(head | tail >> length))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn i1_any_notation_of_any_private_address_is_refused(
        ip in private_v4(), parts: u8, forms: [u8; 4], letters: u8, way: u8,
    ) {
        let text = format!("https://{}/", written(ip, parts, forms, letters));
        prop_assert!(is_surely_private(ip));
        prop_assert_eq!(checked(&default(), &text), Err(AddressError::NotPublic), "{}", text);
        let text = format!("https://[{}]/", embedded(ip, way));
        prop_assert_eq!(checked(&default(), &text), Err(AddressError::NotPublic), "{}", text);
    }

    #[test]
    fn a_notation_of_a_public_address_is_accepted_and_made_plain(
        bits: u32, parts: u8, forms: [u8; 4], letters: u8,
    ) {
        let ip = Ipv4Addr::from(bits);
        let text = format!("https://{}/", written(ip, parts, forms, letters));
        let expected = if is_public(ip.into()) {
            prop_assert!(!is_surely_private(ip));
            Ok(format!("https://{ip}/"))
        } else {
            Err(AddressError::NotPublic)
        };
        prop_assert_eq!(checked(&default(), &text), expected, "{}", text);
    }

    #[test]
    fn only_global_ipv6_is_accepted(bits: u128) {
        let ip = Ipv6Addr::from(bits);
        let text = format!("https://[{ip}]/");
        prop_assert_eq!(checked(&default(), &text).is_ok(), is_public(ip.into()), "{}", text);
        prop_assert!(!is_public(ip.into()) || ip.segments()[0] >> 13 == 1);
        let global = Ipv6Addr::from(bits & (u128::MAX >> 8) | 0x26 << 120);
        prop_assert!(is_public(IpAddr::V6(global)));
    }

    #[test]
    fn no_text_makes_the_check_panic_or_lead_inwards(text in "(https?:/{0,3})?\\PC{0,40}") {
        if let Ok(url) = default().check_url(&text) {
            prop_assert_eq!(url.scheme(), "https");
            match url.host() {
                Some(Host::Domain(name)) => prop_assert!(name.parse::<IpAddr>().is_err()),
                Some(Host::Ipv4(ip)) => prop_assert!(is_public(ip.into())),
                Some(Host::Ipv6(ip)) => prop_assert!(is_public(ip.into())),
                None => prop_assert!(false, "no host"),
            }
        }
    }
}
