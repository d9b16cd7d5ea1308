//! Organizations do not see each other: every operation answers for another organization's things as for things that do
//! not exist, and changes nothing there (trust 3.16, case A4).

use serde_json::{Value, json};
use testing::{
    client::{Answer, Client},
    receiver::Receiver,
    server::{START, TestOrganization, TestServer},
};

use crate::{
    arrange::{agent_says, id_of, items, new_agent, new_group, push, text_of, visitor_says},
    webhooks::{self, add},
};

/// Ids of one of each thing.
struct Things {
    agent: String,
    email: String,
    group: String,
    key: String,
    client_id: String,
    visitor: String,
    conversation: String,
    message: String,
    pushed: String,
    job: String,
    webhook: String,
    delivery: String,
    widget: String,
    token: String,
    file: String,
}

impl Things {
    /// Makes one of each.
    fn make(server: &TestServer, client: &Client, visitor: &str, receiver: &Receiver) -> Self {
        let webhook = id_of(&add(client, &receiver.url(), &["conversationStarted"]));
        let email = format!("{visitor}@agents.example");
        let agent = new_agent(client, &email, "Secret agent");
        let group = new_group(client, "Secret group", &[&agent]);
        let oauth = json!({"name": "Secret key", "kind": "oauth"});
        let key = client.post("/api/v1/keys", &oauth).json(201);
        let question = visitor_says(client, visitor, "Secret question");
        let conversation = text_of(&question["conversationId"]).to_owned();
        let assign = format!("/api/v1/conversations/{conversation}/assign");
        client.post(&assign, &json!({"agentId": agent})).json(200);
        client.post(&assign, &json!({"groupId": group})).json(200);
        Self {
            message: id_of(&agent_says(client, &agent, visitor, "Secret answer")),
            pushed: id_of(&push(client, visitor, "Secret offer")),
            job: failed_job(server, client),
            delivery: id_of(&items(client, &format!("/api/v1/webhooks/{webhook}/deliveries"))[0]),
            widget: text_of(&client.get("/api/v1/widget").json(200)["widgetId"]).to_owned(),
            token: token_of(server, client),
            file: id_of(
                &client
                    .send("POST", "/api/v1/files?name=secret.txt", "Secret")
                    .json(201),
            ),
            webhook,
            client_id: text_of(&key["clientId"]).to_owned(),
            key: id_of(&key),
            visitor: visitor.to_owned(),
            agent,
            email,
            group,
            conversation,
        }
    }

    /// Ids of the same forms that nothing has.
    fn invent() -> Self {
        let id = |letter: &str| letter.repeat(17);
        Self {
            agent: id("a"),
            email: "nobody@agents.example".to_owned(),
            group: id("b"),
            key: id("c"),
            client_id: id("d"),
            visitor: "nobody-0123456789abcdef".to_owned(),
            conversation: id("e"),
            message: id("f"),
            pushed: id("g"),
            job: "1000000".to_owned(),
            webhook: id("h"),
            delivery: id("i"),
            widget: "0123456789abcdef01234567".to_owned(),
            token: format!("vt_{}", "0".repeat(64)),
            file: id("j"),
        }
    }

    /// A text in which these ids are replaced by what they are ids of.
    fn hide(&self, text: &str) -> String {
        let ids = [
            (&self.email, "EMAIL"),
            (&self.agent, "AGENT"),
            (&self.group, "GROUP"),
            (&self.key, "KEY"),
            (&self.client_id, "CLIENT"),
            (&self.visitor, "VISITOR"),
            (&self.conversation, "CONVERSATION"),
            (&self.message, "MESSAGE"),
            (&self.pushed, "PUSHED"),
            (&self.webhook, "WEBHOOK"),
            (&self.delivery, "DELIVERY"),
        ];
        ids.iter().fold(text.to_owned(), |text, (id, name)| {
            text.replace(id.as_str(), name)
        })
    }
}

/// Lets every job fail for the last time; tells one of the client's own.
fn failed_job(server: &TestServer, client: &Client) -> String {
    let buried = server.write(|write| {
        for job in store::jobs::lease(write.tx(), i64::MAX - 1, i64::MAX, 100)? {
            store::jobs::bury(write.tx(), job.number, job.fence, START, "no tea")?;
        }
        Ok(())
    });
    buried.expect("jobs fail");
    id_of(&items(client, "/api/v1/jobs")[0])
}

/// A token of a visitor whom nobody named.
fn token_of(server: &TestServer, client: &Client) -> String {
    let widget = client.get("/api/v1/widget").json(200);
    let shown = json!({"widgetId": widget["widgetId"]});
    let session = server.stranger().post("/live/session", &shown).json(200);
    text_of(&session["visitorToken"]).to_owned()
}

/// What must become of a request that names things of another organization.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    /// It is refused, as it is for things that do not exist.
    Refused(u16),
    /// It says the same as for things that do not exist.
    Same,
    /// It makes or changes something of the caller's own: ids of visitors and e-mails are each organization's own.
    Own(u16),
}
use Fate::{Own, Refused, Same};

/// A request: what is behind the path of the operation in place of `{…}`, a body, and its fate.
type Call = (String, Value, Fate);

fn to(inside: &str, body: Value, fate: Fate) -> Call {
    (inside.to_owned(), body, fate)
}

/// Requests to an operation that name things of another organization; of every operation there are some.
fn calls(operation: &str, foreign: &Things, own: &Things) -> Option<Vec<Call>> {
    let text = json!({"text": "Hi"});
    let send =
        |visitor: &str, agent: &str| json!({"visitorId": visitor, "text": "Hi", "agentId": agent});
    let by_email = json!({
        "visitorId": own.visitor, "text": "Hi", "agentEmail": foreign.email, "agentName": "Same", "receivedFrom": "X",
    });
    let only_theirs = format!("{}-only", foreign.visitor);
    let Things {
        agent,
        group,
        key,
        visitor,
        conversation,
        message,
        pushed,
        job,
        webhook,
        delivery,
        file,
        ..
    } = foreign;
    Some(match operation {
        "post /v3/conversations/agentOnlinePing" => vec![
            to("", json!({"agentId": agent}), Refused(400)),
            to("", by_email, Own(201)),
        ],
        "post /v3/conversations/messages" => vec![
            to("", send(&own.visitor, agent), Refused(400)),
            to("", send(visitor, &own.agent), Own(200)),
            to("", by_email, Own(200)),
        ],
        "get /v3/conversations/messages/{id}" => vec![to(message, Value::Null, Refused(404))],
        "put /v3/conversations/messages/{id}" => vec![to(message, text, Refused(404))],
        "delete /v3/conversations/messages/{id}" => vec![to(message, Value::Null, Refused(404))],
        "post /v3/conversations/pushedMessages" => vec![
            to("", send(&own.visitor, agent), Refused(400)),
            to(
                "",
                json!({"visitorId": own.visitor, "text": "Hi", "groupId": group}),
                Refused(400),
            ),
            to("", send(visitor, &own.agent), Own(200)),
        ],
        "get /v3/conversations/pushedMessages/{id}" => vec![to(pushed, Value::Null, Refused(404))],
        "put /v3/conversations/pushedMessages/{id}" => vec![to(pushed, text, Refused(404))],
        "delete /v3/conversations/pushedMessages/{id}" => {
            vec![to(pushed, Value::Null, Refused(404))]
        }
        "put /v3/conversations/visitorGroup" => vec![
            to(
                "",
                json!({"visitorId": own.visitor, "groupId": group}),
                Refused(404),
            ),
            to(
                "",
                json!({"visitorId": only_theirs, "groupId": own.group}),
                Refused(404),
            ),
            to(
                &format!("?visitorId={only_theirs}"),
                json!({"groupId": null}),
                Refused(404),
            ),
        ],
        "get /v3/account" | "get /api/v1/me" => vec![to("", Value::Null, Same)],
        "get /api/v1/agents"
        | "get /api/v1/groups"
        | "get /api/v1/jobs"
        | "get /api/v1/keys"
        | "get /api/v1/visitors"
        | "get /api/v1/webhooks" => vec![
            to("", Value::Null, Same),
            to(&format!("?cursor={key}"), Value::Null, Refused(400)),
        ],
        "post /api/v1/keys" => vec![to("", json!({"name": "x", "kind": "key"}), Own(201))],
        "post /api/v1/jobs/{id}/retry" => vec![to(job, Value::Null, Refused(404))],
        "delete /api/v1/keys/{id}" => vec![to(key, Value::Null, Refused(404))],
        "post /api/v1/agents" => vec![to(
            "",
            json!({"email": foreign.email, "name": "Same"}),
            Own(201),
        )],
        "get /api/v1/agents/{id}" => vec![to(agent, Value::Null, Refused(404))],
        "put /api/v1/agents/{id}" => vec![to(agent, json!({"name": "Taken over"}), Refused(404))],
        "delete /api/v1/agents/{id}" => vec![to(agent, Value::Null, Refused(404))],
        "post /api/v1/groups" => vec![to(
            "",
            json!({"name": "x", "agentIds": [agent]}),
            Refused(400),
        )],
        "get /api/v1/groups/{id}" => vec![to(group, Value::Null, Refused(404))],
        "put /api/v1/groups/{id}" => vec![
            to(
                group,
                json!({"name": "Taken over", "agentIds": [own.agent]}),
                Refused(404),
            ),
            to(&own.group, json!({"agentIds": [agent]}), Refused(400)),
        ],
        "delete /api/v1/groups/{id}" => vec![to(group, Value::Null, Refused(404))],
        "get /api/v1/visitors/{visitorId}" | "get /api/v1/visitors/{visitorId}/visits" => {
            vec![to(&only_theirs, Value::Null, Refused(404))]
        }
        "put /api/v1/visitors/{visitorId}" => {
            vec![to(&only_theirs, json!({"notes": "x"}), Refused(404))]
        }
        "post /api/v1/visitors/{visitorId}/messages" => vec![
            to(visitor, text, Own(201)),
            to(&own.visitor, json!({"fileIds": [file]}), Refused(404)),
        ],
        "post /api/v1/files" => vec![to("?name=x.txt", json!({"any": "bytes"}), Own(201))],
        // Whoever has a link may fetch the file; ids are no links.
        "post /live/files" => vec![to("?name=x.txt", json!({"any": "bytes"}), Refused(401))],
        "get /files/{accessToken}/{name}" => {
            vec![to(&format!("{file}/secret.txt"), Value::Null, Refused(404))]
        }
        "get /files/{accessToken}/preview" => vec![to(file, Value::Null, Refused(404))],
        "get /api/v1/conversations" => vec![
            to("", Value::Null, Same),
            to(&format!("?assignee={agent}"), Value::Null, Same),
            to(&format!("?group={group}"), Value::Null, Same),
            to(&format!("?q={only_theirs}"), Value::Null, Same),
        ],
        "get /api/v1/conversations/{id}" | "get /api/v1/conversations/{id}/messages" => {
            vec![to(conversation, Value::Null, Refused(404))]
        }
        "post /api/v1/conversations/{id}/close" | "post /api/v1/conversations/{id}/reopen" => {
            vec![to(conversation, Value::Null, Refused(404))]
        }
        "post /api/v1/conversations/{id}/assign" => vec![
            to(conversation, json!({"agentId": own.agent}), Refused(404)),
            to(conversation, json!({"groupId": null}), Refused(404)),
            to(&own.conversation, json!({"agentId": agent}), Refused(400)),
            to(&own.conversation, json!({"groupId": group}), Refused(400)),
        ],
        "post /api/v1/conversations/{id}/messages" | "post /api/v1/conversations/{id}/notes" => {
            vec![
                to(conversation, text, Refused(404)),
                to(
                    &own.conversation,
                    json!({"text": "Hi", "fileIds": [own.file, file]}),
                    Refused(404),
                ),
                to(
                    &own.conversation,
                    json!({"text": "Hi", "agentId": agent}),
                    Refused(400),
                ),
            ]
        }
        "post /api/v1/webhooks" => {
            let body = json!({"url": "https://hooks.example/", "events": ["messageUpdated"]});
            vec![to("", body, Own(201))]
        }
        "get /api/v1/webhooks/{id}"
        | "delete /api/v1/webhooks/{id}"
        | "post /api/v1/webhooks/{id}/rotate-secret"
        | "get /api/v1/webhooks/{id}/deliveries" => vec![to(webhook, Value::Null, Refused(404))],
        "put /api/v1/webhooks/{id}" => vec![to(webhook, json!({"isEnabled": false}), Refused(404))],
        "post /api/v1/webhooks/{id}/replay" => vec![to(webhook, json!({"from": 0}), Refused(404))],
        "post /api/v1/webhooks/{id}/deliveries/{deliveryId}/replay" => [webhook, &own.webhook]
            .map(|id| {
                to(
                    &format!("{id}/deliveries/{delivery}"),
                    Value::Null,
                    Refused(404),
                )
            })
            .to_vec(),
        // A key is no visitor's token, and nothing in a body names another visitor.
        "post /live/pages" => {
            let page = json!({"link": "https://getwear.com/", "visitorId": visitor});
            vec![to("", page, Refused(401))]
        }
        "post /live/rating" => vec![to("", json!({"score": 1}), Refused(401))],
        "post /live/auto-message" => vec![
            to("", json!({"text": "Hi", "agentId": agent}), Refused(401)),
            to("", json!({"text": "Hi", "groupId": group}), Refused(401)),
        ],
        "post /live/transcript" => {
            vec![to("", json!({"email": foreign.email}), Refused(401))]
        }
        "get /live/visitor" => vec![to("", Value::Null, Refused(401))],
        "put /live/visitor" => vec![to("", json!({"groupId": group}), Refused(401))],
        // Everybody may see what a widget is told.
        "get /widget/{widgetId}/config.json" => vec![to(&own.widget, Value::Null, Own(200))],
        "get /api/v1/widget" => vec![to("", Value::Null, Same)],
        "put /api/v1/widget" => vec![to("", json!({"visitorIdLengthMin": 20}), Own(200))],
        "post /api/v1/widget/identity-secret" => vec![to("", json!({}), Own(200))],
        "post /live/session" => {
            let (widget, token) = (&own.widget, &foreign.token);
            let shown = json!({"widgetId": widget, "visitorToken": token});
            vec![
                to("", shown, Own(200)),
                to(
                    "",
                    json!({"widgetId": widget, "visitorId": visitor}),
                    Own(200),
                ),
            ]
        }
        "delete /live/session" => vec![to("", Value::Null, Refused(401))],
        "post /realms/partner/oauth/token" => {
            let client_id = &foreign.client_id;
            let form =
                format!("grant_type=client_credentials&client_id={client_id}&client_secret=x");
            vec![to("", json!(form), Refused(401))]
        }
        _ => return None,
    })
}

/// Method and path of every operation of the OpenAPI document.
fn operations(server: &TestServer) -> Vec<(String, String)> {
    let document = server.stranger().get("/openapi.json").json(200);
    let paths = document["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("methods");
        methods.keys().map(|method| (method.clone(), path.clone()))
    });
    operations.collect()
}

/// The path of an operation with an id, or two with what is between them, or with a query behind it.
fn fill(path: &str, inside: &str) -> String {
    match path.split_once('{') {
        Some((before, rest)) => {
            let (_, after) = rest.rsplit_once('}').expect("a closing brace");
            format!("{before}{inside}{after}")
        }
        None => format!("{path}{inside}"),
    }
}

fn ask(client: &Client, method: &str, path: &str, body: &Value) -> Answer {
    let method = method.to_uppercase();
    match body {
        Value::Null => client.send(&method, path, ""),
        // A text is a form.
        Value::String(form) => client
            .with_header("content-type", "application/x-www-form-urlencoded")
            .send(&method, path, form),
        body => client.send(&method, path, body.to_string()),
    }
}

#[test]
fn what_belongs_to_another_organization_is_as_if_it_were_not_there() {
    let (server, receiver) = (webhooks::start(), Receiver::start());
    let (client, other) = (server.client(), server.second_organization());
    let theirs = server.client_of(&other);
    let own = Things::make(&server, &client, "own-0123456789abcdef", &receiver);
    let foreign = Things::make(&server, &theirs, "foreign-0123456789abcdef", &receiver);
    visitor_says(&theirs, &format!("{}-only", foreign.visitor), "Secret too");
    let nothing = Things::invent();
    let before = server.world_of(&other);
    let operations = operations(&server);
    assert!(operations.len() > 30, "{operations:?}");
    for (method, path) in operations {
        let operation = format!("{method} {path}");
        let missing = || panic!("say in `calls` what {operation} refuses to other organizations");
        let real = calls(&operation, &foreign, &own).unwrap_or_else(missing);
        let invented = calls(&operation, &nothing, &own).unwrap_or_else(missing);
        for ((inside, body, fate), (unknown, unknown_body, _)) in real.into_iter().zip(invented) {
            let answer = ask(&client, &method, &fill(&path, &inside), &body);
            let unknown = ask(&client, &method, &fill(&path, &unknown), &unknown_body);
            let place = format!("{method} {} {body}", fill(&path, &inside));
            let status = match fate {
                Refused(status) | Own(status) => status,
                Same => 200,
            };
            assert_eq!(
                (answer.status, unknown.status),
                (status, status),
                "{place}: {}",
                answer.text()
            );
            if !matches!(fate, Own(_)) {
                let hide = |answer: &Answer| nothing.hide(&foreign.hide(answer.text()));
                assert_eq!(hide(&answer), hide(&unknown), "{place}");
            }
            require_nothing_foreign(&answer, &place, &foreign, &other);
            assert_eq!(server.world_of(&other), before, "{place}");
        }
    }
}

/// Things of the other organization that the caller did not name are in no answer.
fn require_nothing_foreign(
    answer: &Answer,
    place: &str,
    foreign: &Things,
    other: &TestOrganization,
) {
    let ids = [
        &foreign.agent,
        &foreign.group,
        &foreign.key,
        &foreign.conversation,
        &foreign.message,
        &foreign.webhook,
        &foreign.delivery,
        &other.agent_id,
    ];
    for id in ids.into_iter().filter(|id| !place.contains(id.as_str())) {
        assert!(
            !answer.text().contains(id.as_str()),
            "{place}: {}",
            answer.text()
        );
    }
}

#[test]
fn visitors_of_two_organizations_may_have_the_same_id() {
    let server = TestServer::start();
    let (client, other) = (server.client(), server.second_organization());
    let theirs = server.client_of(&other);
    let visitor = "kZMvWhf8npAu3H6qd57w2Hv6nh6rnxvg";
    let ours = visitor_says(&client, visitor, "To us");
    let to_them = visitor_says(&theirs, visitor, "To them");
    assert_ne!(ours["conversationId"], to_them["conversationId"]);
    assert_eq!((&ours["seq"], &to_them["seq"]), (&json!(1), &json!(1)));
    client
        .put(
            &format!("/api/v1/visitors/{visitor}"),
            &json!({"notes": "Ours"}),
        )
        .json(200);
    let seen = theirs.get(&format!("/api/v1/visitors/{visitor}")).json(200);
    assert_eq!(seen["notes"], Value::Null);
}
