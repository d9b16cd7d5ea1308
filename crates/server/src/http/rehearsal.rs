//! Bodies that anybody may send, for fuzzers: read as each of the API's larger bodies.

use axum::response::IntoResponse;
use serde::de::DeserializeOwned;

use super::{
    api::{
        agents::UpdateAgentBody, visitors::UpdateVisitorBody, webhooks::CreateWebhookBody,
        widget::UpdateWidgetBody,
    },
    extract::parse,
    v3::messages::SendBody,
};

/// Reads bytes as bodies.
///
/// # Panics
///
/// Where a refusal is no refusal of the client's mistake.
pub(crate) fn read_anything(bytes: &[u8]) {
    read::<SendBody>(bytes);
    read::<UpdateAgentBody>(bytes);
    read::<UpdateVisitorBody>(bytes);
    read::<UpdateWidgetBody>(bytes);
    read::<CreateWebhookBody>(bytes);
}

fn read<T: DeserializeOwned>(bytes: &[u8]) {
    if let Err(problem) = parse::<T>(bytes) {
        let status = problem.into_response().status();
        assert_eq!(status, 400);
    }
}
