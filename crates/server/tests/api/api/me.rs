//! `GET /api/v1/me`.

use serde_json::json;
use testing::server::TestServer;

use crate::arrange::with_scopes;

#[test]
fn a_key_learns_whose_it_is_and_what_it_may_do() {
    let server = TestServer::start();
    let (client, organization) = (server.client(), server.organization());
    let mut me = json!({
        "organizationId": organization.id, "organizationName": "Getwear", "widgetId": organization.widget_id,
        "scopes": ["access", "assign", "configure"],
    });
    assert_eq!(client.get("/api/v1/me").json(200), me);
    let is_widget_id = |id: &str| {
        let is_lower_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        id.len() == 24 && id.bytes().all(is_lower_hex)
    };
    assert!(is_widget_id(&organization.widget_id));

    let narrow = with_scopes(&client, &server.stranger(), &["assign", "access"]);
    me["scopes"] = json!(["access", "assign"]);
    assert_eq!(narrow.get("/api/v1/me").json(200), me);
}
