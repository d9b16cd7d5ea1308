//! The public JSON forms of things, shared by the doors: one form everywhere.

mod account;
mod agent;
mod conversation;
mod file;
mod group;
mod job;
mod key;
mod list;
mod message;
mod own_visitor;
mod rating;
mod session;
mod visit;
mod visitor;
mod webhook;
mod webhook_body;
mod webhook_names;
mod webhook_visitor;
mod widget;
mod widget_config;

pub(crate) use account::{AccountJson, AddressJson, MeJson, PlanJson, RelayJson};
pub(crate) use agent::AgentJson;
pub(crate) use conversation::ConversationJson;
pub(crate) use file::UploadedFileJson;
pub(crate) use group::GroupJson;
pub(crate) use job::JobJson;
pub(crate) use key::{CreatedKeyJson, KeyJson};
pub(crate) use list::ListJson;
pub(crate) use message::{MessageJson, PlacedMessageJson};
pub(crate) use own_visitor::OwnVisitorJson;
pub(crate) use rating::RatingJson;
pub(crate) use session::SessionJson;
pub(crate) use visit::VisitJson;
pub(crate) use visitor::VisitorJson;
pub(crate) use webhook::{
    AuthJson, DeliveryJson, HeaderJson, ReplayedJson, WebhookJson, created_webhook_example,
};
pub(crate) use webhook_body::webhook_body;
pub(crate) use webhook_names::{EventName, StatusName};
pub(crate) use widget::{
    ButtonPositionName, ButtonStyleName, FormConsentJson, FormFieldJson, FormModeName,
    IdentityAlgorithmName, IdentityModeName, IdentitySecretJson, LanguageName, OfflineModeName,
    ThemeName, WidgetJson,
};
pub(crate) use widget_config::{Able, ButtonTextsJson, LoaderConfigJson, WidgetConfigJson};
