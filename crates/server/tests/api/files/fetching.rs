//! Files are fetched whole, in part, or not again (case H8).

use testing::server::TestServer;

use super::{DOT, path_of, upload};
use crate::arrange::text_of;

#[test]
fn a_link_begins_with_the_address_of_the_server_or_one_for_files() {
    let mut server = TestServer::start();
    let link = upload(&server.client(), "a.png", DOT)["link"].clone();
    let base = format!("http://{}/files/", server.address());
    assert!(text_of(&link).starts_with(&base), "{link}");
    server.restart_with(|config| config.public_url = "https://chat.example/".to_owned());
    let link = upload(&server.client(), "a.png", DOT)["link"].clone();
    assert!(
        text_of(&link).starts_with("https://chat.example/files/"),
        "{link}"
    );
    server.restart_with(|config| config.files.url = "https://files.chat.example".to_owned());
    let link = upload(&server.client(), "a.png", DOT)["link"].clone();
    assert!(
        text_of(&link).starts_with("https://files.chat.example/files/"),
        "{link}"
    );
}

#[test]
fn one_range_is_sent_and_several_are_not() {
    let server = TestServer::start_unlimited();
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let file = upload(&server.client(), "a.bin", &bytes);
    let path = path_of(&file["link"]);
    let ask = |range: &str| server.stranger().with_header("range", range).get(path);
    for (range, first, last) in [
        ("bytes=0-0", 0, 0),
        ("bytes=70000-70009", 70_000, 70_009),
        ("bytes=99990-", 99_990, 99_999),
        ("bytes=-5", 99_995, 99_999),
        ("bytes=-1000000000000000000", 0, 99_999),
    ] {
        let part = ask(range);
        assert_eq!(part.status, 206, "{range}");
        assert_eq!(part.body, bytes[first..=last], "{range}");
        let told = format!("bytes {first}-{last}/100000");
        assert_eq!(part.header("content-range"), Some(told.as_str()));
        assert_eq!(part.number("content-length") as usize, last - first + 1);
    }
    let many = format!("bytes={}", vec!["0-"; 1_000].join(","));
    for range in [
        many.as_str(),
        "bytes=0-,0-",
        "bytes=100000-",
        "bytes=-1e18",
        "bytes=-0",
    ] {
        let refused = ask(range);
        assert_eq!(refused.status, 416, "{range}");
        assert_eq!(refused.header("content-range"), Some("bytes */100000"));
        let said = "one range of bytes may be asked for, inside of the file";
        assert_eq!(
            refused.refusal(),
            format!("416 range_not_satisfiable: {said}")
        );
    }
    assert_eq!(ask("lines=1-2").body, bytes);
}

#[test]
fn what_the_caller_has_is_not_sent_again() {
    let server = TestServer::start();
    let file = upload(&server.client(), "a.png", DOT);
    for link in [&file["link"], &file["imageInfo"]["previewLink"]] {
        let path = path_of(link);
        let first = server.stranger().get(path);
        let etag = first.header("etag").expect("a mark").to_owned();
        let ask = |name: &str, value: &str| server.stranger().with_header(name, value).get(path);
        for known in [etag.clone(), format!("\"other\", W/{etag}"), "*".to_owned()] {
            let again = ask("if-none-match", &known);
            assert_eq!((again.status, again.body.len()), (304, 0), "{known}");
        }
        assert_eq!(ask("if-none-match", "\"other\"").status, 200);
    }
    let path = path_of(&file["link"]);
    let part = server.stranger().with_header("range", "bytes=0-3");
    let changed = part.with_header("if-range", "\"other\"").get(path);
    assert_eq!((changed.status, changed.body.as_slice()), (200, DOT));
}

#[test]
fn a_head_tells_what_there_is() {
    let server = TestServer::start();
    let file = upload(&server.client(), "a.png", DOT);
    let path = path_of(&file["link"]);
    let head = server.stranger().send("HEAD", path, "");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.number("content-length"), DOT.len() as u64);
    assert_eq!(head.header("content-type"), Some("image/png"));
    assert_eq!(head.header("accept-ranges"), Some("bytes"));
    let post = server.stranger().send("POST", path, "x");
    assert_eq!(post.status, 405);
}

#[test]
fn the_same_bytes_twice_are_two_files() {
    let server = TestServer::start();
    let client = server.client();
    let (one, two) = (upload(&client, "a.png", DOT), upload(&client, "a.png", DOT));
    assert_ne!(one["id"], two["id"]);
    assert_ne!(one["link"], two["link"]);
    assert_eq!(super::stored(&server).len(), 4, "each with its preview");
}
