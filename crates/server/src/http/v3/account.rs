//! Whose key it is: clients call this to check one (contract A.6).

use app::agents;
use axum::{Json, extract::State};

use crate::{
    http::{HttpState, extract::Caller, problem::Problem, refusals::Refusals},
    json::{AccountJson, AddressJson, PlanJson, RelayJson},
};

/// Get the account
///
/// The organization of the key and its owner.
#[utoipa::path(get, path = "/v3/account", tag = "Account", operation_id = "getAccount",
    responses((status = 200, description = "The account", body = AccountJson), Refusals))]
pub(crate) async fn get(
    State(state): State<HttpState>,
    caller: Caller,
) -> Result<Json<AccountJson>, Problem> {
    let actor = caller.actor();
    let owner = state.app.read(move |tx| agents::owner(tx, &actor)).await?;
    let (first_name, last_name) = owner.name.split_once(' ').unwrap_or((&owner.name, ""));
    Ok(Json(AccountJson {
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        email: owner.email,
        company_name: caller.0.organization.name.clone(),
        address: AddressJson::default(),
        plan: vec![PlanJson::unlimited()],
        relay: RelayJson::default(),
    }))
}
