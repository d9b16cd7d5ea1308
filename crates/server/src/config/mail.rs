//! The settings of mail.

use model::agent::is_email;
use serde::Deserialize;

/// Mail.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// Whom mail comes from; empty for no mail.
    pub from: String,
}

impl MailConfig {
    /// Whether there is to be any mail.
    pub fn is_configured(&self) -> bool {
        !self.from.is_empty()
    }

    pub(super) fn validate(&self) -> Result<(), String> {
        if !self.is_configured() || is_mailbox(&self.from) {
            return Ok(());
        }
        Err(format!(
            "mail.from must be an e-mail address, as chat@shop.example or Shop <chat@shop.example>; it is {:?}",
            self.from
        ))
    }
}

/// Whether a text is an address, or a name with an address behind it.
fn is_mailbox(text: &str) -> bool {
    let Some(rest) = text.strip_suffix('>') else {
        return is_email(text);
    };
    let Some((name, address)) = rest.split_once('<') else {
        return false;
    };
    is_email(address)
        && !name
            .chars()
            .any(|part| part.is_control() || part == '>' || part == '"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_comes_from_an_address_with_or_without_a_name() {
        let validate = |from: &str| {
            let from = from.to_owned();
            MailConfig { from }.validate().is_ok()
        };
        for good in [
            "",
            "chat@shop.example",
            "Shop <chat@shop.example>",
            "Café Zoë, support <chat@shop.example>",
        ] {
            assert!(validate(good), "{good}");
        }
        for bad in [
            "shop",
            "Shop chat@shop.example",
            "Shop <chat>",
            "Shop <chat@shop.example",
            "chat@shop.example\nBcc: x@shop.example",
            "Shop\nBcc: x <chat@shop.example>",
            "a <b@c.example> <d@e.example>",
        ] {
            assert!(!validate(bad), "{bad}");
        }
    }
}
