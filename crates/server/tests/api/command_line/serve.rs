//! `parlour serve`: how it begins, that it is alone, and how it ends.

use serde_json::json;

use super::{ORGANIZATION, Parlour, Serving, said};
use crate::arrange::{VISITOR, agent_says, id_of, text_of};

#[test]
fn a_fresh_directory_is_served_and_told_how_to_begin() {
    let parlour = Parlour::new();
    let mut serving = parlour.serve();
    let directory = parlour.data_dir().display().to_string();
    serving.wait_for("There is no organization yet. Begin with:");
    let command = serving.wait_for("parlour organization create");
    assert_eq!(
        command.trim(),
        format!(
            "parlour organization create --data-dir {directory} --organization NAME --email EMAIL --name NAME"
        )
    );
    assert_eq!(serving.stranger().get("/readyz").status, 200);

    let made = parlour
        .on_data(&[&["organization", "create"], &ORGANIZATION[..], &["--json"]].concat())
        .json();
    serving.client(&made["apiKey"]).get("/api/v1/me").json(200);
}

#[test]
fn a_server_is_ready_when_it_says_so_and_where() {
    let parlour = Parlour::new();
    let made = parlour.init();
    let serving = parlour.serve();
    let ready = serving.ready();
    assert_eq!(
        (&ready["level"], &ready["message"]),
        (&json!("INFO"), &json!("ready"))
    );
    assert_eq!(
        ready["url"],
        format!("http://{}", text_of(&ready["address"]))
    );
    assert_eq!(ready["version"], env!("CARGO_PKG_VERSION"));
    serving.client(&made["apiKey"]).get("/v3/account").json(200);

    let mut named = parlour.command(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--public-url",
        "https://chat.example",
    ]);
    named.env("PARLOUR_DATA_DIR", parlour.place.path().join("another"));
    assert_eq!(Serving::start(named).ready()["url"], "https://chat.example");
}

#[test]
fn a_directory_has_one_server() {
    let parlour = Parlour::new();
    let made = parlour.init();
    let mut first = parlour.serve();
    let second = parlour.on_data(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(
        second.complaint(),
        format!("another server runs on {}", parlour.data_dir().display())
    );
    first.client(&made["apiKey"]).get("/api/v1/me").json(200);
    // A server that was killed leaves the directory free.
    first.end("-KILL");
    parlour.serve();
}

#[test]
fn an_address_in_use_is_named() {
    let parlour = Parlour::new();
    let first = parlour.serve();
    let address = text_of(&first.ready()["address"]).to_owned();
    let mut second = parlour.command(&["serve", "--listen", &address]);
    second.env("PARLOUR_DATA_DIR", parlour.place.path().join("another"));
    let second = said(second);
    assert_eq!((second.code, second.out.as_str()), (Some(1), ""));
    let complaint = format!("parlour: cannot listen on {address}: ");
    assert!(second.err.contains(&complaint), "{}", second.err);
}

#[test]
fn signals_end_it_gently_and_nothing_is_lost() {
    let parlour = Parlour::new();
    let made = parlour.init();
    for signal in ["-TERM", "-INT"] {
        let mut serving = parlour.serve();
        let client = serving.client(&made["apiKey"]);
        let message = agent_says(&client, text_of(&made["agentId"]), VISITOR, signal);
        assert_eq!(serving.end(signal).code(), Some(0), "{signal}");
        serving.wait_for("\"stopping\"");
        assert!(
            serving
                .wait_for("\"stopped\"")
                .contains("\"is_clean\":true")
        );

        let serving = parlour.serve();
        let path = format!("/v3/conversations/messages/{}", id_of(&message));
        assert_eq!(
            serving.client(&made["apiKey"]).get(&path).json(200),
            message
        );
    }
}

#[test]
fn what_is_no_database_is_refused_and_left_alone() {
    let parlour = Parlour::new();
    std::fs::create_dir(parlour.data_dir()).expect("a directory");
    let file = parlour.data_dir().join("parlour.db");
    let letter = "Dear database, ".repeat(1_000);
    std::fs::write(&file, &letter).expect("a file");
    let said = parlour.on_data(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(said.complaint().contains("not a database"), "{said:?}");
    assert_eq!(
        std::fs::read_to_string(&file).expect("it is still there"),
        letter
    );
}
