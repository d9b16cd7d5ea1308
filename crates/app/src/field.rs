//! Checks on fields that several operations take, each naming the field and its limit.

use model::{
    agent::is_email,
    limit,
    text::{MessageText, TextRefusal, is_blank},
};

use crate::{Error, Result};

/// The text of a message.
pub fn text(text: Option<&str>) -> Result<MessageText> {
    let text = text.ok_or_else(|| Error::missing("text"))?;
    MessageText::parse(text).map_err(|refusal| match refusal {
        TextRefusal::Blank => Error::missing("text"),
        TextRefusal::TooLong => Error::Invalid(format!(
            "text is longer than {} characters",
            limit::TEXT_LENGTH_MAX
        )),
        TextRefusal::Nul => Error::Invalid("text contains the character U+0000".to_owned()),
    })
}

/// A name that must be given.
pub fn name(field: &str, name: Option<&str>) -> Result<String> {
    let name = name
        .filter(|name| !is_blank(name))
        .ok_or_else(|| Error::missing(field))?;
    line(field, name, limit::NAME_LENGTH_MAX)
}

/// One line of text within a limit of characters, kept without the space around it.
pub fn line(field: &str, text: &str, length_max: usize) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > length_max {
        Err(Error::Invalid(format!(
            "{field} is longer than {length_max} characters"
        )))
    } else if text.chars().any(char::is_control) {
        Err(Error::Invalid(format!(
            "{field} contains line breaks or control characters"
        )))
    } else {
        Ok(text.to_owned())
    }
}

/// A text of several lines within a limit of characters.
pub fn lines(field: &str, text: &str, length_max: usize) -> Result<String> {
    if text.chars().count() > length_max {
        Err(Error::Invalid(format!(
            "{field} is longer than {length_max} characters"
        )))
    } else if text.contains('\0') {
        Err(Error::Invalid(format!(
            "{field} contains the character U+0000"
        )))
    } else {
        Ok(text.to_owned())
    }
}

/// An e-mail address.
pub fn email(field: &str, email: &str) -> Result<String> {
    let email = email.trim();
    if is_email(email) {
        Ok(email.to_owned())
    } else {
        Err(Error::Invalid(format!(
            "{field} is not a valid e-mail address"
        )))
    }
}

/// The address of a picture on the web.
pub fn userpic(userpic: &str) -> Result<String> {
    let address = line("userpic", userpic, limit::USERPIC_LENGTH_MAX)?;
    if address.starts_with("https://") || address.starts_with("http://") {
        Ok(address)
    } else {
        Err(Error::Invalid(
            "userpic must be an http or https address".to_owned(),
        ))
    }
}

/// The label of the system a message comes from: kept as given, whatever is in it (trust, case C16).
pub fn received_from(label: Option<&str>) -> Result<Option<String>> {
    let label = label.filter(|label| !label.is_empty());
    label
        .map(|label| lines("receivedFrom", label, limit::RECEIVED_FROM_LENGTH_MAX))
        .transpose()
}

/// The id a client made for a message before sending it.
pub fn cid(cid: Option<&str>) -> Result<Option<String>> {
    let Some(cid) = cid else { return Ok(None) };
    let is_plain = cid
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_plain && limit::CID_LENGTH.contains(&cid.len()) {
        Ok(Some(cid.to_owned()))
    } else {
        let (min, max) = (limit::CID_LENGTH.start(), limit::CID_LENGTH.end());
        Err(Error::Invalid(format!(
            "cid must be {min} to {max} letters, digits, - or _"
        )))
    }
}
