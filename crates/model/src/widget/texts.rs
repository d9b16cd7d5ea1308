//! What the widget says otherwise than usual.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Language;

/// Longest of the texts, in characters.
pub const TEXT_LENGTH_MAX: usize = 500;

/// Most bytes of all texts in one language: every panel in it begins with them.
pub const TEXTS_BYTES_MAX: usize = 16 * 1_024;

/// Longest part of an unknown name that is repeated.
const NAME_LENGTH_MAX: usize = 60;

/// What the widget says otherwise than usual, by language and by the key of the text, as `chat.input.placeholder`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WidgetTexts(BTreeMap<Language, BTreeMap<String, String>>);

/// Why a tree of texts is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextsRefusal {
    /// The widget says no such thing.
    #[error("{0} is no text of the widget")]
    Unknown(String),
    /// Something else than a text where a text belongs.
    #[error("{0} must be a text")]
    NoText(String),
    /// Something else than an object where texts are in groups.
    #[error("{0} must be an object of texts")]
    NoGroup(String),
    /// A text longer than [`TEXT_LENGTH_MAX`].
    #[error("{0} is longer than {TEXT_LENGTH_MAX} characters")]
    TooLong(String),
    /// A character that PostgreSQL does not keep.
    #[error("{0} contains the character U+0000")]
    Nul(String),
    /// More than [`TEXTS_BYTES_MAX`] in all.
    #[error("texts are more than {TEXTS_BYTES_MAX} bytes")]
    TooMuch,
}

impl WidgetTexts {
    /// What is said otherwise in a language, as a part of the tree that sites know as `locale` (contract C.5).
    pub fn of(&self, language: Language) -> Map<String, Value> {
        let mut tree = Map::new();
        for (key, text) in self.0.get(&language).into_iter().flatten() {
            // Another version may have known others.
            if KEYS.contains(&key.as_str()) {
                put(&mut tree, key, text);
            }
        }
        tree
    }

    /// The languages in which something is said otherwise.
    pub fn languages(&self) -> impl Iterator<Item = Language> {
        self.0.keys().copied()
    }

    /// Says these things otherwise in a language, and all others as usual.
    pub fn set(
        &mut self,
        language: Language,
        tree: &Map<String, Value>,
    ) -> Result<(), TextsRefusal> {
        let mut texts = BTreeMap::new();
        collect(tree, "", &mut texts)?;
        if texts.values().map(String::len).sum::<usize>() > TEXTS_BYTES_MAX {
            return Err(TextsRefusal::TooMuch);
        }
        if texts.is_empty() {
            self.0.remove(&language);
        } else {
            self.0.insert(language, texts);
        }
        Ok(())
    }

    /// Says everything as usual in a language.
    pub fn remove(&mut self, language: Language) {
        self.0.remove(&language);
    }
}

/// Puts a text into a tree, where its key says.
fn put(tree: &mut Map<String, Value>, key: &str, text: &str) {
    let Some((group, rest)) = key.split_once('.') else {
        tree.insert(key.to_owned(), Value::from(text));
        return;
    };
    let group = tree
        .entry(group)
        .or_insert_with(|| Value::Object(Map::new()));
    // No key is a text and a group of texts.
    if let Value::Object(group) = group {
        put(group, rest, text);
    }
}

/// Collects the texts of a tree by their keys.
fn collect(
    tree: &Map<String, Value>,
    group: &str,
    texts: &mut BTreeMap<String, String>,
) -> Result<(), TextsRefusal> {
    for (name, value) in tree {
        let key = format!("{group}{name}");
        let inner = format!("{key}.");
        let is_text = !name.contains('.') && KEYS.contains(&key.as_str());
        let is_group = !name.contains('.') && KEYS.iter().any(|known| known.starts_with(&inner));
        match value {
            Value::String(text) if is_text => {
                if text.chars().count() > TEXT_LENGTH_MAX {
                    return Err(TextsRefusal::TooLong(key));
                } else if text.contains('\0') {
                    return Err(TextsRefusal::Nul(key));
                }
                texts.insert(key, text.clone());
            }
            Value::Object(tree) if is_group => collect(tree, &inner, texts)?,
            _ if is_text => return Err(TextsRefusal::NoText(key)),
            _ if is_group => return Err(TextsRefusal::NoGroup(key)),
            _ => {
                let name: String = name.chars().take(NAME_LENGTH_MAX).collect();
                return Err(TextsRefusal::Unknown(format!("{group}{name}")));
            }
        }
    }
    Ok(())
}

/// The key of every text of the widget: those of `web/widget/panel/texts/english`, in the order of contract C.5.
pub const KEYS: &[&str] = &[
    "customStrings.welcome",
    "customStrings.chatWithUs",
    "customStrings.leaveUsAMessage",
    "customStrings.mobile_chatWithUs",
    "customStrings.mobile_leaveUsAMessage",
    "customStrings.offlineNote",
    "customStrings.bot_thanksForMessage",
    "customStrings.bot_startOnline",
    "customStrings.bot_startOnline_email",
    "customStrings.bot_startOnline_required",
    "customStrings.bot_startOffline",
    "customStrings.bot_startOffline_email",
    "customStrings.bot_startOffline_required",
    "customStrings.bot_beforeForm",
    "customStrings.bot_afterForm",
    "customStrings.bot_afterForm_email",
    "customStrings.bot_details",
    "online",
    "loading",
    "chat.empty",
    "chat.input.placeholder",
    "chat.input.oneMore",
    "chat.input.notIntroduced",
    "chat.input.reply",
    "chat.send",
    "chat.messagesCount",
    "chat.noMessages",
    "chat.newMessage",
    "chat.retrievingHistory",
    "chat.more",
    "chat.loading",
    "chat.introduce",
    "chat.insertEmoji",
    "name",
    "yourName",
    "email",
    "message",
    "submit",
    "saved",
    "change",
    "cancel",
    "messageTypes.welcome",
    "messageTypes.joinedFirst",
    "messageTypes.joined",
    "messageTypes.left",
    "messageTypes.agentsOffline",
    "agent",
    "typing",
    "areTyping",
    "minimize",
    "date.month.full",
    "date.month.short",
    "date.am",
    "date.moment",
    "date.minute",
    "date.hour",
    "date.day",
    "date.today",
    "date.yesterday",
    "date.format.date",
    "date.format.dateWithYear",
    "date.format.when",
    "date.format.whenWithYear",
    "date.format.time",
    "status.waiting",
    "status.connecting",
    "status.failed",
    "status.offline",
    "status.retry",
    "smile.sorry",
    "error.weird",
    "error.incorrectEmail",
    "error.emptyEmail",
    "error.emptyMessage",
    "error.denied",
    "error.formNotDone",
    "and",
    "close",
    "requiredField",
    "messageSent",
    "active",
    "activeShort",
    "activeLong",
    "sending",
    "sent",
    "unsent",
    "notSeen",
    "seen",
    "units.b",
    "units.kb",
    "units.mb",
    "units.gb",
    "dropToUpload",
    "uploadFile",
    "uploadFailed",
    "maximumFileSize",
    "comment",
    "update",
    "optional",
    "title",
    "away",
    "menu",
    "failedToSend",
    "tooFast",
    "tooLong",
    "tooManyFiles",
    "notAllowedFile",
    "remove",
    "download",
    "image",
    "newMessages",
    "jumpToLatest",
    "newMessageFrom",
    "you",
    "edited",
    "soundOn",
    "soundOff",
    "notifyMe",
    "firstName",
    "lastName",
    "phone",
    "group",
    "consent.text",
    "consent.agree",
    "consent.marketing",
    "consent.termsOfService",
    "consent.terms",
    "consent.required",
    "rating.ask",
    "rating.score1",
    "rating.score2",
    "rating.score3",
    "rating.score4",
    "rating.score5",
    "rating.comment",
    "rating.thanks",
    "rating.later",
    "transcript.ask",
    "transcript.done",
    "offlineShort",
    "closed",
    "emoji.search",
    "emoji.none",
    "emoji.recent",
    "emoji.smileys",
    "emoji.people",
    "emoji.hearts",
    "emoji.animals",
    "emoji.food",
    "emoji.activities",
    "emoji.travel",
    "emoji.objects",
    "emoji.symbols",
];

#[cfg(test)]
mod tests;
