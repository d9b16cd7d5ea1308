//! The public form of a message: contract A.7.

use model::{
    html,
    message::{ForwardedStatus, Mailbox, Message, MessageDetails},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::file::FileJson;

/// A message. Fields that do not apply are left out.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Message, example = json!({
    "id": "3BsF4K5WahgLaakrR",
    "type": "agent",
    "text": "Hello! How can I help you?",
    "html": "Hello! How can I help you?",
    "visitorId": "kZMvWhf8npAu3H6qd57w2Hv6nh6rnxvg",
    "agentId": "d9nKoegKSjmCtyK78",
    "agentName": "Liz",
    "createdAt": 1_795_334_708_116_i64,
    "isPushed": false,
    "isTrigger": false,
    "isMissed": false,
    "isMissedByVisitor": false,
    "isBot": false,
    "isSentViaJsApi": false,
    "isForward": false,
    "receivedFrom": "SuperAwesomeHelpdesk",
}))]
pub(crate) struct MessageJson {
    /// Public id.
    id: String,
    /// Who sent it: `agent` or `visitor`; in the native API also `note`.
    r#type: &'static str,
    /// Plain text, or the attached file's name.
    text: String,
    /// The text as escaped HTML, with links and line breaks.
    html: String,
    /// Unescaped HTML of e-mails. Never show it unsanitised.
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_unsafe_html: Option<String>,
    /// The visitor of the conversation.
    visitor_id: String,
    /// The agent who sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_id: Option<String>,
    /// The name visitors see.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_name: Option<String>,
    /// Address of the agent's picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_userpic: Option<String>,
    /// When it was accepted, in Unix milliseconds.
    created_at: i64,
    /// Sent automatically through `pushedMessages`.
    is_pushed: bool,
    /// Sent by a trigger, or by JavaScript's `sendAutoMessage`.
    is_trigger: bool,
    /// Never answered, known when its chat is finished.
    is_missed: bool,
    /// Never seen by the visitor, known when its chat is finished.
    is_missed_by_visitor: bool,
    /// Written by a bot.
    is_bot: bool,
    /// Sent through the JavaScript API.
    is_sent_via_js_api: bool,
    /// A forwarded e-mail.
    is_forward: bool,
    /// A channel's own kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_type: Option<String>,
    /// The label of the system that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    received_from: Option<String>,
    /// Subject of an e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// Sender of an e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<MailboxJson>,
    /// Receivers of an e-mail.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    to: Vec<MailboxJson>,
    /// Receivers of a copy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cc: Vec<MailboxJson>,
    /// Receivers of a hidden copy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    bcc: Vec<MailboxJson>,
    /// Where answers go.
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<MailboxJson>,
    /// The id the channel gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    source_message_id: Option<String>,
    /// Whether the channel took the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    forwarded_to_source_status: Option<ForwardedStatusJson>,
    /// The file of a chat message.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<FileJson>,
    /// The files of an e-mail.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<FileJson>,
}

impl MessageJson {
    /// `file_link_base` begins links to files that are stored here.
    pub(crate) fn new(message: &Message, file_link_base: &str) -> Self {
        let agent = message.agent.as_ref();
        let details = message.details.as_deref().cloned().unwrap_or_default();
        let MessageDetails {
            raw_unsafe_html,
            is_forward,
            message_type,
            subject,
            source_message_id,
            ..
        } = details;
        Self {
            id: message.id.to_string(),
            r#type: message.kind.as_str(),
            text: message.text.clone(),
            html: html::render(&message.text),
            raw_unsafe_html,
            visitor_id: message.visitor_id.as_str().to_owned(),
            agent_id: agent.map(|agent| agent.id.to_string()),
            agent_name: agent.map(|agent| agent.name.clone()),
            agent_userpic: agent.and_then(|agent| agent.userpic.clone()),
            created_at: message.created_at,
            is_pushed: message.is_pushed,
            is_trigger: message.is_trigger,
            is_missed: message.is_missed,
            is_missed_by_visitor: message.is_missed_by_visitor,
            is_bot: message.is_bot,
            is_sent_via_js_api: message.is_sent_via_js_api,
            is_forward,
            message_type,
            received_from: message.received_from.clone(),
            subject,
            from: details.from.map(MailboxJson::from),
            to: details.to.into_iter().map(MailboxJson::from).collect(),
            cc: details.cc.into_iter().map(MailboxJson::from).collect(),
            bcc: details.bcc.into_iter().map(MailboxJson::from).collect(),
            reply_to: details.reply_to.map(MailboxJson::from),
            source_message_id,
            forwarded_to_source_status: details
                .forwarded_to_source_status
                .map(ForwardedStatusJson::from),
            file: details.file.map(|file| FileJson::new(file, file_link_base)),
            attachments: details
                .attachments
                .into_iter()
                .map(|file| FileJson::new(file, file_link_base))
                .collect(),
        }
    }
}

/// A message with its place in the conversation, as the native API tells it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PlacedMessage)]
pub(crate) struct PlacedMessageJson {
    #[serde(flatten)]
    message: MessageJson,
    /// Its place: 1, 2, 3 … together with the conversation's events, without holes.
    seq: i64,
    /// The conversation.
    conversation_id: String,
    /// The id that its sender made before sending.
    cid: Option<String>,
}

impl PlacedMessageJson {
    /// `file_link_base` begins links to files that are stored here.
    pub(crate) fn new(message: &Message, file_link_base: &str) -> Self {
        Self {
            message: MessageJson::new(message, file_link_base),
            seq: message.seq,
            conversation_id: message.conversation_id.to_string(),
            cid: message.cid.clone(),
        }
    }
}

/// A name and an e-mail address.
#[derive(Serialize, ToSchema)]
#[schema(as = Mailbox)]
struct MailboxJson {
    email: String,
    name: String,
}

impl From<Mailbox> for MailboxJson {
    fn from(mailbox: Mailbox) -> Self {
        Self {
            email: mailbox.email,
            name: mailbox.name,
        }
    }
}

/// What became of a message on its channel.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ForwardedStatus)]
struct ForwardedStatusJson {
    is_success: bool,
    error: String,
}

impl From<ForwardedStatus> for ForwardedStatusJson {
    fn from(status: ForwardedStatus) -> Self {
        Self {
            is_success: status.is_success,
            error: status.error,
        }
    }
}
