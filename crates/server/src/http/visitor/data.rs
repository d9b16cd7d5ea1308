//! What is known about the visitor whose panel asks.

use app::visitors::{self, OtherAttributes, SetData};
use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    http::{
        HttpState,
        api::{agents::given, visitors::attribute},
        extract::{Body, VisitorCaller},
        problem::Problem,
        refusals::Refusals,
    },
    json::OwnVisitorJson,
};

/// What is changed; what is not given stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetDataBody {
    /// What the site tells: texts, numbers or booleans. Null or an empty text removes one. `notes` are shown to agents as
    /// notes.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    attributes: Option<Option<Map<String, Value>>>,
    /// Remove the attributes that are not given; with `attributes` null all of them.
    #[serde(default)]
    replace: bool,
    /// Agreed to be sent marketing.
    marketing_consent: Option<bool>,
    /// Agreed to the terms of service.
    terms_of_service_consent: Option<bool>,
    /// The language of the widget.
    #[schema(example = "pt-BR")]
    language: Option<String>,
    /// The group of agents that answers; null for none. One that does not exist changes nothing.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    group_id: Option<Option<String>>,
}

/// Get what is known about the visitor
#[utoipa::path(get, path = "/live/visitor", tag = "Live", operation_id = "getOwnVisitor",
    security(("visitorToken" = [])),
    responses((status = 200, description = "The visitor", body = OwnVisitorJson), Refusals))]
pub(crate) async fn get(
    State(state): State<HttpState>,
    caller: VisitorCaller,
) -> Result<Json<OwnVisitorJson>, Problem> {
    let actor = caller.actor();
    let visitor = state
        .app
        .read(move |tx| visitors::get_own(tx, &actor))
        .await?;
    Ok(Json(OwnVisitorJson::new(visitor, Vec::new())))
}

/// Change what is known about the visitor
#[utoipa::path(put, path = "/live/visitor", tag = "Live", operation_id = "setOwnVisitor", request_body = SetDataBody,
    security(("visitorToken" = [])),
    responses((status = 200, description = "The visitor, changed", body = OwnVisitorJson), Refusals))]
pub(crate) async fn set(
    State(state): State<HttpState>,
    caller: VisitorCaller,
    body: Body<SetDataBody>,
) -> Result<Json<OwnVisitorJson>, Problem> {
    state.limits.count_visitor_call(caller.0.visitor)?;
    let (actor, command) = (caller.actor(), command(body.value)?);
    let (visitor, notices) = state
        .app
        .write(move |write| visitors::set_data(write, &actor, &command))
        .await?;
    Ok(Json(OwnVisitorJson::new(visitor, notices)))
}

fn command(body: SetDataBody) -> Result<SetData, Problem> {
    let others = if body.replace {
        OtherAttributes::Removed
    } else {
        OtherAttributes::Kept
    };
    let attributes = body.attributes.map(|attributes| {
        let attributes = attributes.unwrap_or_default();
        attributes.into_iter().map(attribute).collect()
    });
    Ok(SetData {
        attributes: attributes.transpose()?,
        others,
        marketing_consent: body.marketing_consent,
        terms_of_service_consent: body.terms_of_service_consent,
        language: body.language,
        group_id: body.group_id,
    })
}
