//! What a browser may show and what it must save (cases H3, H5).

use testing::server::TestServer;

use super::{DOT, path_of, upload};

/// A file, its bytes, and the types under which it is told and sent.
type Case = (&'static str, Vec<u8>, &'static str, &'static str);

fn saved() -> Vec<Case> {
    let html = b"<!DOCTYPE html><script>alert(1)</script>".to_vec();
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec();
    let octets = "application/octet-stream";
    vec![
        ("a.png", html.clone(), "text/html", octets),
        ("a.html", html.clone(), "text/html", octets),
        ("a.png", [DOT, &html].concat(), octets, octets),
        (
            "a.gif",
            [&b"GIF89a"[..], b"\x01\0\x01\0\0\0\0;PK\x03\x04 jar"].concat(),
            octets,
            octets,
        ),
        (
            "a.pdf",
            b"%PDF-1.7 /JS \xff (app.alert(1))".to_vec(),
            "application/pdf",
            octets,
        ),
        ("a.svg", svg.clone(), "image/svg+xml", octets),
        ("a.png", svg, "image/svg+xml", octets),
        (
            "a.xml",
            b"<?xml version='1.0'?><?xml-stylesheet href='x.xsl'?><a/>".to_vec(),
            "text/xml",
            octets,
        ),
        (
            "a.xhtml",
            b"<html xmlns='http://www.w3.org/1999/xhtml'/>".to_vec(),
            "text/html",
            octets,
        ),
        (
            "a.mht",
            b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n<script>".to_vec(),
            octets,
            octets,
        ),
        (
            "a.hta",
            b"<hta:application/><script>".to_vec(),
            octets,
            octets,
        ),
        (
            "a.lnk",
            b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0".to_vec(),
            octets,
            octets,
        ),
        ("a.js", b"alert(1)".to_vec(), octets, octets),
        (
            "42.zip",
            b"PK\x03\x04 nested zips".to_vec(),
            "application/zip",
            octets,
        ),
    ]
}

#[test]
fn what_could_do_something_is_saved_and_not_shown() {
    let server = TestServer::start_unlimited();
    let client = server.client();
    for (name, bytes, told, sent) in saved() {
        let file = upload(&client, name, &bytes);
        assert_eq!(file["mimeType"], told, "{name}");
        assert_eq!(file["isImage"], false, "{name}");
        assert!(file.get("imageInfo").is_none(), "{file}");
        let fetched = server.stranger().get(path_of(&file["link"]));
        assert_eq!(fetched.status, 200);
        assert_eq!(fetched.body, bytes, "{name} is stored as it is");
        assert_eq!(fetched.header("content-type"), Some(sent), "{name}");
        let disposition = fetched.header("content-disposition").unwrap_or_default();
        assert!(
            disposition.starts_with("attachment; "),
            "{name}: {disposition}"
        );
        require_harmless(&fetched);
    }
}

#[test]
fn what_can_do_nothing_is_shown() {
    let server = TestServer::start_unlimited();
    let client = server.client();
    for (name, bytes, sent) in [
        ("a.html", DOT, "image/png"),
        ("a.txt", "Grüße".as_bytes(), "text/plain; charset=utf-8"),
        ("a.log", b"GET / <script>", "text/plain; charset=utf-8"),
        ("a.mp3", b"ID3\x04\0 sound", "audio/mpeg"),
        ("a.mp4", b"\0\0\0\x20ftypisom film", "video/mp4"),
    ] {
        let file = upload(&client, name, bytes);
        let fetched = server.stranger().get(path_of(&file["link"]));
        assert_eq!(fetched.header("content-type"), Some(sent), "{name}");
        let disposition = fetched.header("content-disposition").unwrap_or_default();
        assert!(disposition.starts_with("inline; "), "{name}: {disposition}");
        require_harmless(&fetched);
    }
}

fn require_harmless(fetched: &testing::client::Answer) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("cache-control", "private, max-age=86400, immutable"),
    ] {
        assert_eq!(fetched.header(name), Some(value), "{name}");
    }
}
