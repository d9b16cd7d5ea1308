//! The names that webhooks know, as the API document lists them: made from the model, so that none is forgotten.

use std::borrow::Cow;

use model::{delivery::DeliveryStatus, webhook::WebhookEventKind};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

/// The name of an event.
pub(crate) struct EventName;

impl PartialSchema for EventName {
    fn schema() -> RefOr<Schema> {
        let names = WebhookEventKind::ALL.map(|(_, name)| name);
        one_of(names, "What a receiver can be told about.")
    }
}

impl ToSchema for EventName {
    fn name() -> Cow<'static, str> {
        "WebhookEvent".into()
    }
}

/// The name of what became of a delivery.
pub(crate) struct StatusName;

impl PartialSchema for StatusName {
    fn schema() -> RefOr<Schema> {
        let names = DeliveryStatus::ALL.map(|(_, name)| name);
        one_of(
            names,
            "What became of a delivery: `failed` after its last attempt, `cancelled` with its endpoint.",
        )
    }
}

impl ToSchema for StatusName {
    fn name() -> Cow<'static, str> {
        "DeliveryStatus".into()
    }
}

fn one_of<const N: usize>(names: [&'static str; N], description: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(names))
        .description(Some(description))
        .into()
}
