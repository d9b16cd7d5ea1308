//! Links are secrets (cases H6, H7).

use testing::server::TestServer;

use super::{DOT, path_of, upload};

#[test]
fn a_wrong_link_leads_nowhere() {
    let server = TestServer::start();
    let client = server.client();
    let (png, text) = (
        upload(&client, "a.png", DOT),
        upload(&client, "b.txt", b"text"),
    );
    let token = |file: &serde_json::Value| {
        let path = path_of(&file["link"]).to_owned();
        path.split('/').nth(2).expect("a token").to_owned()
    };
    let (of_png, of_text) = (token(&png), token(&text));
    let wrong = "0".repeat(32);
    for path in [
        format!("/files/{of_png}/b.txt"),
        format!("/files/{of_text}/a.png"),
        format!("/files/{of_text}/preview"),
        format!("/files/{wrong}/a.png"),
        format!("/files/{wrong}/preview"),
        format!("/files/{of_png}/../a.png"),
        format!("/files/{}/a.png", of_png.to_uppercase()),
        "/files/%20/a.png".to_owned(),
        "/files/x/%FF".to_owned(),
    ] {
        let refused = server.stranger().get(&path);
        assert_eq!(refused.status, 404, "{path}: {}", refused.text());
    }
    let refused = server.stranger().get(&format!("/files/{wrong}/a.png"));
    assert_eq!(refused.refusal(), "404 document_not_found: File not found");
    assert_eq!(server.stranger().get("/files").status, 404);
    assert_eq!(
        server.stranger().get(&format!("/files/{of_png}")).status,
        404
    );
}

#[test]
fn whoever_guesses_is_refused_and_whoever_knows_is_not() {
    let server = TestServer::start_with(|config| config.limits.failed_files_per_minute = 20);
    let file = upload(&server.client(), "a.png", DOT);
    let guess = |number: usize| {
        let path = format!("/files/{number:032x}/a.png");
        server.stranger().get(&path)
    };
    let statuses: Vec<u16> = (0..200).map(|number| guess(number).status).collect();
    assert!(
        statuses[..20].iter().all(|status| *status == 404),
        "{statuses:?}"
    );
    let refused = statuses[20..]
        .iter()
        .filter(|status| **status == 429)
        .count();
    assert!(refused > 150, "{statuses:?}");
    assert!(guess(999).number("retry-after") >= 1);
    assert_eq!(server.stranger().get(path_of(&file["link"])).status, 200);
}
