//! The public form of a visitor's session.

use serde::Serialize;
use utoipa::ToSchema;

/// Whose panel it is, and what it shows from now on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub(crate) struct SessionJson {
    /// What the panel shows to prove whose it is, to be kept where the page cannot read it. Another than the one shown
    /// where this is another visitor than before; that one has ended then.
    #[schema(example = "vt_0b7c…")]
    pub(crate) visitor_token: String,
    /// The visitor's public id.
    #[schema(example = "kZMvWhf8npAu3H6qd57w2Hv6nh6rnxvg")]
    pub(crate) visitor_id: String,
    /// The visitor's conversation; null before its first message.
    #[schema(example = "rvnKjJzTtJkrNmtcg")]
    pub(crate) conversation_id: Option<String>,
    /// Whether any agent takes chats now: of the visitor's group, where they are in one.
    pub(crate) is_any_available: bool,
    /// What every cursor of this server begins with.
    #[schema(example = "Gx6DPbZSc8vC2HNkq")]
    pub(crate) epoch: String,
    /// What the site should know, for its console: `visitor_id_too_weak`, `group_unknown`, `page_ignored`,
    /// `language_ignored`, `attribute_ignored`.
    pub(crate) notices: Vec<&'static str>,
}
