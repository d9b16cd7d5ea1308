//! What the widget is told: the forms of `web/widget/config.ts`.

use app::widget::Shown;
use model::{
    limit::{FILES_PER_MESSAGE_MAX, TEXT_LENGTH_MAX},
    widget::{Choice, Form, FormConsent, FormField, Language},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::widget::{
    AppearanceJson, ConsentKindName, FieldKindName, FormModeName, LanguageName, OfflineModeName,
};

/// What the loader is told.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LoaderConfig)]
pub(crate) struct LoaderConfigJson {
    /// The id in the widget's snippet.
    #[schema(example = "5f0c7e2ab1d94c3386a1e0d2")]
    widget_id: String,
    /// The language that the widget speaks.
    #[schema(value_type = LanguageName, example = "en")]
    language: &'static str,
    /// An agent takes chats now.
    is_any_available: bool,
    /// What there is while nobody takes chats: `messenger`, all of it, or `hidden`, nothing.
    #[schema(value_type = OfflineModeName, example = "messenger")]
    offline_mode: &'static str,
    /// Nothing is kept in the browser before the visitor agrees.
    is_consent_required: bool,
    /// How it looks.
    appearance: AppearanceJson,
    /// What its button says.
    button_texts: ButtonTextsJson,
}

/// What the panel is told.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WidgetConfig)]
pub(crate) struct WidgetConfigJson {
    #[serde(flatten)]
    loader: LoaderConfigJson,
    /// Whose widget it is.
    #[schema(example = "Getwear")]
    organization_name: String,
    /// What it says otherwise than usual in this language: a part of the tree that sites know as `locale`.
    texts: Map<String, Value>,
    /// What visitors are asked about themselves.
    form: ShownFormJson,
    /// The groups that a visitor may choose.
    groups: Vec<ShownGroupJson>,
    /// Some of those who take chats now.
    agents: Vec<ShownAgentJson>,
    /// It makes a sound when a message comes.
    has_sound: bool,
    /// It asks how a chat was.
    has_rating: bool,
    /// It offers chats by e-mail.
    has_transcripts: bool,
    /// Largest file.
    #[schema(example = 26_214_400)]
    file_size_bytes_max: u64,
    /// Most files of one message.
    #[schema(example = 10)]
    files_max: usize,
    /// Longest message, in characters.
    #[schema(example = 5_000)]
    text_length_max: usize,
}

/// What the button says while somebody takes chats, and while nobody does; on phones shorter.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[schema(as = ButtonTexts)]
pub(crate) struct ButtonTextsJson {
    #[serde(rename = "chatWithUs")]
    #[schema(example = "Chat with us")]
    pub(crate) chat_with_us: String,
    #[serde(rename = "leaveUsAMessage")]
    #[schema(example = "Leave us a message")]
    pub(crate) leave_us_a_message: String,
    #[serde(rename = "mobile_chatWithUs")]
    #[schema(example = "Chat")]
    pub(crate) mobile_chat_with_us: String,
    #[serde(rename = "mobile_leaveUsAMessage")]
    #[schema(example = "Message us")]
    pub(crate) mobile_leave_us_a_message: String,
}

/// What visitors are asked about themselves, in one language.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ShownForm)]
pub(crate) struct ShownFormJson {
    /// Whether they are, while somebody takes chats.
    #[schema(value_type = FormModeName, example = "optional")]
    online: &'static str,
    /// While nobody does.
    #[schema(value_type = FormModeName, example = "required")]
    offline: &'static str,
    /// What they fill in, in this order.
    fields: Vec<ShownFieldJson>,
    /// They choose a group.
    asks_group: bool,
    /// What they agree to.
    consents: Vec<ShownConsentJson>,
}

/// What a visitor fills in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ShownField)]
pub(crate) struct ShownFieldJson {
    /// `email`, `firstName`, `lastName`, `name`, `phone`, or an attribute of the organization's own.
    #[schema(example = "email")]
    name: String,
    /// What is filled in.
    #[schema(value_type = FieldKindName, example = "email")]
    kind: &'static str,
    /// Null for the text of the language.
    label: Option<String>,
    /// The form is not taken without it.
    is_required: bool,
}

/// What a visitor agrees to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ShownConsent)]
pub(crate) struct ShownConsentJson {
    /// What it is.
    #[schema(value_type = ConsentKindName, example = "marketing")]
    kind: &'static str,
    /// The form is not taken without it.
    is_required: bool,
    /// Null for the text of the language.
    text: Option<String>,
    /// Where it can be read in full.
    link: Option<String>,
}

/// A group that a visitor may choose.
#[derive(Serialize, ToSchema)]
#[schema(as = ShownGroup)]
pub(crate) struct ShownGroupJson {
    /// Its id.
    #[schema(example = "PjRBMhWGen6aRHjif")]
    id: String,
    /// Its name.
    #[schema(example = "Sales")]
    name: String,
}

/// Somebody who takes chats now.
#[derive(Serialize, ToSchema)]
#[schema(as = ShownAgent)]
pub(crate) struct ShownAgentJson {
    /// Their name.
    #[schema(example = "Liz")]
    name: String,
    /// Address of a picture.
    userpic: Option<String>,
}

/// What the server can do.
pub(crate) struct Able {
    pub(crate) has_mail: bool,
    pub(crate) file_size_bytes_max: u64,
}

impl LoaderConfigJson {
    pub(crate) fn new(shown: &Shown, language: Language, button_texts: ButtonTextsJson) -> Self {
        let settings = &shown.settings;
        Self {
            widget_id: shown.organization.widget_id.clone(),
            language: language.as_str(),
            is_any_available: !shown.agents.is_empty(),
            offline_mode: settings.offline_mode.as_str(),
            is_consent_required: settings.is_consent_required,
            appearance: settings.appearance.clone().into(),
            button_texts,
        }
    }
}

impl WidgetConfigJson {
    pub(crate) fn new(
        shown: &Shown,
        language: Language,
        button_texts: ButtonTextsJson,
        server: &Able,
    ) -> Self {
        let settings = &shown.settings;
        let groups = shown.groups.iter().map(|(id, name)| ShownGroupJson {
            id: id.to_string(),
            name: name.clone(),
        });
        let agents = shown.agents.iter().map(|agent| ShownAgentJson {
            name: agent.name.clone(),
            userpic: agent.userpic.clone(),
        });
        Self {
            loader: LoaderConfigJson::new(shown, language, button_texts),
            organization_name: shown.organization.name.clone(),
            texts: settings.texts.of(language),
            form: ShownFormJson::new(&settings.form, language),
            groups: groups.collect(),
            agents: agents.collect(),
            has_sound: settings.has_sound,
            has_rating: settings.has_rating,
            has_transcripts: server.has_mail,
            file_size_bytes_max: server.file_size_bytes_max,
            files_max: FILES_PER_MESSAGE_MAX,
            text_length_max: TEXT_LENGTH_MAX,
        }
    }
}

impl ShownFormJson {
    fn new(form: &Form, language: Language) -> Self {
        let field = |field: &FormField| ShownFieldJson {
            name: field.name.clone(),
            kind: field.kind.as_str(),
            label: field.label(language).map(str::to_owned),
            is_required: field.is_required,
        };
        let consent = |consent: &FormConsent| ShownConsentJson {
            kind: consent.kind.as_str(),
            is_required: consent.is_required,
            text: consent.texts.of(language).map(str::to_owned),
            link: consent.link.clone(),
        };
        Self {
            online: form.online.as_str(),
            offline: form.offline.as_str(),
            fields: form.fields.iter().map(field).collect(),
            asks_group: form.asks_group,
            consents: form.consents.iter().map(consent).collect(),
        }
    }
}
