//! Whose key it is.

use axum::Json;

use crate::{
    http::{extract::Caller, refusals::Refusals},
    json::MeJson,
};

/// Get the key's organization
#[utoipa::path(get, path = "/api/v1/me", tag = "Account", operation_id = "getMe",
    responses((status = 200, description = "The organization and what the key may do", body = MeJson), Refusals))]
pub(crate) async fn get(caller: Caller) -> Json<MeJson> {
    Json(caller.0.as_ref().into())
}
