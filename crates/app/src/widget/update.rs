//! Change how a widget behaves.

use std::fmt::Display;

use model::{
    key::Privilege,
    widget::{
        ALLOWED_DOMAINS_MAX, Domain, IdentityAlgorithm, IdentityMode, PublicKey,
        VISITOR_ID_LENGTHS, WidgetSettings,
    },
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
}

/// Changes how the widget of the actor's organization behaves.
pub fn update(write: &mut Write<'_, '_>, actor: &Actor, command: &UpdateWidget) -> Result<Widget> {
    actor.require(Privilege::Configure)?;
    // Whoever else is changing it is waited for: what they changed stays.
    organizations::lock(write.tx(), actor.organization())?;
    let mut widget = get(write.tx(), actor)?;
    let settings = &mut widget.settings;
    if let Some(name) = &command.identity_mode {
        let names = IdentityMode::ALL.map(|(_, name)| name);
        settings.identity_mode = named("identityMode", IdentityMode::parse(name), &names)?;
    }
    if let Some(name) = &command.identity_algorithm {
        let names = IdentityAlgorithm::ALL.map(|(_, name)| name);
        settings.identity_algorithm =
            named("identityAlgorithm", IdentityAlgorithm::parse(name), &names)?;
    }
    if let Some(text) = &command.identity_public_key {
        settings.identity_public_key = text.as_deref().map(public_key).transpose()?;
    }
    if let Some(length) = command.visitor_id_length_min {
        settings.visitor_id_length_min = id_length(length)?;
    }
    if let Some(domains) = &command.allowed_domains {
        settings.allowed_domains = parse_domains(domains)?;
    }
    require_provable(settings, widget.has_secret)?;
    organizations::set_widget_settings(write.tx(), actor.organization(), &widget.settings)?;
    Ok(widget)
}

fn named<T>(field: &str, value: Option<T>, names: &[&str]) -> Result<T> {
    value.ok_or_else(|| invalid(format!("{field} must be {}", names.join(" or "))))
}

fn public_key(text: &str) -> Result<PublicKey> {
    PublicKey::parse(text).ok_or_else(|| {
        invalid("identityPublicKey must be a public key of Ed25519, as PEM or as its 32 bytes in base64")
    })
}

fn id_length(length: i64) -> Result<usize> {
    let length = usize::try_from(length).ok();
    length
        .filter(|length| VISITOR_ID_LENGTHS.contains(length))
        .ok_or_else(|| {
            let (min, max) = (VISITOR_ID_LENGTHS.start(), VISITOR_ID_LENGTHS.end());
            Error::OutOfRange(format!("visitorIdLengthMin must be {min} to {max}"))
        })
}

fn parse_domains(domains: &[String]) -> Result<Vec<Domain>> {
    if domains.len() > ALLOWED_DOMAINS_MAX {
        return Err(invalid(format!(
            "allowedDomains are more than {ALLOWED_DOMAINS_MAX}"
        )));
    }
    let mut parsed = Vec::with_capacity(domains.len());
    for (place, domain) in domains.iter().enumerate() {
        let domain = Domain::parse(domain).ok_or_else(|| {
            invalid(format!(
                "allowedDomains[{place}] must be a host as shop.example, or *.shop.example for all below it"
            ))
        })?;
        if !parsed.contains(&domain) {
            parsed.push(domain);
        }
    }
    Ok(parsed)
}

/// Refuses to ask visitors for a proof that nobody can give (trust, case A14).
fn require_provable(settings: &WidgetSettings, has_secret: bool) -> Result<()> {
    let mode = settings.identity_mode;
    let is_provable = match settings.identity_algorithm {
        IdentityAlgorithm::Hs256 => has_secret,
        IdentityAlgorithm::EdDsa => settings.identity_public_key.is_some(),
    };
    if mode == IdentityMode::Open || is_provable {
        return Ok(());
    }
    let lacking = match settings.identity_algorithm {
        IdentityAlgorithm::Hs256 => "there is no identity secret yet",
        IdentityAlgorithm::EdDsa => "identityPublicKey is missing",
    };
    Err(invalid(format!(
        "identityMode cannot be {} with {}: {lacking}",
        mode.as_str(),
        settings.identity_algorithm.as_str()
    )))
}

fn invalid(rule: impl Display) -> Error {
    Error::Invalid(rule.to_string())
}
