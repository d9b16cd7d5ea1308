//! `GET /v3/account`: how clients check a key (contract A.6).

use serde_json::json;
use testing::server::TestServer;

#[test]
fn the_account_is_that_of_the_organization_and_its_owner() {
    let server = TestServer::start();
    let account = json!({
        "email": "owner@getwear.example", "firstName": "Olivia", "lastName": "Owner", "companyName": "Getwear",
        "address": {"street": "", "city": "", "zipCode": "", "country": ""},
        "relay": {"enabled": false, "data": {"userName": "", "relay": "", "port": 0}},
        "plan": [{"type": "free", "creditsType": "sendLimit", "credits": 0}],
    });
    let client = server.client();
    assert_eq!(client.get("/v3/account").json(200), account);
    // SDKs of the third generation say so on every request.
    let old = client.with_header("content-type", "application/json");
    assert_eq!(old.get("/v3/account").json(200), account);
}
