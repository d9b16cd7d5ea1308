//! The public forms of keys. Secrets are in one of them only, shown once.

use app::keys::CreatedKey;
use model::key::{Key, KeyKind};
use serde::Serialize;
use utoipa::ToSchema;

/// A key, without its secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Key)]
pub(crate) struct KeyJson {
    /// Public id of the key.
    id: String,
    /// What people call it.
    name: String,
    /// `key` or `oauth`.
    kind: &'static str,
    /// The end of the secret, to tell keys apart: `••••1a2b`.
    hint: String,
    /// The OAuth client id.
    client_id: Option<String>,
    /// What it may do.
    scopes: Vec<&'static str>,
    /// When it was made, in Unix milliseconds.
    created_at: i64,
    /// When it was revoked.
    revoked_at: Option<i64>,
}

impl From<Key> for KeyJson {
    fn from(key: Key) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name,
            kind: key.kind.as_str(),
            hint: format!("••••{}", key.hint),
            client_id: key.client_id,
            scopes: key.privileges.names(),
            created_at: key.created_at,
            revoked_at: key.revoked_at,
        }
    }
}

/// A new key with its secret, shown this once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CreatedKey)]
pub(crate) struct CreatedKeyJson {
    /// Public id of the key.
    id: String,
    /// For kind `key`: what goes into the `api-key` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<String>,
    /// For kind `oauth`: the client id.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// For kind `oauth`: the client secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
}

impl From<CreatedKey> for CreatedKeyJson {
    fn from(created: CreatedKey) -> Self {
        let id = created.key.id.to_string();
        match created.key.kind {
            KeyKind::ApiKey => Self {
                id,
                api_key: Some(created.secret),
                client_id: None,
                client_secret: None,
            },
            KeyKind::OAuth => Self {
                id,
                api_key: None,
                client_id: created.key.client_id,
                client_secret: Some(created.secret),
            },
        }
    }
}
