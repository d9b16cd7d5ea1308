//! How the widget of an organization behaves: who its visitors may say they are, on which sites it stands, how it looks and
//! what it says.

mod choice;

mod appearance;
mod domain;
mod form;
mod identity;
mod language;
mod texts;

pub use appearance::{
    Appearance, BUTTON_SIZES, ButtonPosition, ButtonStyle, CHAT_HEIGHTS, CHAT_WIDTHS, Color,
    Colors, OFFSETS, Theme, Z_INDEXES,
};
pub use choice::Choice;
pub use domain::{ALLOWED_DOMAINS_MAX, Domain};
pub use form::{
    CONSENT_LENGTH_MAX, ConsentKind, FORM_CONSENTS_MAX, FORM_FIELDS_MAX, FieldKind, Form,
    FormConsent, FormField, FormMode, LABEL_LENGTH_MAX, Labels, known_field,
};
pub use identity::{
    IdentityAlgorithm, IdentityMode, PROVEN_TOKEN_MS, PublicKey, TokenStanding,
    VISITOR_ID_LENGTH_MIN, VISITOR_ID_LENGTHS, VISITOR_TOKEN_MS,
};
pub use language::Language;
pub use texts::{KEYS, TEXT_LENGTH_MAX, TEXTS_BYTES_MAX, TextsRefusal, WidgetTexts};

use serde::{Deserialize, Serialize};

use crate::{id::VisitorId, time::Millis};

/// How the widget of an organization behaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WidgetSettings {
    /// What a visitor has to prove.
    pub identity_mode: IdentityMode,
    /// How a site signs who its visitors are.
    pub identity_algorithm: IdentityAlgorithm,
    /// The site's public key, for EdDSA.
    pub identity_public_key: Option<PublicKey>,
    /// Shorter ids of a site are no secrets and prove nothing.
    pub visitor_id_length_min: usize,
    /// The hosts of the pages that the widget may stand on; none for every page.
    pub allowed_domains: Vec<Domain>,
    /// How it looks.
    pub appearance: Appearance,
    /// The language that it speaks; none for that of the page or the browser.
    pub language: Option<Language>,
    /// What there is of it while nobody takes chats.
    pub offline_mode: OfflineMode,
    /// What it says otherwise than usual.
    pub texts: WidgetTexts,
    /// What visitors are asked about themselves.
    pub form: Form,
    /// It keeps nothing in the browser and talks to nobody before the visitor agrees.
    pub is_consent_required: bool,
    /// It makes a sound when a message comes.
    pub has_sound: bool,
    /// It asks how a chat was.
    pub has_rating: bool,
}

impl Default for WidgetSettings {
    fn default() -> Self {
        Self {
            identity_mode: IdentityMode::Open,
            identity_algorithm: IdentityAlgorithm::Hs256,
            identity_public_key: None,
            visitor_id_length_min: VISITOR_ID_LENGTH_MIN,
            allowed_domains: Vec::new(),
            appearance: Appearance::default(),
            language: None,
            offline_mode: OfflineMode::Messenger,
            texts: WidgetTexts::default(),
            form: Form::default(),
            is_consent_required: false,
            has_sound: true,
            has_rating: true,
        }
    }
}

impl WidgetSettings {
    /// Whether the widget may stand on a page of this host.
    pub fn allows(&self, host: &str) -> bool {
        self.allowed_domains.is_empty()
            || self
                .allowed_domains
                .iter()
                .any(|domain| domain.covers(host))
    }

    /// Whether an id could be a secret that only its visitor's site knows: long enough, and no e-mail address, which many
    /// people know.
    pub fn is_secret(&self, id: &VisitorId) -> bool {
        let id = id.as_str();
        let has_address = ["@", "%40"].iter().any(|sign| {
            id.split_once(sign)
                .is_some_and(|(_, domain)| domain.contains('.'))
        });
        id.len() >= self.visitor_id_length_min && !has_address
    }

    /// Until when a visitor's token is good that is used now.
    pub fn token_end(&self, standing: TokenStanding, now: Millis) -> Millis {
        let must_be_proven = self.identity_mode == IdentityMode::Enforced;
        match standing {
            TokenStanding::Anonymous => now + VISITOR_TOKEN_MS,
            TokenStanding::Told | TokenStanding::Proven if must_be_proven => now + PROVEN_TOKEN_MS,
            TokenStanding::Told | TokenStanding::Proven => now + VISITOR_TOKEN_MS,
        }
    }

    /// Whether a token made in this way is still taken.
    pub fn takes(&self, standing: TokenStanding) -> bool {
        self.identity_mode == IdentityMode::Open || standing != TokenStanding::Told
    }
}

/// What there is of the widget while nobody takes chats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OfflineMode {
    /// All of it: visitors write, and are told to expect a delay.
    Messenger,
    /// Nothing.
    Hidden,
}

impl Choice for OfflineMode {
    const ALL: &'static [(Self, &'static str)] = &[
        (OfflineMode::Messenger, "messenger"),
        (OfflineMode::Hidden, "hidden"),
    ];
}

#[cfg(test)]
mod tests;
