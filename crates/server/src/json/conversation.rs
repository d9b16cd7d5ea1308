//! The public form of a conversation.

use model::conversation::Conversation;
use serde::Serialize;
use utoipa::ToSchema;

use super::RatingJson;

/// The continuous conversation with one visitor on one channel.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Conversation)]
pub(crate) struct ConversationJson {
    /// Public id, the same as `visitor.threadId` in webhooks, stable for ever.
    #[schema(example = "MxhGJAEugdLtS2BBq")]
    id: String,
    /// With whom.
    visitor_id: String,
    /// Where the visitor is: `widget`.
    source: &'static str,
    /// `open` or `closed`.
    status: &'static str,
    /// The agent who works on it.
    assignee_id: Option<String>,
    /// The visitor's group.
    group_id: Option<String>,
    /// Whether a chat runs in it.
    is_chat_open: bool,
    /// The highest `seq` of its messages and events.
    head: i64,
    /// When the last message came, in Unix milliseconds.
    last_message_at: i64,
    /// What the visitor thought of the chat that they rated last.
    last_rating: Option<RatingJson>,
    /// When it was made, in Unix milliseconds.
    created_at: i64,
}

impl From<Conversation> for ConversationJson {
    fn from(conversation: Conversation) -> Self {
        Self {
            id: conversation.id.to_string(),
            visitor_id: conversation.visitor_id.as_str().to_owned(),
            source: conversation.channel.as_str(),
            status: conversation.status.as_str(),
            assignee_id: conversation.assignee_id.map(|id| id.to_string()),
            group_id: conversation.group_id.map(|id| id.to_string()),
            is_chat_open: conversation.is_chat_open,
            head: conversation.head,
            last_message_at: conversation.last_message_at,
            last_rating: conversation.last_rating.map(RatingJson::from),
            created_at: conversation.created_at,
        }
    }
}
