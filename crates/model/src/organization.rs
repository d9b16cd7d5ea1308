//! An organization: the tenant that everything belongs to.

use crate::{
    id::{OrganizationId, OrganizationNumber},
    time::Millis,
};

/// A tenant of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Internal key.
    pub number: OrganizationNumber,
    /// Public id.
    pub id: OrganizationId,
    /// The id in the widget's snippet: 24 lower-case hexadecimal characters.
    pub widget_id: String,
    /// The name people see.
    pub name: String,
    /// When it was made.
    pub created_at: Millis,
}
