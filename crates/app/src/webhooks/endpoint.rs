//! Endpoints: where an organization's events go.

use std::borrow::Cow;

use model::{
    id::{EndpointId, EndpointNumber, OrganizationNumber, Scope},
    key::Privilege,
    limit::{self, ENDPOINTS_MAX},
    webhook::{
        Authentication, Credentials, PREVIOUS_SECRET_MS, WebhookEndpoint, WebhookEventKind,
        WebhookEvents,
    },
};
use store::{Tx, organizations, webhook_deliveries, webhook_endpoints};

use super::secrets;
use crate::{
    Actor, Error, Result, Write, field, ids,
    once::{self, Once},
    page::{Items, Page},
};

/// What a new endpoint is made of.
#[derive(Clone, Debug, Default)]
pub struct CreateEndpoint {
    /// Where deliveries go.
    pub url: Option<String>,
    /// What it is told, by name; at least one.
    pub events: Option<Vec<String>>,
    /// What people call it.
    pub description: Option<String>,
    /// What is sent in headers besides.
    pub credentials: Credentials,
    /// Whether it is on; it is when nothing is said.
    pub is_enabled: Option<bool>,
}

/// A new endpoint, or one with a new secret.
#[derive(Clone, Debug)]
pub struct CreatedEndpoint {
    /// The endpoint.
    pub endpoint: WebhookEndpoint,
    /// The signing secret in clear.
    pub secret: String,
}

/// What is changed; what is not given stays.
#[derive(Clone, Debug, Default)]
pub struct UpdateEndpoint {
    /// Where deliveries go.
    pub url: Option<String>,
    /// What it is told, by name; at least one.
    pub events: Option<Vec<String>>,
    /// What people call it.
    pub description: Option<String>,
    /// What goes into `Authorization`, or nothing.
    pub authentication: Option<Option<Authentication>>,
    /// All headers.
    pub headers: Option<Vec<(String, String)>>,
    /// Whether it is on. Turning it on forgets earlier failures; what is pending goes on.
    pub is_enabled: Option<bool>,
}

/// Makes an endpoint.
pub fn create(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    once: Option<&Once>,
    command: &CreateEndpoint,
) -> Result<CreatedEndpoint> {
    actor.require(Privilege::Configure)?;
    let url = parse_url(write, command.url.as_deref())?;
    let events = parse_events(command.events.as_deref())?;
    let description = parse_description(command.description.as_deref())?;
    require_sendable(&command.credentials)?;
    let id = ids::endpoint();
    if let Some(earlier) = once::claim(write, actor, once, id.as_str())? {
        let endpoint = get(write.tx(), actor, &EndpointId::new(earlier))?;
        let secret = secrets::open_secret(write.sealer(), &endpoint)?;
        return Ok(CreatedEndpoint { endpoint, secret });
    }
    // Whoever else is making one is waited for, and counted.
    organizations::lock(write.tx(), actor.organization())?;
    if list_all(write, actor.organization())?.len() >= ENDPOINTS_MAX {
        return Err(Error::Invalid(format!(
            "there are {ENDPOINTS_MAX} webhook endpoints already, which is the most"
        )));
    }
    let mut endpoint = WebhookEndpoint {
        number: EndpointNumber(0),
        organization: actor.organization(),
        id,
        url,
        description,
        events,
        secret: String::new(),
        previous_secret: None,
        credentials: String::new(),
        is_enabled: command.is_enabled.unwrap_or(true),
        disabled: None,
        failing_since: None,
        created_at: write.now(),
    };
    let secret = secrets::make();
    endpoint.secret = secrets::seal_secret(write.sealer(), &endpoint, &secret);
    endpoint.credentials =
        secrets::seal_credentials(write.sealer(), &endpoint, &command.credentials);
    endpoint.number = webhook_endpoints::insert(write.tx(), &endpoint)?;
    save_wanted(write, endpoint.organization)?;
    Ok(CreatedEndpoint { endpoint, secret })
}

/// The endpoint of an id.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: &EndpointId) -> Result<WebhookEndpoint> {
    actor.require(Privilege::Configure)?;
    webhook_endpoints::find(tx, actor.scope(), id)?.ok_or(Error::NotFound("Webhook"))
}

/// A page of endpoints, oldest first.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, page: &Page) -> Result<Items<WebhookEndpoint>> {
    actor.require(Privilege::Configure)?;
    let (limit, [after]) = (page.limit()?, page.numbers([0])?);
    let after = EndpointNumber(after);
    let endpoints = webhook_endpoints::list(tx, actor.scope(), after, limit as i64 + 1)?;
    Ok(Items::cut(endpoints, limit, |endpoint| {
        endpoint.number.0.to_string()
    }))
}

/// Changes an endpoint.
pub fn update(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    id: &EndpointId,
    command: &UpdateEndpoint,
) -> Result<WebhookEndpoint> {
    let mut endpoint = get_locked(write, actor, id)?;
    if let Some(url) = &command.url {
        endpoint.url = parse_url(write, Some(url))?;
    }
    if let Some(events) = &command.events {
        endpoint.events = parse_events(Some(events))?;
    }
    if let Some(description) = &command.description {
        endpoint.description = parse_description(Some(description))?;
    }
    if command.authentication.is_some() || command.headers.is_some() {
        // What this server's key no longer opens is lost, and may be given anew.
        let opened = secrets::open_credentials(write.sealer(), &endpoint);
        let mut credentials = opened.unwrap_or_default();
        if let Some(authentication) = &command.authentication {
            credentials.authentication.clone_from(authentication);
        }
        if let Some(headers) = &command.headers {
            credentials.headers.clone_from(headers);
        }
        require_sendable(&credentials)?;
        endpoint.credentials = secrets::seal_credentials(write.sealer(), &endpoint, &credentials);
    }
    if let Some(is_enabled) = command.is_enabled {
        endpoint.is_enabled = is_enabled;
        endpoint.disabled = None;
        endpoint.failing_since = None;
    }
    webhook_endpoints::update(write.tx(), &endpoint)?;
    save_wanted(write, endpoint.organization)?;
    write.wake();
    Ok(endpoint)
}

/// Deletes an endpoint. What is pending to it is cancelled; its log can still be read.
pub fn delete(write: &mut Write<'_, '_>, actor: &Actor, id: &EndpointId) -> Result<()> {
    let (endpoint, now) = (get_locked(write, actor, id)?, write.now());
    webhook_endpoints::delete(write.tx(), endpoint.number, now)?;
    webhook_deliveries::cancel(write.tx(), endpoint.number)?;
    save_wanted(write, endpoint.organization)
}

/// Gives an endpoint a new signing secret. The one before signs beside it for [`PREVIOUS_SECRET_MS`].
pub fn rotate_secret(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    once: Option<&Once>,
    id: &EndpointId,
) -> Result<CreatedEndpoint> {
    let mut endpoint = get_locked(write, actor, id)?;
    // The answer may have got lost. Another secret would push out the one that the receiver still has.
    if once::claim(write, actor, once, id.as_str())?.is_some() {
        let secret = secrets::open_secret(write.sealer(), &endpoint)?;
        return Ok(CreatedEndpoint { endpoint, secret });
    }
    let secret = secrets::make();
    let sealed = secrets::seal_secret(write.sealer(), &endpoint, &secret);
    // What this server's key no longer opens is lost; with a new secret the endpoint works again.
    let is_readable = secrets::open_secret(write.sealer(), &endpoint).is_ok();
    let previous = std::mem::replace(&mut endpoint.secret, sealed);
    let until = write.now() + PREVIOUS_SECRET_MS;
    endpoint.previous_secret = is_readable.then_some((previous, until));
    if secrets::open_credentials(write.sealer(), &endpoint).is_err() {
        let none = Credentials::default();
        endpoint.credentials = secrets::seal_credentials(write.sealer(), &endpoint, &none);
    }
    webhook_endpoints::update(write.tx(), &endpoint)?;
    Ok(CreatedEndpoint { endpoint, secret })
}

fn get_locked(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    id: &EndpointId,
) -> Result<WebhookEndpoint> {
    let number = get(write.tx(), actor, id)?.number;
    webhook_endpoints::lock(write.tx(), number)?;
    // Read again under the lock: somebody may have deleted it meanwhile.
    get(write.tx(), actor, id)
}

/// Says at the organization what its enabled endpoints want together.
pub(super) fn save_wanted(
    write: &mut Write<'_, '_>,
    organization: OrganizationNumber,
) -> Result<()> {
    // Whoever else is changing an endpoint is waited for, and seen.
    organizations::lock(write.tx(), organization)?;
    let endpoints = list_all(write, organization)?.into_iter();
    let wanted = endpoints
        .filter(|endpoint| endpoint.is_enabled)
        .fold(0, |wanted, endpoint| wanted | endpoint.events.bits());
    let wanted = WebhookEvents::from_bits(wanted);
    Ok(organizations::set_webhook_events(
        write.tx(),
        organization,
        wanted,
    )?)
}

fn list_all(
    write: &mut Write<'_, '_>,
    organization: OrganizationNumber,
) -> Result<Vec<WebhookEndpoint>> {
    let scope = Scope::organization(organization);
    let first = EndpointNumber(0);
    Ok(webhook_endpoints::list(
        write.tx(),
        scope,
        first,
        ENDPOINTS_MAX as i64,
    )?)
}

fn parse_url(write: &Write<'_, '_>, url: Option<&str>) -> Result<String> {
    let url = url.ok_or_else(|| Error::missing("url"))?;
    let parsed = write.settings().webhooks.policy.check_url(url);
    parsed
        .map(String::from)
        .map_err(|error| Error::Invalid(error.to_string()))
}

fn parse_events(names: Option<&[String]>) -> Result<WebhookEvents> {
    let names = names.ok_or_else(|| Error::missing("events"))?;
    if names.is_empty() {
        return Err(Error::Invalid("events must name at least one".to_owned()));
    }
    let kinds = names.iter().map(|name| {
        WebhookEventKind::parse(name).ok_or_else(|| {
            let known: Vec<&str> = WebhookEventKind::ALL
                .iter()
                .map(|(_, name)| *name)
                .collect();
            Error::Invalid(format!("events may only name {}", known.join(", ")))
        })
    });
    Ok(WebhookEvents::of(kinds.collect::<Result<Vec<_>>>()?))
}

fn parse_description(description: Option<&str>) -> Result<String> {
    field::line(
        "description",
        description.unwrap_or_default(),
        limit::NAME_LENGTH_MAX,
    )
}

/// Names that the server writes itself, or that would break the request apart (trust, case I5).
const RESERVED: [&str; 13] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// Beginnings of such names.
const RESERVED_PREFIXES: [&str; 3] = ["webhook-", "parlour-", "proxy-"];

fn require_sendable(credentials: &Credentials) -> Result<()> {
    match &credentials.authentication {
        Some(Authentication::Basic { username, password }) => {
            if username.contains(':') {
                return Err(Error::Invalid("auth.username contains a colon".to_owned()));
            }
            require_value("auth.username", username)?;
            require_value("auth.password", password)?;
        }
        Some(Authentication::Bearer { token }) => require_value("auth.token", token)?,
        None => {}
    }
    if credentials.headers.len() > limit::HEADERS_MAX {
        return Err(Error::Invalid(format!(
            "headers are more than {}",
            limit::HEADERS_MAX
        )));
    }
    for (name, value) in &credentials.headers {
        require_name(name)?;
        if name.eq_ignore_ascii_case("authorization") && credentials.authentication.is_some() {
            return Err(Error::Invalid(
                "headers name authorization, which auth gives already".to_owned(),
            ));
        }
        require_value(&format!("headers.{name}"), value)?;
    }
    Ok(())
}

/// A header's name is a token (RFC 9110 section 5.6.2) that the server does not write itself.
fn require_name(name: &str) -> Result<()> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let lower = name.to_lowercase();
    if name.is_empty() || name.len() > limit::HEADER_NAME_LENGTH_MAX || !name.bytes().all(is_token)
    {
        Err(Error::Invalid(format!(
            "a name in headers must be 1 to {} letters, digits or -",
            limit::HEADER_NAME_LENGTH_MAX
        )))
    } else if RESERVED.contains(&lower.as_str())
        || RESERVED_PREFIXES
            .iter()
            .any(|prefix| lower.starts_with(prefix))
    {
        Err(Error::Invalid(format!(
            "headers may not name {lower}, which the server writes itself"
        )))
    } else {
        Ok(())
    }
}

fn require_value(field: &str, value: &str) -> Result<()> {
    let field: Cow<'_, str> = field
        .chars()
        .take(limit::HEADER_NAME_LENGTH_MAX + 8)
        .collect();
    if value.is_empty() || value.len() > limit::HEADER_VALUE_LENGTH_MAX {
        Err(Error::Invalid(format!(
            "{field} must be 1 to {} characters",
            limit::HEADER_VALUE_LENGTH_MAX
        )))
    } else if !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        Err(Error::Invalid(format!(
            "{field} contains line breaks or characters beyond ASCII"
        )))
    } else {
        Ok(())
    }
}
