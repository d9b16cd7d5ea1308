//! Webhook endpoints.

use app::webhooks::{self, CreateEndpoint, CreatedEndpoint, UpdateEndpoint};
use axum::{Json, extract::State, http::StatusCode};
use model::{
    id::EndpointId,
    webhook::{Credentials, WebhookEndpoint},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    agents::given,
    page::{PageParameters, PageQuery},
};
use crate::{
    http::{
        HttpState,
        extract::{Body, Caller, Id},
        problem::Problem,
        refusals::Refusals,
    },
    json::{AuthJson, EventName, HeaderJson, ListJson, WebhookJson, created_webhook_example},
};

/// What a new endpoint is made of.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateWebhookBody {
    /// Where deliveries go: a public https address.
    #[schema(value_type = String, max_length = 2048, example = "https://hooks.getwear.example/parlour")]
    url: Option<String>,
    /// What it is told; at least one.
    #[schema(value_type = Vec<EventName>, min_items = 1,
        example = json!(["conversationStarted", "conversationFragment", "conversationTranscript"]))]
    events: Option<Vec<String>>,
    /// What people call it.
    #[schema(example = "Shop system")]
    description: Option<String>,
    /// What is sent as `Authorization`.
    auth: Option<AuthJson>,
    /// What is sent in headers besides.
    #[serde(default)]
    headers: Vec<HeaderJson>,
    /// Whether it is on; it is when nothing is said.
    #[schema(example = true)]
    is_enabled: Option<bool>,
}

/// What is changed; what is not given stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateWebhookBody {
    /// Where deliveries go: a public https address.
    #[schema(example = "https://hooks.getwear.example/parlour")]
    url: Option<String>,
    /// What it is told, all of it.
    #[schema(value_type = Option<Vec<EventName>>, example = json!(["conversationStarted", "messageUpdated"]))]
    events: Option<Vec<String>>,
    /// What people call it.
    #[schema(example = "Shop system")]
    description: Option<String>,
    /// What is sent as `Authorization`; null for nothing.
    #[serde(default, deserialize_with = "given")]
    auth: Option<Option<AuthJson>>,
    /// What is sent in headers besides, all of it.
    headers: Option<Vec<HeaderJson>>,
    /// Whether it is on. Turned on again it gets what is pending.
    #[schema(example = true)]
    is_enabled: Option<bool>,
}

/// Nothing that could be said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoFields {}

fn pairs(headers: Vec<HeaderJson>) -> Vec<(String, String)> {
    let pairs = headers.into_iter().map(|header| (header.key, header.value));
    pairs.collect()
}

/// An endpoint as it is shown. Secrets that the server's key no longer opens are not; `doctor` tells.
fn shown(state: &HttpState, endpoint: WebhookEndpoint) -> Json<WebhookJson> {
    let secret = webhooks::open_secret(state.app.sealer(), &endpoint).unwrap_or_default();
    let credentials = credentials(state, &endpoint);
    Json(WebhookJson::new(endpoint, credentials, &secret))
}

/// An endpoint with the secret that was just made.
fn created(state: &HttpState, created: CreatedEndpoint) -> Json<WebhookJson> {
    let credentials = credentials(state, &created.endpoint);
    Json(WebhookJson::created(created, credentials))
}

fn credentials(state: &HttpState, endpoint: &WebhookEndpoint) -> Credentials {
    webhooks::open_credentials(state.app.sealer(), endpoint).unwrap_or_default()
}

/// List webhooks
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "Webhooks", operation_id = "listWebhooks", params(PageQuery),
    responses((status = 200, description = "A page of endpoints, oldest first", body = ListJson<WebhookJson>), Refusals))]
pub(crate) async fn list(
    State(state): State<HttpState>,
    caller: Caller,
    query: PageParameters,
) -> Result<Json<ListJson<WebhookJson>>, Problem> {
    let (actor, page) = (caller.actor(), query.0.page()?);
    let found = state
        .app
        .read(move |tx| webhooks::list(tx, &actor, &page))
        .await?;
    Ok(Json(ListJson::new(found, |endpoint| {
        shown(&state, endpoint).0
    })))
}

/// Create a webhook
///
/// The secret is in this answer only. Deliveries are signed by Standard Webhooks and carry `webhook-id`,
/// `webhook-timestamp` and `webhook-signature`.
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "Webhooks", operation_id = "createWebhook",
    request_body = CreateWebhookBody,
    responses((status = 201, description = "The endpoint with its secret", body = WebhookJson, example = json!(created_webhook_example())), Refusals))]
pub(crate) async fn create(
    State(state): State<HttpState>,
    caller: Caller,
    body: Body<CreateWebhookBody>,
) -> Result<(StatusCode, Json<WebhookJson>), Problem> {
    let Body { value, once } = body;
    let actor = caller.actor();
    let command = CreateEndpoint {
        url: value.url,
        events: value.events,
        description: value.description,
        credentials: Credentials {
            authentication: value.auth.map(Into::into),
            headers: pairs(value.headers),
        },
        is_enabled: value.is_enabled,
    };
    let made = state
        .app
        .write(move |write| webhooks::create(write, &actor, once.as_ref(), &command))
        .await?;
    Ok((StatusCode::CREATED, created(&state, made)))
}

/// Get a webhook
#[utoipa::path(get, path = "/api/v1/webhooks/{id}", tag = "Webhooks", operation_id = "getWebhook",
    params(("id" = String, Path, description = "The endpoint's id")),
    responses((status = 200, description = "The endpoint", body = WebhookJson), Refusals))]
pub(crate) async fn get(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<WebhookJson>, Problem> {
    let (actor, id) = (caller.actor(), EndpointId::new(id));
    let endpoint = state
        .app
        .read(move |tx| webhooks::get(tx, &actor, &id))
        .await?;
    Ok(shown(&state, endpoint))
}

/// Update a webhook
#[utoipa::path(put, path = "/api/v1/webhooks/{id}", tag = "Webhooks", operation_id = "updateWebhook",
    params(("id" = String, Path, description = "The endpoint's id")), request_body = UpdateWebhookBody,
    responses((status = 200, description = "The endpoint, changed", body = WebhookJson), Refusals))]
pub(crate) async fn update(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
    body: Body<UpdateWebhookBody>,
) -> Result<Json<WebhookJson>, Problem> {
    let (actor, id, value) = (caller.actor(), EndpointId::new(id), body.value);
    let command = UpdateEndpoint {
        url: value.url,
        events: value.events,
        description: value.description,
        authentication: value.auth.map(|auth| auth.map(Into::into)),
        headers: value.headers.map(pairs),
        is_enabled: value.is_enabled,
    };
    let endpoint = state
        .app
        .write(move |write| webhooks::update(write, &actor, &id, &command))
        .await?;
    Ok(shown(&state, endpoint))
}

/// Delete a webhook
///
/// What is pending is cancelled. The log of deliveries can still be read.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", tag = "Webhooks", operation_id = "deleteWebhook",
    params(("id" = String, Path, description = "The endpoint's id")),
    responses((status = 204, description = "The endpoint is gone"), Refusals))]
pub(crate) async fn delete(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let (actor, id) = (caller.actor(), EndpointId::new(id));
    state
        .app
        .write(move |write| webhooks::delete(write, &actor, &id))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Rotate a webhook's secret
///
/// The new secret is in this answer only. For 24 hours deliveries carry both signatures.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/rotate-secret", tag = "Webhooks", operation_id = "rotateWebhookSecret",
    params(("id" = String, Path, description = "The endpoint's id")),
    responses((status = 200, description = "The endpoint with its new secret", body = WebhookJson, example = json!(created_webhook_example())), Refusals))]
pub(crate) async fn rotate_secret(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
    body: Body<NoFields>,
) -> Result<Json<WebhookJson>, Problem> {
    let (actor, id) = (caller.actor(), EndpointId::new(id));
    let made = state
        .app
        .write(move |write| webhooks::rotate_secret(write, &actor, body.once.as_ref(), &id))
        .await?;
    Ok(created(&state, made))
}
