//! Keys of programs.

use app::keys::{self, CreateKey};
use axum::{Json, extract::State, http::StatusCode};
use model::{
    id::KeyId,
    key::{KeyKind, Privilege, Privileges},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::page::{PageParameters, PageQuery};
use crate::{
    http::{
        HttpState,
        extract::{Body, Caller, Id},
        problem::Problem,
        refusals::Refusals,
    },
    json::{CreatedKeyJson, KeyJson, ListJson},
};

/// What a new key is made of.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateKeyBody {
    /// What people call it.
    name: String,
    /// `key` for the `api-key` header, `oauth` for a client id and secret.
    #[schema(example = "key")]
    kind: String,
    /// What it may do: `access`, `assign`, `configure`; everything when not given.
    #[schema(example = json!(["access", "assign"]))]
    scopes: Option<Vec<String>>,
}

/// List keys
#[utoipa::path(get, path = "/api/v1/keys", tag = "Keys", operation_id = "listKeys", params(PageQuery),
    responses((status = 200, description = "A page of keys, oldest first", body = ListJson<KeyJson>), Refusals))]
pub(crate) async fn list(
    State(state): State<HttpState>,
    caller: Caller,
    query: PageParameters,
) -> Result<Json<ListJson<KeyJson>>, Problem> {
    let (actor, page) = (caller.actor(), query.0.page()?);
    let keys = state
        .app
        .read(move |tx| keys::list(tx, &actor, &page))
        .await?;
    Ok(Json(ListJson::new(keys, KeyJson::from)))
}

/// Create a key
///
/// The secret is in this answer only.
#[utoipa::path(post, path = "/api/v1/keys", tag = "Keys", operation_id = "createKey", request_body = CreateKeyBody,
    responses((status = 201, description = "The key with its secret", body = CreatedKeyJson), Refusals))]
pub(crate) async fn create(
    State(state): State<HttpState>,
    caller: Caller,
    body: Body<CreateKeyBody>,
) -> Result<(StatusCode, Json<CreatedKeyJson>), Problem> {
    let Body { value, once } = body;
    let actor = caller.actor();
    let kind =
        KeyKind::parse(&value.kind).ok_or_else(|| Problem::invalid("kind must be key or oauth"))?;
    let privileges = match value.scopes {
        None => Privileges::ALL,
        Some(names) => {
            let named: Option<Vec<Privilege>> =
                names.iter().map(|name| Privilege::parse(name)).collect();
            let named = named.filter(|named| !named.is_empty());
            Privileges::of(named.ok_or_else(|| {
                Problem::invalid("scopes must name one or more of access, assign, configure")
            })?)
        }
    };
    let command = CreateKey {
        name: value.name,
        kind,
        privileges,
    };
    let created = state
        .app
        .write(move |write| keys::create(write, &actor, once.as_ref(), &command))
        .await?;
    Ok((StatusCode::CREATED, Json(created.into())))
}

/// Revoke a key
///
/// It stops working within two seconds, and so do its tokens.
#[utoipa::path(delete, path = "/api/v1/keys/{id}", tag = "Keys", operation_id = "revokeKey",
    params(("id" = String, Path, description = "The key's id")),
    responses((status = 204, description = "The key is revoked"), Refusals))]
pub(crate) async fn revoke(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let (actor, id) = (caller.actor(), KeyId::new(id));
    state
        .app
        .write(move |write| keys::revoke(write, &actor, &id))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
