//! The body of a webhook (contract B.2 to B.4): every field of a visitor in its right type, and what Brevo lacks.

use app::webhooks::{Happening, Thread};
use model::{agent::Agent, message::Message, time::Millis, visit::WebPage};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    MessageJson,
    webhook_visitor::{WebPageJson, WebhookVisitorJson},
};

/// Writes an event that happened at a time as it is sent. `public_url` begins the links into the inbox, `file_link_base`
/// those to files.
pub(crate) fn webhook_body(
    public_url: &str,
    file_link_base: &str,
    happening: &Happening,
    at: Millis,
) -> String {
    let mut body = own_fields(happening, file_link_base);
    if let Some(thread) = thread_of(happening) {
        body["conversationId"] = json!(conversation_id(thread));
        body["visitor"] = json!(WebhookVisitorJson::new(public_url, thread, at));
    }
    if let Some(page) = start_page(happening) {
        body["conversationStartPage"] = json!(WebPageJson::from(page));
    }
    if !is_brevos(happening) {
        // It also tells two bodies apart that say the same: some receivers know what they had by a hash of the body.
        body["createdAt"] = json!(at);
    }
    with_name(happening.kind().as_str(), body)
}

/// What only this kind of event has.
fn own_fields(happening: &Happening, file_link_base: &str) -> Value {
    match happening {
        Happening::Started {
            message,
            agent,
            is_no_available_agent,
            ..
        } => {
            let mut fields = json!({
                "isNoAvailableAgent": is_no_available_agent,
                "message": MessageJson::new(message, file_link_base),
            });
            // Where the visitor started it there is no such key (contract G-17).
            if let Some(agent) = agent {
                fields["agent"] = json!(WebhookAgentJson::from(agent));
            }
            fields
        }
        Happening::Fragment {
            messages,
            agents,
            is_no_available_agent,
            ..
        } => json!({
            "messages": messages_json(messages, file_link_base),
            "agents": agents_json(agents),
            "isNoAvailableAgent": is_no_available_agent,
        }),
        Happening::Transcript {
            messages,
            agents,
            missed_messages_count,
            ..
        } => json!({
            "messages": messages_json(messages, file_link_base),
            "missedMessagesCount": missed_messages_count,
            "agents": agents_json(agents),
        }),
        Happening::MessageUpdated { message, .. } => {
            json!({"message": MessageJson::new(message, file_link_base)})
        }
        Happening::MessageDeleted { message_id, .. } => json!({"messageId": message_id.as_str()}),
        Happening::Assigned {
            agent, group_id, ..
        } => json!({
            "agent": agent.as_ref().map(WebhookAgentJson::from),
            "groupId": group_id.as_ref().map(|id| id.as_str()),
        }),
        Happening::Closed { .. } | Happening::VisitorIdentified { .. } => json!({}),
        Happening::AgentStatusChanged { agent, status } => json!({
            "agent": WebhookAgentJson::from(agent),
            "status": status.as_str(),
        }),
        Happening::WebhookDisabled {
            endpoint_id,
            description,
            reason,
        } => json!({
            "webhookId": endpoint_id.as_str(),
            "description": description,
            "reason": reason.as_str(),
        }),
    }
}

/// The conversation and the visitor it is about, where there is one.
fn thread_of(happening: &Happening) -> Option<&Thread> {
    match happening {
        Happening::Started { thread, .. }
        | Happening::Fragment { thread, .. }
        | Happening::Transcript { thread, .. }
        | Happening::MessageUpdated { thread, .. }
        | Happening::MessageDeleted { thread, .. }
        | Happening::Assigned { thread, .. }
        | Happening::Closed { thread }
        | Happening::VisitorIdentified { thread } => Some(thread),
        Happening::AgentStatusChanged { .. } | Happening::WebhookDisabled { .. } => None,
    }
}

/// Where the chat was started, where that is known: there is no such key elsewhere.
fn start_page(happening: &Happening) -> Option<&WebPage> {
    match happening {
        Happening::Started { start_page, .. } | Happening::Transcript { start_page, .. } => {
            start_page.as_ref()
        }
        _ => None,
    }
}

/// Whether Brevo sends this too. Then there is nothing in it that Brevo does not send: receivers may be strict.
fn is_brevos(happening: &Happening) -> bool {
    matches!(
        happening,
        Happening::Started { .. } | Happening::Fragment { .. } | Happening::Transcript { .. }
    )
}

/// The body as text, the name first: people read it there.
fn with_name(name: &str, body: Value) -> String {
    let mut text = json!({ "eventName": name }).to_string();
    if let Value::Object(fields) = body
        && !fields.is_empty()
    {
        text.pop();
        text.push(',');
        text.push_str(&Value::Object(fields).to_string()[1..]);
    }
    text
}

pub(super) fn conversation_id(thread: &Thread) -> &str {
    let id = thread.conversation_id.as_ref();
    id.map(|id| id.as_str()).unwrap_or_default()
}

fn messages_json(messages: &[Message], file_link_base: &str) -> Vec<MessageJson> {
    let json = |message| MessageJson::new(message, file_link_base);
    messages.iter().map(json).collect()
}

fn agents_json(agents: &[Agent]) -> Vec<WebhookAgentJson<'_>> {
    agents.iter().map(WebhookAgentJson::from).collect()
}

/// An agent as receivers see them.
#[derive(Serialize)]
struct WebhookAgentJson<'a> {
    id: &'a str,
    name: &'a str,
    email: &'a str,
    userpic: Option<&'a str>,
}

impl<'a> From<&'a Agent> for WebhookAgentJson<'a> {
    fn from(agent: &'a Agent) -> Self {
        Self {
            id: agent.id.as_str(),
            name: &agent.name,
            email: &agent.email,
            userpic: agent.userpic.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{
        conversation::Channel,
        id::{ConversationId, ConversationNumber, MessageId, VisitorId, VisitorNumber},
        message::{File, ImageInfo, MessageDetails, MessageKind},
        visitor::{Attributes, Visitor},
    };

    use super::*;

    fn thread() -> Thread {
        Thread {
            conversation_id: Some(ConversationId::new("MxhGJAEugdLtS2BBq")),
            visitor: Visitor {
                number: VisitorNumber(1),
                id: VisitorId::known("kZMvWhf8npAu3H6qd57w2Hv6nh6rnxvg"),
                group_id: None,
                color: "#7b61ff".to_owned(),
                attributes: Attributes::new(),
                notes: None,
                marketing_consent: false,
                terms_of_service_consent: false,
                browser: model::visitor::Browser::default(),
                is_verified: false,
                banned_at: None,
                created_at: 0,
            },
            channel: Channel::Widget,
            last_visit: None,
        }
    }

    fn picture() -> File {
        File {
            name: "photo.png".to_owned(),
            link: "/files/t/photo.png".to_owned(),
            mime_type: "image/png".to_owned(),
            size: 15_538,
            is_image: true,
            is_inline: false,
            inline_id: None,
            is_allowed_file_type: true,
            image_info: Some(ImageInfo {
                width: 1_129,
                height: 525,
                preview_link: "/files/t/preview".to_owned(),
            }),
        }
    }

    fn message(details: MessageDetails) -> Message {
        Message {
            conversation: ConversationNumber(1),
            conversation_id: ConversationId::new("MxhGJAEugdLtS2BBq"),
            seq: 1,
            id: MessageId::new("eYBEm3gq3zc5ayE2g"),
            kind: MessageKind::Visitor,
            text: "photo.png".to_owned(),
            visitor_id: VisitorId::known("kZMvWhf8npAu3H6qd57w2Hv6nh6rnxvg"),
            agent: None,
            created_at: 1_665_578_399_000,
            is_pushed: false,
            is_trigger: false,
            is_missed: false,
            is_missed_by_visitor: false,
            is_bot: false,
            is_sent_via_js_api: false,
            received_from: None,
            cid: None,
            details: Some(Box::new(details)),
        }
    }

    #[test]
    fn files_have_the_names_of_every_generation() {
        let happening = Happening::Fragment {
            thread: thread(),
            messages: vec![
                message(MessageDetails {
                    file: Some(picture()),
                    ..MessageDetails::default()
                }),
                message(MessageDetails {
                    attachments: vec![picture()],
                    ..MessageDetails::default()
                }),
            ],
            agents: vec![],
            is_no_available_agent: false,
        };
        let body = webhook_body("https://x.example", "https://chat.example", &happening, 0);
        let body: Value = serde_json::from_str(&body).expect("it is JSON");
        let expected = json!({
            "name": "photo.png", "filename": "photo.png", "fileName": "photo.png",
            "link": "https://chat.example/files/t/photo.png", "url": "https://chat.example/files/t/photo.png",
            "mimeType": "image/png", "size": 15_538,
            "isImage": true, "isSticker": false, "isInline": false, "isAllowedFileType": true,
            "imageInfo": {
                "width": 1_129, "height": 525,
                "previewLink": "https://chat.example/files/t/preview",
                "previewUrl": "https://chat.example/files/t/preview",
            },
        });
        assert_eq!(body["messages"][0]["file"], expected);
        assert_eq!(body["messages"][1]["attachments"], json!([expected]));
    }
}
