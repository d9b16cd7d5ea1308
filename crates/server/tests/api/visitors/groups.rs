//! Whether anybody takes chats, for visitors of a group (contract D, "group page").

use serde_json::{Value, json};
use testing::{
    server::{TestServer, eventually},
    socket::Socket,
};

use crate::{
    arrange::{new_agent, new_group, visitor_says},
    live::arrange::connect,
    visits::Guest,
};

const SECOND: i64 = 1_000;

/// Two groups of one agent each, of whom the first takes chats.
struct Shop {
    server: TestServer,
    seller: String,
    sales: String,
    support: String,
}

impl Shop {
    fn open() -> Self {
        let server = TestServer::start_with(|config| config.limits.ping_burst = 10_000);
        let client = server.client();
        let seller = new_agent(&client, "seller@agents.example", "Seller");
        let helper = new_agent(&client, "helper@agents.example", "Helper");
        let shop = Self {
            sales: new_group(&client, "Sales", &[&seller]),
            support: new_group(&client, "Support", &[&helper]),
            seller,
            server,
        };
        shop.ping();
        shop
    }

    fn ping(&self) {
        let body = json!({"agentId": self.seller});
        let client = self.server.client();
        client
            .post("/v3/conversations/agentOnlinePing", &body)
            .empty(201);
    }

    /// Waits until a visitor hears whether anybody takes their chats; the seller goes on taking some meanwhile.
    fn wait_for(&self, socket: &mut Socket, expected: bool) {
        eventually("availability", || {
            self.ping();
            self.server.advance(5 * SECOND);
            socket.say(&json!({"t": "hb"}));
            let frames = if socket.is_silent() {
                Vec::new()
            } else {
                socket.kept()
            };
            let told = frames
                .iter()
                .filter(|frame| frame["t"] == "eph")
                .map(|frame| {
                    assert_eq!(
                        (&frame["ch"], &frame["kind"]),
                        (&json!("me"), &json!("presence"))
                    );
                    frame["data"]["isAnyAvailable"].clone()
                })
                .next_back();
            (told == Some(json!(expected))).then_some(())
        });
    }
}

fn choose(guest: &Guest, group: &Value) {
    let chosen = guest
        .client
        .put("/live/visitor", &json!({"groupId": group}))
        .json(200);
    assert_eq!(chosen["groupId"], *group);
}

#[test]
fn a_page_of_a_group_is_told_of_its_agents() {
    let shop = Shop::open();
    let server = &shop.server;
    for (group, expected) in [
        (Value::Null, true),
        (json!(shop.sales), true),
        (json!(shop.support), false),
        (json!("nobodys"), true),
    ] {
        let guest = Guest::arrive(server, &json!({"groupId": group}));
        assert_eq!(guest.session["isAnyAvailable"], expected, "{group}");
        let page = connect(&guest.client).subscribe("me", None);
        assert_eq!(page["isAnyAvailable"], expected, "{group}");
    }
    server.advance(150 * SECOND);
    let guest = Guest::arrive(server, &json!({"groupId": shop.sales}));
    assert_eq!(guest.session["isAnyAvailable"], false);
}

#[test]
fn who_chooses_another_group_hears_of_its_agents() {
    let shop = Shop::open();
    let guest = Guest::arrive(&shop.server, &json!({"groupId": shop.support}));
    let mut at_guest = connect(&guest.client);
    assert_eq!(at_guest.subscribe("me", None)["isAnyAvailable"], false);
    let stays = Guest::arrive(&shop.server, &json!({"groupId": shop.sales}));
    let mut at_stays = connect(&stays.client);
    assert_eq!(at_stays.subscribe("me", None)["isAnyAvailable"], true);
    choose(&guest, &json!(shop.sales));
    shop.wait_for(&mut at_guest, true);
    choose(&guest, &json!(shop.support));
    shop.wait_for(&mut at_guest, false);
    choose(&guest, &Value::Null);
    shop.wait_for(&mut at_guest, true);

    // Agents may give them to another group too.
    visitor_says(&shop.server.client(), &guest.id, "Hello?");
    let body = json!({"visitorId": guest.id, "groupId": shop.support});
    let client = shop.server.client();
    client
        .put("/v3/conversations/visitorGroup", &body)
        .json(200);
    shop.wait_for(&mut at_guest, false);

    // For whom nothing has changed nothing was told.
    at_stays.say(&json!({"t": "hb"}));
    while !at_stays.is_silent() {
        let told = at_stays.kept();
        assert!(told.iter().all(|frame| frame["t"] != "eph"), "{told:?}");
    }
}
