//! What visitors have to prove, and on which sites the widget stands.

use model::widget::{
    ALLOWED_DOMAINS_MAX, Choice, Domain, IdentityAlgorithm, IdentityMode, PublicKey,
    VISITOR_ID_LENGTHS, WidgetSettings,
};

use super::{UpdateWidget, choice, invalid};
use crate::{Error, Result, widget::Widget};

/// Changes who visitors may say they are, and where.
pub(super) fn change(widget: &mut Widget, command: &UpdateWidget) -> Result<()> {
    let settings = &mut widget.settings;
    if let Some(name) = &command.identity_mode {
        settings.identity_mode = choice("identityMode", name)?;
    }
    if let Some(name) = &command.identity_algorithm {
        settings.identity_algorithm = choice("identityAlgorithm", name)?;
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
    require_provable(settings, widget.has_secret)
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
