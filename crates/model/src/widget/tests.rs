//! The rules of a widget's settings.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde_json::json;

use super::*;

const KEY: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";

#[test]
fn names_are_read_as_they_are_written() {
    has_names::<IdentityMode>();
    has_names::<IdentityAlgorithm>();
    has_names::<Theme>();
    has_names::<ButtonStyle>();
    has_names::<ButtonPosition>();
    has_names::<OfflineMode>();
    has_names::<FormMode>();
    has_names::<FieldKind>();
    has_names::<ConsentKind>();
    has_names::<Language>();
    assert_eq!(IdentityAlgorithm::parse("none"), None);
}

/// The names of the API are those of the store.
fn has_names<T: Choice + Debug + Serialize + DeserializeOwned>() {
    for (choice, name) in T::ALL {
        assert_eq!(choice.as_str(), *name);
        assert_eq!(T::parse(name), Some(*choice));
        let stored = serde_json::to_string(choice).unwrap();
        assert_eq!(stored, format!("\"{name}\""));
        assert_eq!(serde_json::from_str::<T>(&stored).unwrap(), *choice);
    }
}

#[test]
fn settings_of_another_version_are_read_with_defaults() {
    assert_eq!(read("{}"), WidgetSettings::default());
    assert_eq!(read("{\"color\":\"#fff\"}"), WidgetSettings::default());
    let before = r##"{"identityMode":"signed","identityAlgorithm":"HS256","identityPublicKey":null,"visitorIdLengthMin":20,
        "allowedDomains":["shop.example"]}"##;
    let settings = WidgetSettings {
        identity_mode: IdentityMode::Signed,
        visitor_id_length_min: 20,
        allowed_domains: vec![Domain::parse("shop.example").unwrap()],
        ..WidgetSettings::default()
    };
    assert_eq!(read(before), settings);
    let part = r##"{"appearance":{"buttonSize":24,"colors":{"buttonBg":"#112233"}},"form":{"online":"none"}}"##;
    let mut expected = WidgetSettings::default();
    expected.appearance.button_size = 24;
    expected.appearance.colors.button_bg = Color::parse("#123");
    expected.form.online = FormMode::None;
    assert_eq!(read(part), expected);
}

fn read(text: &str) -> WidgetSettings {
    serde_json::from_str(text).unwrap()
}

#[test]
fn settings_are_read_as_they_were_kept() {
    let mut texts = WidgetTexts::default();
    let tree = json!({"online": "Là", "chat": {"input": {"placeholder": "Dites…"}}});
    texts.set(Language::Fr, tree.as_object().unwrap()).unwrap();
    let settings = WidgetSettings {
        identity_mode: IdentityMode::Enforced,
        identity_algorithm: IdentityAlgorithm::EdDsa,
        identity_public_key: PublicKey::parse(KEY),
        visitor_id_length_min: 32,
        allowed_domains: vec![Domain::parse("*.shop.example").unwrap()],
        appearance: Appearance {
            button_position: ButtonPosition::LeftMiddle,
            z_index: *Z_INDEXES.end(),
            ..Appearance::default()
        },
        language: Some(Language::Zh),
        offline_mode: OfflineMode::Hidden,
        texts,
        form: Form {
            consents: vec![FormConsent {
                kind: ConsentKind::TermsOfService,
                is_required: true,
                texts: labels(&[(Language::De, "Ja")]),
                link: Some("https://shop.example/terms".to_owned()),
            }],
            asks_group: true,
            ..Form::default()
        },
        is_consent_required: true,
        has_sound: false,
        has_rating: false,
    };
    assert_eq!(read(&serde_json::to_string(&settings).unwrap()), settings);
}

fn labels(texts: &[(Language, &str)]) -> Labels {
    let texts = texts.iter().copied();
    Labels(
        texts
            .map(|(language, text)| (language, text.to_owned()))
            .collect(),
    )
}

#[test]
fn a_colour_is_written_in_one_way() {
    for (text, expected) in [
        ("#0aF", "#00aaff"),
        ("#A1B2C3", "#a1b2c3"),
        (" #000000 ", "#000000"),
    ] {
        let color = Color::parse(text).unwrap();
        assert_eq!(color.as_str(), expected, "{text}");
    }
    for text in [
        "", "#", "#12", "#1234", "#12345", "#1234567", "112233", "red", "#ggg", "##fff", "#ééé",
    ] {
        assert_eq!(Color::parse(text), None, "{text}");
    }
}

#[test]
fn the_languages_of_browsers_are_those_of_the_widget() {
    for (name, expected) in [
        ("fr", Some(Language::Fr)),
        ("pt-BR", Some(Language::Pt)),
        ("ZH_hant-tw", Some(Language::Zh)),
        ("sv", None),
        ("eng", None),
        ("", None),
    ] {
        assert_eq!(Language::of(name), expected, "{name}");
    }
}

#[test]
fn a_text_stands_in_another_language_before_there_is_none() {
    use Language::{De, En, Fr, It};
    let both = labels(&[(Fr, "Taille"), (En, "Size")]);
    assert_eq!((both.of(Fr), both.of(It)), (Some("Taille"), Some("Size")));
    assert_eq!(labels(&[(Fr, "Taille")]).of(De), Some("Taille"));
    assert_eq!(Labels::default().of(En), None);
    let field = |name: &str| FormField {
        name: name.to_owned(),
        kind: FieldKind::Text,
        labels: labels(&[(Fr, "Enfant")]),
        is_required: false,
    };
    // The widget itself knows what a first name is called in German, and not what `child` is.
    assert_eq!(field("firstName").label(Fr), Some("Enfant"));
    assert_eq!(field("firstName").label(De), None);
    assert_eq!(field("child").label(De), Some("Enfant"));
    let bare = FormField {
        labels: Labels::default(),
        ..field("child")
    };
    assert_eq!(bare.label(De), Some("child"));
}

#[test]
fn a_field_is_known_in_whatever_way_it_is_written() {
    for (name, known) in [
        ("email", Some(("email", FieldKind::Email))),
        ("EMAIL", Some(("email", FieldKind::Email))),
        ("firstname", Some(("firstName", FieldKind::Text))),
        ("LASTNAME", Some(("lastName", FieldKind::Text))),
        ("name", Some(("name", FieldKind::Text))),
        ("sms", Some(("phone", FieldKind::Phone))),
        ("SMS", Some(("phone", FieldKind::Phone))),
        ("Email", None),
        ("company", None),
    ] {
        assert_eq!(known_field(name), known, "{name}");
    }
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
