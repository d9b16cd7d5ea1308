//! Visitors, and messages in their name.

use app::{
    Error,
    messages::{self, SendAsVisitor},
    visitors::{self, UpdateVisitor},
};
use axum::{Json, extract::State, http::StatusCode};
use model::{
    id::{FileId, VisitorId},
    visitor::Attribute,
};
use serde::Deserialize;
use serde_json::{Map, Value};
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
    json::{ListJson, PlacedMessageJson, VisitorJson},
};

/// What is changed; what is not given stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateVisitorBody {
    /// Attributes to merge in: texts, numbers or booleans; null removes one.
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    attributes: Option<Map<String, Value>>,
    /// What agents note; null removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    notes: Option<Option<String>>,
    /// Agreed to be sent marketing.
    marketing_consent: Option<bool>,
    /// Agreed to the terms of service.
    terms_of_service_consent: Option<bool>,
    /// May not write, nor hear of what is written.
    is_banned: Option<bool>,
}

/// What the visitor writes.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SendAsVisitorBody {
    /// The text, at most 5,000 characters. May be left out where there are files.
    #[schema(example = "Where is my order?")]
    text: Option<String>,
    /// Files that were uploaded before with the same organization's key, at most 10.
    #[serde(default)]
    file_ids: Vec<String>,
    /// An id made by the sender, 8 to 64 letters, digits, - or _: the same again gives the first message.
    cid: Option<String>,
}

pub(in crate::http) fn attribute(
    (name, value): (String, Value),
) -> Result<(String, Option<Attribute>), Problem> {
    let attribute =
        match value {
            Value::Null => None,
            Value::Bool(value) => Some(Attribute::Boolean(value)),
            Value::String(value) => Some(Attribute::Text(value)),
            Value::Number(value) => {
                let number = value
                    .as_i64()
                    .map(Attribute::Integer)
                    .or_else(|| value.as_f64().map(Attribute::Number));
                Some(number.ok_or_else(|| {
                    Problem::invalid(format!("attributes.{name} is not a number"))
                })?)
            }
            Value::Array(_) | Value::Object(_) => {
                return Err(Problem::invalid(format!(
                    "attributes.{name} must be a text, a number, a boolean or null"
                )));
            }
        };
    Ok((name, attribute))
}

pub(super) fn known(id: String) -> Result<VisitorId, Problem> {
    VisitorId::parse(&id).ok_or_else(|| Error::NotFound("Visitor").into())
}

/// List visitors
#[utoipa::path(get, path = "/api/v1/visitors", tag = "Visitors", operation_id = "listVisitors", params(PageQuery),
    responses((status = 200, description = "A page of visitors, newest first", body = ListJson<VisitorJson>), Refusals))]
pub(crate) async fn list(
    State(state): State<HttpState>,
    caller: Caller,
    query: PageParameters,
) -> Result<Json<ListJson<VisitorJson>>, Problem> {
    let (actor, page) = (caller.actor(), query.0.page()?);
    let found = state
        .app
        .read(move |tx| visitors::list(tx, &actor, &page))
        .await?;
    Ok(Json(ListJson::new(found, VisitorJson::from)))
}

/// Get a visitor
#[utoipa::path(get, path = "/api/v1/visitors/{visitorId}", tag = "Visitors", operation_id = "getVisitor",
    params(("visitorId" = String, Path, description = "The visitor's id")),
    responses((status = 200, description = "The visitor", body = VisitorJson), Refusals))]
pub(crate) async fn get(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<VisitorJson>, Problem> {
    let (actor, id) = (caller.actor(), known(id)?);
    Ok(Json(
        state
            .app
            .read(move |tx| visitors::get(tx, &actor, &id))
            .await?
            .into(),
    ))
}

/// Update a visitor
#[utoipa::path(put, path = "/api/v1/visitors/{visitorId}", tag = "Visitors", operation_id = "updateVisitor",
    params(("visitorId" = String, Path, description = "The visitor's id")), request_body = UpdateVisitorBody,
    responses((status = 200, description = "The visitor, changed", body = VisitorJson), Refusals))]
pub(crate) async fn update(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
    body: Body<UpdateVisitorBody>,
) -> Result<Json<VisitorJson>, Problem> {
    let (actor, id, value) = (caller.actor(), known(id)?, body.value);
    let attributes = value
        .attributes
        .map(|attributes| attributes.into_iter().map(attribute).collect())
        .transpose()?;
    let command = UpdateVisitor {
        attributes,
        notes: value.notes,
        marketing_consent: value.marketing_consent,
        terms_of_service_consent: value.terms_of_service_consent,
        is_banned: value.is_banned,
    };
    Ok(Json(
        state
            .app
            .write(move |write| visitors::update(write, &actor, &id, &command))
            .await?
            .into(),
    ))
}

/// Send a message as the visitor
///
/// An unknown visitor is made.
#[utoipa::path(post, path = "/api/v1/visitors/{visitorId}/messages", tag = "Visitors", operation_id = "sendMessageAsVisitor",
    params(("visitorId" = String, Path, description = "The visitor's id")), request_body = SendAsVisitorBody,
    responses((status = 201, description = "The message, stored", body = PlacedMessageJson), Refusals))]
pub(crate) async fn send(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
    body: Body<SendAsVisitorBody>,
) -> Result<(StatusCode, Json<PlacedMessageJson>), Problem> {
    let Body { value, once } = body;
    let actor = caller.actor();
    let command = SendAsVisitor {
        visitor_id: Some(id),
        text: value.text,
        file_ids: value.file_ids.into_iter().map(FileId::new).collect(),
        cid: value.cid,
    };
    let message = state
        .app
        .write(move |write| messages::send_as_visitor(write, &actor, once.as_ref(), &command))
        .await?;
    let json = PlacedMessageJson::new(&message, &state.file_link_base);
    Ok((StatusCode::CREATED, Json(json)))
}
