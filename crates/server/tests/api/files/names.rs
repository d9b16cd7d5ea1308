//! Names that would do harm (case H2).

use testing::server::TestServer;

use super::{path_of, send, upload};
use crate::arrange::text_of;

#[test]
fn names_are_cleaned_before_anything_is_done_with_them() {
    let server = TestServer::start_unlimited();
    let client = server.client();
    let long = format!("{}.txt", "x".repeat(4_096));
    let cut = format!("{}.txt", "x".repeat(146));
    for (given, expected) in [
        ("../../x", "x"),
        (r"C:\x", "x"),
        ("CON", "_CON"),
        ("\u{200b}.htaccess", "htaccess"),
        ("\u{202e}gpj.exe", "gpj.exe"),
        (long.as_str(), cut.as_str()),
        ("....", "file"),
        ("\"\r\nX: y", "X y"),
        ("", "file"),
        ("Grüße 名.txt", "Grüße 名.txt"),
        ("preview", "preview"),
    ] {
        let file = upload(&client, given, b"\0bytes");
        assert_eq!(text_of(&file["name"]), expected, "{given:?}");
        let fetched = server.stranger().get(path_of(&file["link"]));
        assert_eq!(fetched.status, 200, "{given:?} at {}", file["link"]);
        let disposition = fetched
            .header("content-disposition")
            .expect("a disposition");
        let name = model::file::percent_encode(expected);
        assert_eq!(disposition, format!("attachment; filename*=UTF-8''{name}"));
        assert!(fetched.header("x").is_none());
    }
    let refused = send(&client, "a\0.png", b"bytes");
    assert_eq!(
        refused.refusal(),
        "400 bad_request: the path contains the character U+0000"
    );
    let unnamed = client.with_header("content-type", "image/png");
    let unnamed = unnamed.send("POST", "/api/v1/files", b"\0bytes").json(201);
    assert_eq!(unnamed["name"], "file");
    let twice = client.send("POST", "/api/v1/files?name=a&name=b", b"x");
    assert_eq!(twice.status, 400);
}

#[test]
fn bytes_lie_under_names_of_their_own() {
    let server = TestServer::start();
    let file = upload(&server.client(), "secret plan.txt", b"text");
    for path in super::stored(&server) {
        let name = path.file_name().expect("a name").to_string_lossy();
        assert_eq!(name.len(), 32, "{name}");
        assert!(!text_of(&file["link"]).contains(&*name));
    }
}
