//! How the widget of an organization behaves: who its visitors may say they are, and on which sites it stands.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::{Deserialize, Serialize};

use crate::{
    id::{VISITOR_ID_LENGTH_MAX, VisitorId},
    limit::HOST_LENGTH_MAX,
    time::{DAY_MS, Millis},
};

/// Characters that an id given by a site needs at least, when nothing else is set (contract G-8).
pub const VISITOR_ID_LENGTH_MIN: usize = 16;

/// What the shortest id of a site may be set to.
pub const VISITOR_ID_LENGTHS: std::ops::RangeInclusive<usize> =
    VISITOR_ID_LENGTH_MIN..=VISITOR_ID_LENGTH_MAX;

/// Most domains that a widget may be bound to.
pub const ALLOWED_DOMAINS_MAX: usize = 100;

/// How long the token of a visitor's panel is good for after its last use. Browsers keep nothing longer than that
/// either (RFC 6265bis section 5.5).
pub const VISITOR_TOKEN_MS: i64 = 400 * DAY_MS;

/// How long it is good for where every session must be proven: as long as a proof can be.
pub const PROVEN_TOKEN_MS: i64 = DAY_MS;

/// How the widget of an organization behaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WidgetSettings {
    /// What a visitor has to prove.
    pub identity_mode: IdentityMode,
    /// How a site signs who its visitors are.
    pub identity_algorithm: IdentityAlgorithm,
    /// The site's public key, for EdDSA.
    pub identity_public_key: Option<PublicKey>,
    /// Shorter ids of a site are no secrets and prove nothing.
    pub visitor_id_length_min: usize,
    /// The hosts of the pages that the widget may stand on; none for every page.
    pub allowed_domains: Vec<Domain>,
}

impl Default for WidgetSettings {
    fn default() -> Self {
        Self {
            identity_mode: IdentityMode::Open,
            identity_algorithm: IdentityAlgorithm::Hs256,
            identity_public_key: None,
            visitor_id_length_min: VISITOR_ID_LENGTH_MIN,
            allowed_domains: Vec::new(),
        }
    }
}

impl WidgetSettings {
    /// Whether the widget may stand on a page of this host.
    pub fn allows(&self, host: &str) -> bool {
        self.allowed_domains.is_empty()
            || self
                .allowed_domains
                .iter()
                .any(|domain| domain.covers(host))
    }

    /// Whether an id could be a secret that only its visitor's site knows: long enough, and no e-mail address, which many
    /// people know.
    pub fn is_secret(&self, id: &VisitorId) -> bool {
        let id = id.as_str();
        let has_address = ["@", "%40"].iter().any(|sign| {
            id.split_once(sign)
                .is_some_and(|(_, domain)| domain.contains('.'))
        });
        id.len() >= self.visitor_id_length_min && !has_address
    }

    /// Until when a visitor's token is good that is used now.
    pub fn token_end(&self, standing: TokenStanding, now: Millis) -> Millis {
        let must_be_proven = self.identity_mode == IdentityMode::Enforced;
        match standing {
            TokenStanding::Anonymous => now + VISITOR_TOKEN_MS,
            TokenStanding::Told | TokenStanding::Proven if must_be_proven => now + PROVEN_TOKEN_MS,
            TokenStanding::Told | TokenStanding::Proven => now + VISITOR_TOKEN_MS,
        }
    }

    /// Whether a token made in this way is still taken.
    pub fn takes(&self, standing: TokenStanding) -> bool {
        self.identity_mode == IdentityMode::Open || standing != TokenStanding::Told
    }
}

/// How it was found out whose a visitor's token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenStanding {
    /// It was not: the visitor is whoever holds the token.
    Anonymous,
    /// Somebody told the id that the site has given the visitor.
    Told,
    /// The site proved it.
    Proven,
}

/// What a visitor has to prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentityMode {
    /// Nothing: whoever knows an id that is long enough is that visitor, as with Brevo (contract C.4).
    Open,
    /// Who they are, by a token that the site signed; from then on the panel is believed.
    Signed,
    /// The same at each session.
    Enforced,
}

impl IdentityMode {
    /// Every mode with its name in the API.
    pub const ALL: [(IdentityMode, &'static str); 3] = [
        (IdentityMode::Open, "open"),
        (IdentityMode::Signed, "signed"),
        (IdentityMode::Enforced, "enforced"),
    ];

    /// The mode's name.
    pub fn as_str(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The mode of a name.
    pub fn parse(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter();
        all.find(|(_, known)| *known == name).map(|(mode, _)| *mode)
    }
}

/// How a site signs who its visitors are (RFC 7518 section 3.2, RFC 8037 section 3.1). A token does not choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IdentityAlgorithm {
    /// With the secret that the organization and its site share.
    #[serde(rename = "HS256")]
    Hs256,
    /// With a key of the site's own; only its public half is here.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl IdentityAlgorithm {
    /// Every algorithm with its name in tokens and in the API.
    pub const ALL: [(IdentityAlgorithm, &'static str); 2] = [
        (IdentityAlgorithm::Hs256, "HS256"),
        (IdentityAlgorithm::EdDsa, "EdDSA"),
    ];

    /// The algorithm's name.
    pub fn as_str(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The algorithm of a name.
    pub fn parse(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter();
        all.find(|(_, known)| *known == name)
            .map(|(algorithm, _)| *algorithm)
    }
}

/// Bytes of an Ed25519 public key.
const PUBLIC_KEY_LENGTH: usize = 32;

/// What comes before the key where it is written as a `SubjectPublicKeyInfo` (RFC 8410 section 4).
const PUBLIC_KEY_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// A public key of Ed25519.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey([u8; PUBLIC_KEY_LENGTH]);

impl PublicKey {
    /// Reads a key as PEM (`-----BEGIN PUBLIC KEY-----`), as its 32 bytes in base64, or as the `x` of a JWK.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let bytes = match text.strip_prefix("-----BEGIN PUBLIC KEY-----") {
            Some(rest) => {
                let encoded = rest.strip_suffix("-----END PUBLIC KEY-----")?;
                let encoded: String = encoded.split_whitespace().collect();
                let bytes = STANDARD.decode(encoded).ok()?;
                bytes.strip_prefix(&PUBLIC_KEY_PREFIX)?.to_vec()
            }
            None => {
                let plain = STANDARD.decode(text);
                plain.or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok()?
            }
        };
        let key: [u8; PUBLIC_KEY_LENGTH] = bytes.try_into().ok()?;
        // A field that was never filled in, and a key with which anybody's signature would be right.
        (key != [0; PUBLIC_KEY_LENGTH]).then_some(Self(key))
    }

    /// The key itself.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Display for PublicKey {
    /// As the `x` of a JWK (RFC 8037 section 2).
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for PublicKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("no public key of Ed25519")
    }
}

/// The host of a site, or with `*.` before it every host below that one. As in a page's policy (CSP3 section 6.7.2.8),
/// `*.shop.example` is not `shop.example` itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain(String);

impl Domain {
    /// Reads a host without scheme, port and path; letters beyond ASCII are written as browsers write them.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('.');
        let (prefix, host) = match text.strip_prefix("*.") {
            Some(host) => ("*.", host),
            None => ("", text),
        };
        let host = url::Host::parse(host).ok()?;
        let host = match host {
            url::Host::Domain(name) => name,
            // Nothing is below an address.
            address if prefix.is_empty() => address.to_string(),
            _ => return None,
        };
        let is_plain = |label: &str| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        let is_address = host.starts_with('[');
        let fits = host.len() <= HOST_LENGTH_MAX && (is_address || host.split('.').all(is_plain));
        fits.then(|| Self(format!("{prefix}{host}")))
    }

    /// The domain as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a host is meant, given as browsers write it: in lower-case ASCII.
    pub fn covers(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.');
        match self.0.strip_prefix('*') {
            Some(end) => host.len() > end.len() && host.ends_with(end),
            None => host == self.0,
        }
    }
}

impl From<Domain> for String {
    fn from(domain: Domain) -> Self {
        domain.0
    }
}

impl TryFrom<String> for Domain {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("no host name")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";

    #[test]
    fn names_are_read_as_they_are_written() {
        for (mode, name) in IdentityMode::ALL {
            assert_eq!(
                (mode.as_str(), IdentityMode::parse(name)),
                (name, Some(mode))
            );
            assert_eq!(serde_name(&mode), name);
        }
        for (algorithm, name) in IdentityAlgorithm::ALL {
            assert_eq!(algorithm.as_str(), name);
            assert_eq!(IdentityAlgorithm::parse(name), Some(algorithm));
            assert_eq!(serde_name(&algorithm), name);
        }
        assert_eq!(IdentityAlgorithm::parse("none"), None);
    }

    fn serde_name(value: &impl Serialize) -> String {
        serde_json::to_string(value).unwrap().replace('"', "")
    }

    #[test]
    fn settings_of_another_version_are_read_with_defaults() {
        let read = |text: &str| serde_json::from_str::<WidgetSettings>(text).unwrap();
        assert_eq!(read("{}"), WidgetSettings::default());
        assert_eq!(read("{\"color\":\"#fff\"}"), WidgetSettings::default());
        let settings = WidgetSettings {
            identity_mode: IdentityMode::Enforced,
            identity_algorithm: IdentityAlgorithm::EdDsa,
            identity_public_key: PublicKey::parse(KEY),
            visitor_id_length_min: 32,
            allowed_domains: vec![Domain::parse("*.shop.example").unwrap()],
        };
        assert_eq!(read(&serde_json::to_string(&settings).unwrap()), settings);
    }

    #[test]
    fn a_public_key_is_read_in_the_forms_that_people_have() {
        let padded = format!("{}=", KEY.replace('_', "/"));
        for text in [
            KEY,
            PEM,
            &padded,
            &format!("  {PEM}  "),
            &PEM.replace('\n', "\r\n"),
        ] {
            let key = PublicKey::parse(text).unwrap();
            assert_eq!(key.to_string(), KEY, "{text}");
        }
        let private = PEM.replace("PUBLIC", "PRIVATE");
        let rsa = PEM.replace("MCowBQYDK2VwAyEA", "MIIBIjANBgkqhkiG");
        let zeros = "A".repeat(43);
        for text in [
            "",
            "x",
            &KEY[1..],
            &private,
            &rsa,
            &zeros,
            "ssh-ed25519 AAAA",
        ] {
            assert_eq!(PublicKey::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_domain_is_a_host_or_everything_below_it() {
        let covers = |domain: &str, host: &str| Domain::parse(domain).unwrap().covers(host);
        for (domain, host) in [
            ("shop.example", "shop.example"),
            ("Shop.Example.", "shop.example"),
            ("shop.example", "shop.example."),
            ("*.shop.example", "www.shop.example"),
            ("*.shop.example", "a.b.shop.example"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("localhost", "localhost"),
            ("192.0.2.1", "192.0.2.1"),
            ("[2001:db8::1]", "[2001:db8::1]"),
        ] {
            assert!(covers(domain, host), "{domain} {host}");
        }
        for (domain, host) in [
            ("shop.example", "www.shop.example"),
            ("*.shop.example", "shop.example"),
            ("*.shop.example", "evilshop.example"),
            ("*.shop.example", ".shop.example"),
            ("shop.example", "shop.example.evil.example"),
        ] {
            assert!(!covers(domain, host), "{domain} {host}");
        }
        for text in [
            "",
            "*",
            "*.",
            "*.*.example",
            "www.*.example",
            "https://shop.example",
            "shop.example:443",
            "shop.example/",
            "shop example",
            "*.192.0.2.1",
            "a..b",
            &"a".repeat(254),
        ] {
            assert_eq!(Domain::parse(text), None, "{text}");
        }
    }

    #[test]
    fn short_ids_and_addresses_of_people_are_no_secrets() {
        let settings = WidgetSettings::default();
        for (id, expected) in [
            ("kZMvWhf8npAu3H6qd57w2Hv6nh6rnxvg", true),
            ("0123456789abcdef", true),
            ("p@ssw0rd-without-dots", true),
            ("0123456789abcde", false),
            ("1", false),
            ("anna.doe@shop.example", false),
            ("shop:anna.doe%40shop.example", false),
        ] {
            assert_eq!(settings.is_secret(&VisitorId::known(id)), expected, "{id}");
        }
    }

    #[test]
    fn a_token_is_taken_as_long_as_what_it_stands_on() {
        use TokenStanding::{Anonymous, Proven, Told};
        for (mode, taken) in [
            (IdentityMode::Open, [true, true, true]),
            (IdentityMode::Signed, [true, false, true]),
            (IdentityMode::Enforced, [true, false, true]),
        ] {
            let settings = WidgetSettings {
                identity_mode: mode,
                ..WidgetSettings::default()
            };
            assert_eq!(
                [Anonymous, Told, Proven].map(|one| settings.takes(one)),
                taken
            );
            let is_short = settings.token_end(Proven, 0) == PROVEN_TOKEN_MS;
            assert_eq!(is_short, mode == IdentityMode::Enforced);
            assert_eq!(settings.token_end(Anonymous, 0), VISITOR_TOKEN_MS);
        }
    }
}
