//! A message, with every field of contract A.7.

use serde::{Deserialize, Serialize};

use crate::{
    id::{AgentId, AgentNumber, ConversationId, ConversationNumber, MessageId, VisitorId},
    time::Millis,
};

/// One message or internal note of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The conversation, by internal key.
    pub conversation: ConversationNumber,
    /// The conversation, by public id.
    pub conversation_id: ConversationId,
    /// Its place in the conversation; shared with events, without holes.
    pub seq: i64,
    /// Public id.
    pub id: MessageId,
    /// Who sent it.
    pub kind: MessageKind,
    /// Plain text.
    pub text: String,
    /// The conversation's visitor.
    pub visitor_id: VisitorId,
    /// Who wrote it, for agents' messages and notes.
    pub agent: Option<MessageAgent>,
    /// When it was accepted; never before the message above it.
    pub created_at: Millis,
    /// Sent automatically through `pushedMessages`.
    pub is_pushed: bool,
    /// Sent by a trigger or by JavaScript's `sendAutoMessage`.
    pub is_trigger: bool,
    /// Never answered, known when its chat is finished.
    pub is_missed: bool,
    /// Never seen by the visitor, known when its chat is finished.
    pub is_missed_by_visitor: bool,
    /// Written by a bot.
    pub is_bot: bool,
    /// Sent through the JavaScript API.
    pub is_sent_via_js_api: bool,
    /// The label of the system it came from.
    pub received_from: Option<String>,
    /// The id its sender made before sending.
    pub cid: Option<String>,
    /// What only few messages have.
    pub details: Option<Box<MessageDetails>>,
}

/// Who sent a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// An agent, a bot or a program in an agent's name.
    Agent,
    /// The visitor.
    Visitor,
    /// An agent for agents: an internal note.
    Note,
}

impl MessageKind {
    /// The kind's name in the API and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            MessageKind::Agent => "agent",
            MessageKind::Visitor => "visitor",
            MessageKind::Note => "note",
        }
    }

    /// The kind of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [MessageKind::Agent, MessageKind::Visitor, MessageKind::Note]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// The agent of a message, as the visitor sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageAgent {
    /// Internal key.
    pub number: AgentNumber,
    /// Public id.
    pub id: AgentId,
    /// The name visitors see.
    pub name: String,
    /// Address of a picture.
    pub userpic: Option<String>,
}

/// Fields of e-mail, of channels and of files; stored together, as few messages have any.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MessageDetails {
    /// Unescaped HTML of e-mails; never shown unsanitised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_unsafe_html: Option<String>,
    /// A forwarded e-mail.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_forward: bool,
    /// A channel's own kind, as `email_bounce`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_type: Option<String>,
    /// Subject of an e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Sender of an e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Mailbox>,
    /// Receivers of an e-mail.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<Mailbox>,
    /// Receivers of a copy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<Mailbox>,
    /// Receivers of a hidden copy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bcc: Vec<Mailbox>,
    /// Where answers go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Mailbox>,
    /// The id the channel gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_message_id: Option<String>,
    /// Whether the channel took the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwarded_to_source_status: Option<ForwardedStatus>,
    /// The file of a chat message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<File>,
    /// The files of an e-mail.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<File>,
}

impl MessageDetails {
    /// Whether the message has files.
    pub fn has_files(&self) -> bool {
        self.file.is_some() || !self.attachments.is_empty()
    }
}

/// A name and an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// The address.
    pub email: String,
    /// The name beside it; may be empty.
    pub name: String,
}

/// What became of a message on its channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ForwardedStatus {
    /// The channel took it.
    pub is_success: bool,
    /// Why not, otherwise empty.
    pub error: String,
}

/// A file of a message. The public forms, with both generations of names, are the doors' matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// Name shown to people.
    pub name: String,
    /// Where it is fetched.
    pub link: String,
    /// Media type.
    pub mime_type: String,
    /// Size in bytes.
    pub size: u64,
    /// Shown as a picture.
    pub is_image: bool,
    /// Part of an e-mail's text.
    pub is_inline: bool,
    /// Its name in that text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inline_id: Option<String>,
    /// Its extension may be downloaded.
    pub is_allowed_file_type: bool,
    /// Width, height and preview of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_info: Option<ImageInfo>,
}

/// Size and preview of a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageInfo {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Where the preview is fetched.
    pub preview_link: String,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn message(seq: i64, kind: MessageKind) -> Message {
        Message {
            conversation: ConversationNumber(1),
            conversation_id: ConversationId::new("c"),
            seq,
            id: MessageId::new("m"),
            kind,
            text: "text".to_owned(),
            visitor_id: VisitorId::known("v"),
            agent: None,
            created_at: seq,
            is_pushed: false,
            is_trigger: false,
            is_missed: false,
            is_missed_by_visitor: false,
            is_bot: false,
            is_sent_via_js_api: false,
            received_from: None,
            cid: None,
            details: None,
        }
    }
}
