//! Change how a widget behaves, looks and speaks.

mod appearance;
mod form;
mod identity;
mod texts;

pub use appearance::{ChangeAppearance, ChangeColors};
pub use form::{ChangeForm, NewConsent, NewField};
pub use texts::ChangeTexts;

use std::fmt::Display;

use model::{
    key::Privilege,
    widget::{Choice, WidgetSettings},
};
use store::organizations;

use super::{Widget, get};
use crate::{Actor, Error, Result, Write};

/// What is changed; what is not given stays.
#[derive(Clone, Debug, Default)]
pub struct UpdateWidget {
    /// What a visitor has to prove, by name.
    pub identity_mode: Option<String>,
    /// How the site signs who its visitors are, by name.
    pub identity_algorithm: Option<String>,
    /// The site's public key, or none.
    pub identity_public_key: Option<Option<String>>,
    /// Shorter ids of the site are not followed.
    pub visitor_id_length_min: Option<i64>,
    /// The hosts that the widget may stand on, all of them; none for every one.
    pub allowed_domains: Option<Vec<String>>,
    /// How it looks.
    pub appearance: Option<ChangeAppearance>,
    /// The language that it speaks, by name, or that of the page.
    pub language: Option<Option<String>>,
    /// What there is of it while nobody takes chats, by name.
    pub offline_mode: Option<String>,
    /// What it says otherwise than usual.
    pub texts: Option<ChangeTexts>,
    /// What visitors are asked about themselves.
    pub form: Option<ChangeForm>,
    /// Whether it waits for the visitor's consent.
    pub is_consent_required: Option<bool>,
    /// Whether it makes a sound when a message comes.
    pub has_sound: Option<bool>,
    /// Whether it asks how a chat was.
    pub has_rating: Option<bool>,
}

/// Changes how the widget of the actor's organization behaves. Where anything is refused, nothing is changed.
pub fn update(write: &mut Write<'_, '_>, actor: &Actor, command: &UpdateWidget) -> Result<Widget> {
    actor.require(Privilege::Configure)?;
    // Whoever else is changing it is waited for: what they changed stays.
    organizations::lock(write.tx(), actor.organization())?;
    let mut widget = get(write.tx(), actor)?;
    identity::change(&mut widget, command)?;
    change(&mut widget.settings, command)?;
    organizations::set_widget_settings(write.tx(), actor.organization(), &widget.settings)?;
    Ok(widget)
}

fn change(settings: &mut WidgetSettings, command: &UpdateWidget) -> Result<()> {
    if let Some(given) = &command.appearance {
        given.apply(&mut settings.appearance)?;
    }
    if let Some(name) = &command.language {
        let name = name.as_deref();
        settings.language = name.map(|name| choice("language", name)).transpose()?;
    }
    if let Some(name) = &command.offline_mode {
        settings.offline_mode = choice("offlineMode", name)?;
    }
    if let Some(given) = &command.texts {
        texts::change(&mut settings.texts, given)?;
    }
    if let Some(given) = &command.form {
        given.apply(&mut settings.form)?;
    }
    for (setting, given) in [
        (
            &mut settings.is_consent_required,
            command.is_consent_required,
        ),
        (&mut settings.has_sound, command.has_sound),
        (&mut settings.has_rating, command.has_rating),
    ] {
        *setting = given.unwrap_or(*setting);
    }
    Ok(())
}

/// The one of a name.
fn choice<T: Choice>(field: &str, name: &str) -> Result<T> {
    T::parse(name).ok_or_else(|| {
        let names: Vec<&str> = T::ALL.iter().map(|(_, name)| *name).collect();
        invalid(format!("{field} must be {}", names.join(" or ")))
    })
}

fn invalid(rule: impl Display) -> Error {
    Error::Invalid(rule.to_string())
}
