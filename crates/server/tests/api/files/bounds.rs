//! How large a file may be, how many there may be, and what remains of those that were refused (cases H1, H6, H9).

use std::io::Write;

use serde_json::json;
use testing::server::{TestServer, eventually};

use super::{DOT, new_visitor, send, send_as_visitor, stored, upload};

const SIZE_MAX: usize = 200_000;

fn start_small() -> TestServer {
    TestServer::start_with(|config| {
        config.files.size_bytes_max = SIZE_MAX as u64;
        config.limits.api_key_per_second = 1_000_000;
    })
}

#[test]
fn a_file_as_large_as_may_be_is_taken_and_one_byte_more_is_not() {
    let server = start_small();
    let client = server.client();
    let file = upload(&client, "large.bin", &vec![7; SIZE_MAX]);
    assert_eq!(file["size"], SIZE_MAX);
    let before = stored(&server);
    let refused = client.with_header("content-type", "application/octet-stream");
    let refused = refused.pour("POST", "/api/v1/files?name=x", vec![7; SIZE_MAX + 1]);
    let expected = "413 file_too_large: the file is larger than 200000 bytes";
    assert_eq!(refused.refusal(), expected);
    assert_eq!(refused.header("connection"), Some("close"));
    assert_eq!(stored(&server), before);
}

#[test]
fn the_usual_bound_is_25_mib() {
    let server = TestServer::start();
    let size = 25 << 20;
    let mut connection = server.client().connect();
    let length = format!("content-length: {}", size + 1);
    let head = server
        .client()
        .head("POST", "/api/v1/files?name=x", &[&length]);
    connection.write(head + "\r\n");
    let refused = connection.read_last().expect("refused by its length alone");
    assert_eq!(
        refused.refusal(),
        "413 file_too_large: the file is larger than 26214400 bytes"
    );
    let file = upload(&server.client(), "whole.bin", &vec![1; size]);
    assert_eq!(file["size"], size);
}

#[test]
fn a_stream_without_end_is_cut_off() {
    let server = start_small();
    let client = server.client();
    let mut connection = client.connect();
    let head = client.head(
        "POST",
        "/api/v1/files?name=x",
        &["transfer-encoding: chunked"],
    );
    connection.write(head + "\r\n");
    let mut piece = b"10000\r\n".to_vec();
    piece.resize(piece.len() + 0x10000, b'x');
    piece.write_all(b"\r\n").unwrap();
    for _ in 0..64 {
        if !connection.write(&piece) {
            break;
        }
    }
    // Whoever goes on writing may miss the words; that the connection ends cannot be missed.
    if let Some(refused) = connection.read() {
        assert_eq!(refused.status, 413);
        assert_eq!(refused.header("connection"), Some("close"));
    }
    eventually("nothing remains", || {
        stored(&server).is_empty().then_some(())
    });
}

#[test]
fn an_empty_file_is_none() {
    let server = start_small();
    let client = server.client();
    assert_eq!(
        send(&client, "x.txt", b"").refusal(),
        "400 file_empty: the file is empty"
    );
    let mut connection = client.connect();
    let head = client.head(
        "POST",
        "/api/v1/files?name=x",
        &["transfer-encoding: chunked"],
    );
    connection.write(head + "\r\n0\r\n\r\n");
    let refused = connection.read().expect("an answer");
    assert_eq!(refused.refusal(), "400 file_empty: the file is empty");
    assert!(stored(&server).is_empty());
}

#[test]
fn nothing_remains_of_a_file_that_breaks_off() {
    let server = start_small();
    let client = server.client();
    let mut connection = client.connect();
    let head = client.head("POST", "/api/v1/files?name=x", &["content-length: 100000"]);
    connection.write(head + "\r\n");
    connection.write(vec![1; 50_000]);
    eventually("the upload to begin", || {
        (!stored(&server).is_empty()).then_some(())
    });
    drop(connection);
    eventually("nothing remains", || {
        stored(&server).is_empty().then_some(())
    });
    assert_eq!(server.world(), server.world());
}

#[test]
fn uploads_need_a_key_or_a_visitor() {
    let server = start_small();
    let stranger = server.stranger();
    for refused in [
        send(&stranger, "x.png", DOT),
        send_as_visitor(&stranger, "x.png", DOT),
        send(&stranger.with_key("wrong"), "x.png", DOT),
        send_as_visitor(&stranger.with_token("vt_wrong"), "x.png", DOT),
    ] {
        assert_eq!(refused.status, 401, "{}", refused.text());
    }
    let (visitor, _) = new_visitor(&server);
    assert_eq!(
        send(&visitor, "x.png", DOT).status,
        401,
        "a visitor has no key"
    );
    assert_eq!(send_as_visitor(&visitor, "x.png", DOT).status, 201);
    assert_eq!(stored(&server).len(), 2, "one file with its preview");
}

#[test]
fn a_banned_visitor_uploads_nothing() {
    let server = start_small();
    let (visitor, id) = new_visitor(&server);
    let path = format!("/api/v1/visitors/{id}");
    server
        .client()
        .put(&path, &json!({"isBanned": true}))
        .json(200);
    let refused = send_as_visitor(&visitor, "x.png", DOT);
    assert!([401, 403].contains(&refused.status), "{}", refused.text());
    assert!(stored(&server).is_empty());
}

#[test]
fn a_visitor_uploads_so_many_files_in_an_hour() {
    let server = TestServer::start_with(|config| {
        config.limits.uploads_per_visitor_per_hour = 3;
    });
    let (visitor, _) = new_visitor(&server);
    for _ in 0..3 {
        send_as_visitor(&visitor, "x.png", DOT).json(201);
    }
    let refused = send_as_visitor(&visitor, "x.png", DOT);
    assert_eq!(
        refused.refusal(),
        "429 too_many_requests: more than 3 files in an hour"
    );
    assert_eq!(refused.number("retry-after"), 3_600);
    let (other, _) = new_visitor(&server);
    send_as_visitor(&other, "x.png", DOT).json(201);
    server.advance(60 * 60 * 1_000 + 1);
    send_as_visitor(&visitor, "x.png", DOT).json(201);
}

#[test]
fn a_visitor_uploads_so_many_bytes_in_a_day() {
    let server = TestServer::start_with(|config| {
        config.limits.upload_bytes_per_visitor_per_day = 1_000;
    });
    let (visitor, _) = new_visitor(&server);
    send_as_visitor(&visitor, "x.bin", &[1; 600]).json(201);
    let refused = send_as_visitor(&visitor, "x.bin", &[1; 600]);
    assert_eq!(
        refused.refusal(),
        "429 too_many_requests: more than 1000 bytes of files in a day"
    );
    send_as_visitor(&visitor, "x.bin", &[1; 400]).json(201);
    assert_eq!(stored(&server).len(), 2);
}
