//! What the floor answers: as many fields and bytes as the server's answers have.

use serde::Serialize;

/// A message.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessageJson {
    pub(super) id: String,
    pub(super) r#type: &'static str,
    pub(super) text: String,
    html: String,
    pub(super) visitor_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) agent_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_name: Option<&'static str>,
    pub(super) created_at: i64,
    is_pushed: bool,
    is_trigger: bool,
    is_missed: bool,
    is_missed_by_visitor: bool,
    is_bot: bool,
    is_sent_via_js_api: bool,
    is_forward: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) received_from: Option<String>,
    #[serde(skip)]
    pub(super) conversation: i64,
}

/// A page of messages.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessagesJson {
    pub(super) items: Vec<MessageJson>,
    pub(super) next_cursor: Option<String>,
}

/// A conversation.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConversationJson {
    id: String,
    visitor_id: String,
    source: &'static str,
    status: &'static str,
    assignee_id: Option<String>,
    group_id: Option<String>,
    is_chat_open: bool,
    head: i64,
    last_message_at: i64,
    created_at: i64,
}

/// A page of conversations.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConversationsJson {
    pub(super) items: Vec<ConversationJson>,
    pub(super) next_cursor: Option<String>,
}

impl MessageJson {
    /// A message of an agent, before it is stored.
    pub(super) fn sent(
        visitor_id: String,
        agent_id: String,
        text: String,
        received_from: String,
    ) -> Self {
        Self {
            r#type: "agent",
            agent_id: Some(agent_id),
            agent_name: Some("Owner"),
            received_from: Some(received_from),
            ..Self::written(visitor_id, text)
        }
    }

    /// A message of a visitor, before it is stored.
    pub(super) fn written(visitor_id: String, text: String) -> Self {
        Self {
            id: String::new(),
            r#type: "visitor",
            html: text.clone(),
            text,
            conversation: number(&visitor_id),
            visitor_id,
            agent_id: None,
            agent_name: None,
            created_at: 0,
            is_pushed: false,
            is_trigger: false,
            is_missed: false,
            is_missed_by_visitor: false,
            is_bot: false,
            is_sent_via_js_api: false,
            is_forward: false,
            received_from: None,
        }
    }
}

impl ConversationJson {
    /// A conversation as the list tells it.
    pub(super) fn new(number: i64, head: i64, last_message_at: i64) -> Self {
        Self {
            id: format!("{number:017}"),
            visitor_id: format!("bench-floor000-{number:07}"),
            source: "widget",
            status: "open",
            assignee_id: None,
            group_id: None,
            is_chat_open: true,
            head,
            last_message_at,
            created_at: last_message_at,
        }
    }
}

/// The number at the end of an id: the floor has no visitors to look up.
pub(super) fn number(id: &str) -> i64 {
    let digits = id.trim_start_matches(|character: char| !character.is_ascii_digit());
    let digits = digits.rsplit('-').next().unwrap_or(digits);
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn the_number_of_an_id_is_at_its_end() {
        assert_eq!(number("bench-2f9a-0000042"), 42);
        assert_eq!(number("00000000000000042"), 42);
        assert_eq!(number("nobody"), 0);
    }
}
