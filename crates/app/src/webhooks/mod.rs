//! Webhooks: what receivers are told, the endpoints they are told at, and what becomes of each delivery.

mod deliver;
mod endpoint;
mod fragment;
mod happening;
mod log;
mod secrets;
mod settings;
mod tell;

pub use deliver::{Answer, Given, Leased, finish, give_back, lease};
pub use endpoint::{
    CreateEndpoint, CreatedEndpoint, UpdateEndpoint, create, delete, get, list, rotate_secret,
    update,
};
pub use fragment::send_fragment;
pub(crate) use fragment::{collect, cut_rest};
pub use happening::{Happening, Thread};
pub use log::{Logged, Replay, list_deliveries, replay, replay_range};
pub use secrets::{Opened, open, open_credentials, open_secret};
pub use settings::{Renderer, WebhookSettings};
pub use tell::forget_old;
pub(crate) use tell::{agent_changed, chat_finished, chat_started, recorded, visitor_identified};
