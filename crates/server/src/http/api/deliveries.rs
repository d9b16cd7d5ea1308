//! The log of a webhook's deliveries, and sending them again.

use app::webhooks::{self, Replay};
use axum::{Json, extract::State};
use model::{
    delivery::DeliveryStatus,
    id::{DeliveryId, EndpointId},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::page::page;
use crate::{
    http::{
        HttpState,
        extract::{Body, Caller, Id, InnerId, Query},
        problem::Problem,
        refusals::Refusals,
    },
    json::{DeliveryJson, ListJson, ReplayedJson, StatusName},
};

/// Which deliveries.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveriesQuery {
    /// Only these; all when not given.
    #[param(value_type = Option<StatusName>)]
    status: Option<String>,
    /// How many rows, from 1 to 100; 50 when not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

fn status(name: Option<&str>) -> Result<Option<DeliveryStatus>, Problem> {
    let status = name.map(|name| {
        DeliveryStatus::parse(name).ok_or_else(|| {
            Problem::invalid("status must be pending, delivered, failed or cancelled")
        })
    });
    status.transpose()
}

/// List a webhook's deliveries
///
/// Newest first. Those of a deleted webhook can still be read.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries", tag = "Webhooks", operation_id = "listWebhookDeliveries",
    params(("id" = String, Path, description = "The endpoint's id"), DeliveriesQuery),
    responses((status = 200, description = "A page of deliveries", body = ListJson<DeliveryJson>), Refusals))]
pub(crate) async fn list(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
    query: Query<DeliveriesQuery>,
) -> Result<Json<ListJson<DeliveryJson>>, Problem> {
    let (actor, id, query) = (caller.actor(), EndpointId::new(id), query.0);
    let status = status(query.status.as_deref())?;
    let page = page(query.limit.as_deref(), query.cursor)?;
    let found = state
        .app
        .read(move |tx| webhooks::list_deliveries(tx, &actor, &id, status, &page))
        .await?;
    Ok(Json(ListJson::new(found, DeliveryJson::from)))
}

/// Replay a delivery
///
/// It is sent again at once, under the same `webhook-id`, whatever became of it before.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/deliveries/{deliveryId}/replay", tag = "Webhooks",
    operation_id = "replayWebhookDelivery",
    params(("id" = String, Path, description = "The endpoint's id"), ("deliveryId" = String, Path, description = "The delivery's id")),
    responses((status = 200, description = "The delivery, pending again", body = DeliveryJson), Refusals))]
pub(crate) async fn replay(
    State(state): State<HttpState>,
    caller: Caller,
    InnerId(id, delivery_id): InnerId,
) -> Result<Json<DeliveryJson>, Problem> {
    let (actor, id) = (caller.actor(), EndpointId::new(id));
    let delivery_id = DeliveryId::new(delivery_id);
    let replayed = state
        .app
        .write(move |write| webhooks::replay(write, &actor, &id, &delivery_id))
        .await?;
    Ok(Json(replayed.into()))
}

/// Which deliveries are sent again; at least one of these is given.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReplayBody {
    /// Those of events from this time on, in Unix milliseconds.
    #[schema(example = 1_767_614_400_000_i64)]
    from: Option<i64>,
    /// And before this one.
    #[schema(example = 1_767_618_000_000_i64)]
    to: Option<i64>,
    /// `delivered`, `failed` or `cancelled`; all of them when not given.
    #[schema(example = "failed")]
    status: Option<String>,
}

/// Replay the deliveries of a time
///
/// They are sent again in order, oldest first, under the `webhook-id`s they have; 10,000 at once at most.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/replay", tag = "Webhooks", operation_id = "replayWebhookDeliveries",
    params(("id" = String, Path, description = "The endpoint's id")), request_body = ReplayBody,
    responses((status = 200, description = "How many are sent again", body = ReplayedJson), Refusals))]
pub(crate) async fn replay_range(
    State(state): State<HttpState>,
    caller: Caller,
    Id(id): Id,
    body: Body<ReplayBody>,
) -> Result<Json<ReplayedJson>, Problem> {
    let (actor, id, value) = (caller.actor(), EndpointId::new(id), body.value);
    let replay = Replay {
        from: value.from,
        until: value.to,
        status: status(value.status.as_deref())?,
    };
    let count = state
        .app
        .write(move |write| webhooks::replay_range(write, &actor, &id, replay))
        .await?;
    Ok(Json(ReplayedJson { count }))
}
