//! The OpenAPI document, and its copy at the root of the repository that people and programs read.

use std::{collections::BTreeSet, fs};

use testing::server::TestServer;

use crate::arrange::text_of;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");

#[test]
fn the_copy_in_the_repository_is_current() {
    let copy = fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        copy == server::openapi::text(),
        "openapi.json is not what the server says; renew it at the root of the repository with\n\n    \
        cargo run -p server -- openapi > openapi.json\n"
    );
}

#[test]
fn the_server_shows_the_same_document() {
    let server = TestServer::start();
    let answer = server.stranger().get("/openapi.json");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(answer.text() == server::openapi::text());
}

#[test]
fn every_operation_has_a_name_of_its_own_and_says_what_it_refuses() {
    let server = TestServer::start();
    let document = server.stranger().get("/openapi.json").json(200);
    let mut names = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let name = text_of(&operation["operationId"]).to_owned();
            assert!(names.insert(name), "{method} {path}: its name is taken");
            assert!(
                operation["summary"].is_string(),
                "{method} {path}: no summary"
            );
            for status in ["400", "401", "405", "503"] {
                let refusal = &operation["responses"][status];
                assert!(refusal.is_object(), "{method} {path}: nothing on {status}");
            }
        }
    }
    // The official SDKs' names of the ten operations of contract A.8.
    for name in [
        "setsAgentsStatusToOnlineFor23Minutes",
        "sendAMessageAsAnAgent",
        "getAMessage",
        "updateAMessageSentByAnAgent",
        "deleteAMessageSentByAnAgent",
        "sendAnAutomatedMessageToAVisitor",
        "getAnAutomatedMessage",
        "updateAnAutomatedMessage",
        "deleteAnAutomatedMessage",
        "setVisitorGroupAssignment",
    ] {
        assert!(names.contains(name), "{name}");
    }
}
