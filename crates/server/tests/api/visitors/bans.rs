//! Visitors who may not write.

use model::revocation::RevocationKind;
use serde_json::{Value, json};
use testing::server::{TestServer, within};

use super::{ask, go_on, holder, open, seen};
use crate::arrange::{VISITOR, text_of};

const BANNED: &str = "403 permission_denied: this visitor is banned";

fn set_banned(server: &TestServer, visitor_id: &str, is_banned: bool) -> Value {
    let path = format!("/api/v1/visitors/{visitor_id}");
    let change = json!({"isBanned": is_banned});
    server.client().put(&path, &change).json(200)
}

/// How often access of a visitor was ended.
fn revocations(server: &TestServer) -> usize {
    let found = server.write(|write| Ok(store::revocations::list_since(write.tx(), 0, 100)?));
    let found = found.expect("the store answers");
    let of_visitors = found
        .iter()
        .filter(|revocation| matches!(revocation.kind, RevocationKind::Visitor(_)));
    of_visitors.count()
}

#[test]
fn a_banned_visitor_is_refused_everywhere_until_forgiven() {
    let server = TestServer::start();
    for first in [
        open(&server, &json!({})),
        open(&server, &json!({"visitorId": VISITOR})),
    ] {
        let (id, client) = (text_of(&first["visitorId"]), holder(&server, &first));
        client.get("/live/visitor").json(200);
        let before = revocations(&server);
        assert_eq!(set_banned(&server, id, true)["isBanned"], true);
        assert_eq!(revocations(&server), before + 1, "what is open is closed");
        assert_eq!(set_banned(&server, id, true)["isBanned"], true);
        assert_eq!(revocations(&server), before + 1);
        let shown = json!({"visitorToken": first["visitorToken"]});
        assert_eq!(ask(&server, &shown).refusal(), BANNED);
        let refusal = within(
            std::time::Duration::from_secs(5),
            "the end of the token",
            || {
                let answer = client.get("/live/visitor");
                (answer.status != 200).then(|| answer.refusal())
            },
        );
        assert_eq!(refusal, BANNED);

        assert_eq!(set_banned(&server, id, false)["isBanned"], false);
        assert_eq!(go_on(&server, &first["visitorToken"]), first);
        client.get("/live/visitor").json(200);
        assert_eq!(seen(&server, id)["isBanned"], false);
    }
}

#[test]
fn an_id_that_is_banned_is_banned_in_every_browser() {
    let server = TestServer::start();
    open(&server, &json!({"visitorId": VISITOR}));
    set_banned(&server, VISITOR, true);
    let guest = open(&server, &json!({}));
    for shown in [
        json!({"visitorId": VISITOR}),
        json!({"visitorId": VISITOR, "visitorToken": guest["visitorToken"]}),
    ] {
        assert_eq!(ask(&server, &shown).refusal(), BANNED);
    }
    // Nothing became of it: whoever holds the other token goes on.
    assert_eq!(go_on(&server, &guest["visitorToken"]), guest);
}

#[test]
fn replacing_or_ending_a_token_closes_what_is_open_by_it() {
    let server = TestServer::start();
    let guest = open(&server, &json!({}));
    assert_eq!(revocations(&server), 0);
    let shown = json!({"visitorToken": guest["visitorToken"], "visitorId": VISITOR});
    let known = open(&server, &shown);
    assert_eq!(revocations(&server), 1);
    holder(&server, &known).delete(super::SESSION).empty(204);
    assert_eq!(revocations(&server), 2);
}
