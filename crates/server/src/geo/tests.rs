//! Places of the addresses that documents use. tests/places.mmdb was made with `mmdb_writer` 0.2.7 of PyPI: a `Test-City` for
//! IPv6 with IPv4 in it, in which 203.0.113.0/24 has a country and a city with names in two languages, 2001:db8::/32 a
//! country, 198.51.100.0/25 the texts `country_code` and `city`, and 198.51.100.128/25 a `registered_country` with a code
//! and a Japanese name.

use std::{fs, path::Path};

use super::{Geo, GeoPlace};

fn places() -> Geo {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/places.mmdb");
    Geo::open(Path::new(file)).expect("a database of places")
}

#[test]
fn addresses_have_places_with_english_names() {
    let geo = places();
    for (ip, country, city) in [
        ("203.0.113.7", "France", "Paris"),
        ("::ffff:203.0.113.7", "France", "Paris"),
        ("2001:db8::7", "Switzerland", ""),
        ("198.51.100.7", "Germany", "Köln"),
        ("198.51.100.200", "Japan", ""),
        ("127.0.0.1", "", ""),
        ("::1", "", ""),
    ] {
        let expected = GeoPlace {
            country: country.to_owned(),
            city: city.to_owned(),
        };
        assert_eq!(geo.find(ip.parse().expect("an address")), expected, "{ip}");
    }
}

#[test]
fn without_a_file_nothing_is_known() {
    let geo = Geo::open(Path::new("")).expect("no database");
    let place = geo.find("203.0.113.7".parse().expect("an address"));
    assert_eq!(place, GeoPlace::default());
}

#[test]
fn a_file_that_is_no_database_of_places_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = folder.path().join("broken.mmdb");
    fs::write(&broken, "no database").expect("a file");
    let other = folder.path().join("other.mmdb");
    let places = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/places.mmdb"));
    let mut bytes = places.expect("the file");
    let at = bytes.windows(9).position(|part| part == b"Test-City");
    let at = at.expect("its type");
    bytes[at..at + 9].copy_from_slice(b"Test-ASNs");
    fs::write(&other, bytes).expect("a file");
    for (file, expected) in [
        (broken, "invalid database"),
        (other, "a database of \"Test-ASNs\" tells no countries"),
        (folder.path().join("none.mmdb"), "No such file"),
    ] {
        let refused = Geo::open(&file).err().expect("it is refused").to_string();
        let begins = format!("visitors.geoip_file {}: ", file.display());
        assert!(refused.starts_with(&begins), "{refused}");
        assert!(refused.contains(expected), "{refused}");
    }
}
