//! The OpenAPI document, made from the handlers.

use utoipa::{
    Modify, OpenApi,
    openapi::security::{
        ApiKey, ApiKeyValue, ClientCredentials, Flow, HttpAuthScheme, HttpBuilder, OAuth2, Scopes,
        SecurityScheme,
    },
};

use super::{problem::ErrorBody, router};

/// What stands at the top of the document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Parlour API",
        description = "Live chat, e-mail and API messages in one inbox. Everything under `/v3` and `/realms` is compatible with \
            Brevo Conversations: point an official client at this host. `/api/v1` is Parlour's own.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/")),
    modifiers(&Security),
    security(("apiKey" = []), ("oauth2" = [])),
    components(schemas(ErrorBody)),
    tags(
        (name = "Conversations", description = "Compatible with Brevo Conversations."),
        (name = "Account", description = "Whose key it is."),
        (name = "Keys", description = "Keys of programs; secrets are shown once."),
        (name = "Agents", description = "People who answer, and dummies made from e-mails."),
        (name = "Groups", description = "Groups of agents that visitors are assigned to."),
        (name = "Visitors", description = "People on the other side."),
        (name = "Inbox", description = "Conversations, their messages and internal notes."),
        (name = "Files", description = "Attachments: uploaded, named by a message, fetched by their links."),
        (name = "Widget", description = "How the widget behaves, and how its site proves who visitors are."),
        (name = "Live", description = "What the panels of visitors ask, with a visitor's token."),
        (name = "Webhooks", description = "Where events go, signed by Standard Webhooks, and what became of each delivery."),
        (name = "Jobs", description = "Work in the background that failed."),
    )
)]
pub(super) struct Document;

/// The ways to prove who calls.
struct Security;

impl Modify for Security {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let key = ApiKeyValue::with_description(
            "api-key",
            "A key, as `parlour key create` or `POST /api/v1/keys` shows it once.",
        );
        components.add_security_scheme("apiKey", SecurityScheme::ApiKey(ApiKey::Header(key)));
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A visitor's token, as `POST /live/session` gives it."));
        components.add_security_scheme("visitorToken", SecurityScheme::Http(token.build()));
        let scopes = [
            ("access", "Read and write conversations"),
            ("assign", "Assign them"),
            ("configure", "Agents, groups, webhooks and keys"),
        ];
        let flow = ClientCredentials::new("/realms/partner/oauth/token", Scopes::from_iter(scopes));
        components.add_security_scheme(
            "oauth2",
            SecurityScheme::OAuth2(OAuth2::new([Flow::ClientCredentials(flow)])),
        );
    }
}

/// The document as JSON, with a line end.
pub fn text() -> String {
    let document = router::documented().into_openapi();
    let mut text = document
        .to_pretty_json()
        .expect("the document is made of maps with text keys");
    text.push('\n');
    text
}
