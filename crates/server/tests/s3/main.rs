//! Attachments in a bucket of a real S3 service, which is started for these stories.

use std::{path::Path, time::Duration};

use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle, actions::ListObjectsV2};
use serde_json::{Value, json};
use server::config::Config;
use testing::{
    client::Client,
    s3_server::{ACCESS_KEY, S3Server, SECRET_KEY},
    server::{TestServer, eventually},
};

const BUCKET: &str = "attachments";
const DOT: &[u8] = include_bytes!("../api/files/dot.png");
const HOUR_MS: i64 = 60 * 60 * 1_000;

/// How long an address that the test signs is good for.
const SIGNED_FOR: Duration = Duration::from_secs(60);

/// The bucket as its owner sees it, past the server.
struct Owner {
    bucket: Bucket,
    credentials: Credentials,
}

impl Owner {
    fn of(s3: &S3Server) -> Self {
        let endpoint = s3.url().parse().expect("an address");
        Self {
            bucket: Bucket::new(endpoint, UrlStyle::Path, BUCKET, "eu-test").expect("a bucket"),
            credentials: Credentials::new(ACCESS_KEY, SECRET_KEY),
        }
    }

    /// Makes the bucket, as soon as the service can.
    fn make(&self) {
        let create = self.bucket.create_bucket(&self.credentials);
        eventually("the bucket", || {
            let url = create.sign(SIGNED_FOR);
            ureq::put(url.as_str()).send_empty().ok()
        });
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        let put = self.bucket.put_object(Some(&self.credentials), name);
        let url = put.sign(SIGNED_FOR);
        ureq::put(url.as_str()).send(bytes).expect("it is stored");
    }

    fn names(&self) -> Vec<String> {
        let list = self.bucket.list_objects_v2(Some(&self.credentials));
        let url = list.sign(SIGNED_FOR);
        let mut answer = ureq::get(url.as_str()).call().expect("a list");
        let text = answer.body_mut().read_to_string().expect("a text");
        let page = ListObjectsV2::parse_response(&text).expect("a page");
        page.contents.into_iter().map(|object| object.key).collect()
    }
}

fn configure(config: &mut Config, s3: &S3Server) {
    let files = &mut config.files;
    files.storage = "s3".to_owned();
    files.s3_endpoint = s3.url();
    files.s3_region = "eu-test".to_owned();
    files.s3_bucket = BUCKET.to_owned();
    files.s3_access_key = ACCESS_KEY.to_owned();
    files.s3_secret_key = SECRET_KEY.to_owned();
    config.limits.api_key_per_second = 1_000_000;
}

fn start() -> (S3Server, Owner, TestServer) {
    let s3 = S3Server::start();
    let owner = Owner::of(&s3);
    owner.make();
    let server = TestServer::start_with(|config| configure(config, &s3));
    (s3, owner, server)
}

fn send(client: &Client, name: &str, bytes: &[u8]) -> testing::client::Answer {
    client
        .with_header("content-type", "application/octet-stream")
        .send("POST", &format!("/api/v1/files?name={name}"), bytes)
}

fn path_of(link: &Value) -> &str {
    let link = link.as_str().expect("a link");
    &link[link.find("/files/").expect("a link to a file")..]
}

/// How many files lie in the data directory.
fn count_local(directory: &Path) -> usize {
    let entries = std::fs::read_dir(directory.join("files/incoming"));
    entries.map_or(0, Iterator::count)
}

#[test]
fn a_file_is_kept_fetched_and_removed() {
    let (_s3, owner, server) = start();
    let (client, stranger) = (server.client(), server.stranger());
    let large: Vec<u8> = (0..=250).cycle().take(5 << 20).collect();
    let file = send(&client, "large.bin", &large).json(201);
    let path = path_of(&file["link"]);
    assert_eq!(stranger.get(path).body, large);
    let part = stranger
        .with_header("range", "bytes=1000000-1000099")
        .get(path);
    assert_eq!(
        (part.status, part.body.as_slice()),
        (206, &large[1_000_000..1_000_100])
    );
    assert_eq!(
        part.header("content-range"),
        Some("bytes 1000000-1000099/5242880")
    );
    let head = stranger.send("HEAD", path, "");
    assert_eq!(head.number("content-length") as usize, large.len());

    let picture = send(&client, "a.png", DOT).json(201);
    let preview = stranger.get(path_of(&picture["imageInfo"]["previewLink"]));
    assert_eq!(
        (preview.status, preview.header("content-type")),
        (200, Some("image/png"))
    );
    assert_eq!(owner.names().len(), 3);
    assert!(owner.names().iter().all(|name| name.starts_with("files/")));
    assert_eq!(
        count_local(&server.config().data_dir),
        0,
        "nothing stays here"
    );

    let sent = json!({"text": "Here", "fileIds": [picture["id"]]});
    let message = client.post("/api/v1/visitors/visitor-0123456789abcdef/messages", &sent);
    assert_eq!(message.json(201)["file"]["link"], picture["link"]);
    server.advance(24 * HOUR_MS + 1);
    eventually("the end of what was not sent", || {
        (owner.names().len() == 2).then_some(())
    });
    assert_eq!(stranger.get(path).status, 404);
    assert_eq!(stranger.get(path_of(&picture["link"])).body, DOT);
}

#[test]
fn names_that_nobody_knows_are_removed_and_what_is_not_ours_stays() {
    let (_s3, owner, server) = start();
    let file = send(&server.client(), "a.txt", b"text").json(201);
    let orphan = format!("files/{}", "cd".repeat(16));
    for name in [orphan.as_str(), "files/readme.txt", "elsewhere.txt"] {
        owner.put(name, b"bytes");
    }
    eventually("the end of the orphan", || {
        server.advance(HOUR_MS);
        (!owner.names().contains(&orphan)).then_some(())
    });
    let names = owner.names();
    assert!(
        names.iter().any(|name| name == "files/readme.txt"),
        "{names:?}"
    );
    assert!(
        names.iter().any(|name| name == "elsewhere.txt"),
        "{names:?}"
    );
    if server.now() < testing::server::START + 24 * HOUR_MS {
        assert_eq!(server.stranger().get(path_of(&file["link"])).body, b"text");
    }
}

#[test]
fn nothing_is_said_to_be_stored_while_the_service_is_away() {
    let (mut s3, owner, server) = start();
    let client = server.client();
    let file = send(&client, "a.txt", b"text").json(201);
    s3.stop();
    let refused = send(&client, "b.png", DOT);
    assert_eq!(
        refused.refusal(),
        "503 unavailable: files are not available now; try again"
    );
    assert_eq!(server.stranger().get(path_of(&file["link"])).status, 503);
    assert_eq!(count_local(&server.config().data_dir), 0);
    s3.start_again();
    eventually("the service", || {
        (server.stranger().get(path_of(&file["link"])).body == b"text").then_some(())
    });
    eventually("an upload", || {
        (send(&client, "b.png", DOT).status == 201).then_some(())
    });
    eventually("the end of what was refused", || {
        (owner.names().len() == 3).then_some(())
    });
}

#[test]
fn a_wrong_key_or_bucket_stores_nothing() {
    let s3 = S3Server::start();
    Owner::of(&s3).make();
    for change in [
        |config: &mut Config| config.files.s3_secret_key = "wrong".to_owned(),
        |config: &mut Config| config.files.s3_bucket = "missing".to_owned(),
    ] {
        let server = TestServer::start_with(|config| {
            configure(config, &s3);
            change(config);
        });
        let refused = send(&server.client(), "a.txt", b"text");
        let expected = "503 unavailable: files are not available now; try again";
        assert_eq!(refused.refusal(), expected);
    }
    assert!(Owner::of(&s3).names().is_empty());
}

#[test]
fn two_nodes_share_a_bucket() {
    let s3 = S3Server::start();
    Owner::of(&s3).make();
    let (one, two) = TestServer::start_two_with(|config| configure(config, &s3));
    let file = send(&one.client(), "a.png", DOT).json(201);
    assert_eq!(two.stranger().get(path_of(&file["link"])).body, DOT);
}
