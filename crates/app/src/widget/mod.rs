//! Operations on an organization's widget: how it behaves, and how its site proves who visitors are.

mod read;
mod secret;
mod site;
mod update;

pub use read::{Shown, Widget, find_only_organization, find_organization, find_shown, get};
pub use secret::{open_secret, rotate_secret};
pub use site::{Site, require_site};
pub use update::{
    ChangeAppearance, ChangeColors, ChangeForm, ChangeTexts, NewConsent, NewField, UpdateWidget,
    update,
};
