//! `/api/v1/groups`.

use serde_json::json;
use testing::server::{START, TestServer};

use crate::arrange::{id_of, is_id, items, new_agent, text_of};

const PATH: &str = "/api/v1/groups";

#[test]
fn a_group_is_made_changed_and_deleted() {
    let server = TestServer::start();
    let (client, owner) = (server.client(), server.agent_id());
    let liz = new_agent(&client, "liz@getwear.com", "Liz");
    let body = json!({"name": " Sales ", "agentIds": [liz, owner, liz], "isPrivate": true});
    let mut sales = client.post(PATH, &body).json(201);
    assert!(is_id(text_of(&sales["id"])));
    let mut members = [liz.as_str(), owner];
    members.sort_unstable();
    assert_eq!(
        sales,
        json!({"id": sales["id"], "name": "Sales", "agentIds": members, "isPrivate": true, "createdAt": START})
    );
    let path = format!("{PATH}/{}", id_of(&sales));
    assert_eq!(client.get(&path).json(200), sales);

    for (field, value) in [
        ("name", json!("Vertrieb")),
        ("agentIds", json!([liz])),
        ("isPrivate", json!(false)),
        ("agentIds", json!([])),
    ] {
        sales[field] = value.clone();
        assert_eq!(
            client.put(&path, &json!({field: value})).json(200),
            sales,
            "{field}"
        );
    }
    let empty = client.post(PATH, &json!({"name": "Empty"})).json(201);
    assert_eq!(
        (&empty["agentIds"], &empty["isPrivate"]),
        (&json!([]), &json!(false))
    );
    assert_eq!(items(&client, PATH), [sales, empty.clone()]);

    client.delete(&path).empty(204);
    assert_eq!(
        client.get(&path).refusal(),
        "404 document_not_found: Group not found"
    );
    assert_eq!(
        client.delete(&path).refusal(),
        "404 document_not_found: Group not found"
    );
    assert_eq!(items(&client, PATH), [empty]);
}

#[test]
fn what_is_missing_or_wrong_is_refused_by_name() {
    let server = TestServer::start();
    let (client, owner) = (server.client(), server.agent_id());
    let existing = id_of(
        &client
            .post(PATH, &json!({"name": "Sales", "agentIds": [owner]}))
            .json(201),
    );
    let before = server.world();
    let crowd: Vec<String> = (0..1_001).map(|number| number.to_string()).collect();
    for (body, refusal) in [
        (json!({}), "400 missing_parameter: name is missing"),
        (
            json!({"name": "\u{200b}"}),
            "400 missing_parameter: name is missing",
        ),
        (
            json!({"name": null}),
            "400 invalid_parameter: name: invalid type: null, expected a string",
        ),
        (
            json!({"name": "x", "agentIds": owner}),
            "400 invalid_parameter: agentIds: invalid type: string \"OWNER\", expected a sequence",
        ),
        (
            json!({"name": "x", "agentIds": [owner, "nope"]}),
            "400 invalid_parameter: agentIds names nope, which is no agent",
        ),
        (
            json!({"name": "x", "agentIds": crowd}),
            "400 invalid_parameter: agentIds holds more than 1000 agents",
        ),
        (
            json!({"name": "x", "isPrivate": "true"}),
            "400 invalid_parameter: isPrivate: invalid type: string \"true\", expected a boolean",
        ),
    ] {
        let refused = client.post(PATH, &body).refusal();
        assert_eq!(refused.replace(owner, "OWNER"), refusal, "{body:.100}");
    }
    let path = format!("{PATH}/{existing}");
    assert_eq!(
        client
            .put(&path, &json!({"name": "New", "agentIds": ["nope"]}))
            .refusal(),
        "400 invalid_parameter: agentIds names nope, which is no agent"
    );
    assert_eq!(
        client.put(&format!("{PATH}/unknown"), &json!({})).refusal(),
        "404 document_not_found: Group not found"
    );
    assert_eq!(server.world(), before);
}
