//! The organization that a key belongs to.

use app::keys::Authenticated;
use serde::Serialize;
use utoipa::ToSchema;

/// The account of a key, as clients of Brevo read it to check a key (contract A.6).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Account)]
pub(crate) struct AccountJson {
    /// The owner's e-mail.
    pub(crate) email: String,
    /// The owner's first name.
    pub(crate) first_name: String,
    /// The rest of the owner's name.
    pub(crate) last_name: String,
    /// The organization's name.
    pub(crate) company_name: String,
    /// Where the organization is; not known here.
    pub(crate) address: AddressJson,
    /// What is paid for: nothing, ever.
    pub(crate) plan: Vec<PlanJson>,
    /// Sending e-mail through Brevo; never on.
    pub(crate) relay: RelayJson,
}

/// A postal address. Clients of the older generations insist on one.
#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Address)]
pub(crate) struct AddressJson {
    street: String,
    city: String,
    zip_code: String,
    country: String,
}

/// Sending e-mail through Brevo. Clients of the older generations insist on it.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = Relay)]
pub(crate) struct RelayJson {
    enabled: bool,
    data: RelayDataJson,
}

/// How e-mail would be sent.
#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RelayData)]
pub(crate) struct RelayDataJson {
    user_name: String,
    relay: String,
    port: u16,
}

/// A plan that needs no credits.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Plan)]
pub(crate) struct PlanJson {
    r#type: &'static str,
    credits_type: &'static str,
    credits: u64,
}

impl PlanJson {
    pub(crate) fn unlimited() -> Self {
        Self {
            r#type: "free",
            credits_type: "sendLimit",
            credits: 0,
        }
    }
}

/// Who a key belongs to and what it may do.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Me)]
pub(crate) struct MeJson {
    /// Id of the organization.
    organization_id: String,
    /// Its name.
    organization_name: String,
    /// The id in the widget's snippet.
    widget_id: String,
    /// What the key may do.
    scopes: Vec<&'static str>,
}

impl From<&Authenticated> for MeJson {
    fn from(authenticated: &Authenticated) -> Self {
        let organization = &authenticated.organization;
        Self {
            organization_id: organization.id.to_string(),
            organization_name: organization.name.clone(),
            widget_id: organization.widget_id.clone(),
            scopes: authenticated.privileges.names(),
        }
    }
}
