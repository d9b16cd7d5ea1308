//! What is changed of what visitors are asked about themselves.

use app::widget::{ChangeForm, NewConsent, NewField};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::json::{FormConsentJson, FormFieldJson, FormModeName};

/// What is changed of what visitors are asked; what is not given stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = UpdateWidgetForm)]
pub(super) struct FormBody {
    /// While somebody takes chats: `none`, visitors are not asked; `optional`, after their first message, and they may go on
    /// without answering; `required`, before their messages are delivered.
    #[schema(value_type = Option<FormModeName>, example = "optional")]
    online: Option<String>,
    /// The same while nobody does.
    #[schema(value_type = Option<FormModeName>, example = "required")]
    offline: Option<String>,
    /// What they fill in, all of it and in this order; no name twice.
    #[schema(max_items = 10)]
    fields: Option<Vec<FormFieldJson>>,
    /// They choose whom they would like to talk to, among the groups that are not private.
    asks_group: Option<bool>,
    /// What they agree to, all of it; no kind twice.
    #[schema(max_items = 2)]
    consents: Option<Vec<FormConsentJson>>,
}

impl From<FormBody> for ChangeForm {
    fn from(body: FormBody) -> Self {
        let fields = |fields: Vec<FormFieldJson>| fields.into_iter().map(field).collect();
        let consents = |consents: Vec<FormConsentJson>| consents.into_iter().map(consent).collect();
        Self {
            online: body.online,
            offline: body.offline,
            fields: body.fields.map(fields),
            asks_group: body.asks_group,
            consents: body.consents.map(consents),
        }
    }
}

fn field(field: FormFieldJson) -> NewField {
    NewField {
        name: field.name,
        kind: field.kind,
        labels: field.labels,
        is_required: field.is_required,
    }
}

fn consent(consent: FormConsentJson) -> NewConsent {
    NewConsent {
        kind: consent.kind,
        is_required: consent.is_required,
        texts: consent.texts,
        link: consent.link,
    }
}
