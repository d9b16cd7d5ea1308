//! A visitor's panel opens, and is left for good.

use app::{
    visitors::{self, Arrival, OpenSession, Session, ViewPage},
    widget,
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use model::{organization::Organization, visitor::Browser};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    http::{
        HttpState,
        api::visitors::attribute,
        extract::{Body, ClientAddress, VisitorBrowser, VisitorToken},
        problem::Problem,
        refusals::Refusals,
    },
    json::SessionJson,
    origins::Origins,
};

/// A value of an attribute that is none.
const ATTRIBUTE_IGNORED: &str = "attribute_ignored";

/// What a panel shows.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct OpenSessionBody {
    /// The id in the widget's snippet.
    #[schema(example = "5f0c7e2ab1d94c3386a1e0d2")]
    widget_id: String,
    /// The token of an earlier session.
    visitor_token: Option<String>,
    /// The id that the site has for the visitor: a secret that nobody else knows, as whoever tells it is that visitor.
    #[schema(example = "kZMvWhf8npAu3H6qd57w2Hv6nh6rnxvg")]
    visitor_id: Option<String>,
    /// The site's proof of who the visitor is: a JSON Web Token.
    identity_token: Option<String>,
    /// The page that the panel is on.
    page: Option<PageBody>,
    /// The language of the widget.
    #[schema(example = "en")]
    language: Option<String>,
    /// The group that chats started on this page go to.
    group_id: Option<String>,
    /// What the site tells about the visitor: texts, numbers or booleans; null removes one.
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    attributes: Option<Map<String, Value>>,
}

/// A page of a site.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Page)]
pub(crate) struct PageBody {
    /// Its address.
    #[schema(example = "https://shop.example/shoes")]
    link: String,
    /// Its title.
    #[serde(default)]
    #[schema(example = "Shoes")]
    title: String,
}

impl PageBody {
    /// The command in it.
    pub(super) fn view(self, origins: &Origins) -> ViewPage {
        ViewPage {
            site: origins.site_of(&self.link),
            link: self.link,
            title: self.title,
        }
    }
}

/// The command of a body, and what of it was left out.
fn command(
    body: OpenSessionBody,
    browser: Browser,
    origins: &Origins,
) -> (OpenSession, Vec<&'static str>) {
    let given: Vec<_> = body.attributes.into_iter().flatten().collect();
    let count = given.len();
    // A mistake of the site keeps nobody from chatting.
    let attributes: Vec<_> = given
        .into_iter()
        .filter_map(|pair| attribute(pair).ok())
        .collect();
    let left_out = (attributes.len() < count).then_some(ATTRIBUTE_IGNORED);
    let arrival = Arrival {
        browser,
        page: body.page.map(|page| page.view(origins)),
        language: body.language,
        group_id: body.group_id,
        attributes,
    };
    // Pages write nothing where nobody has signed in.
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let command = OpenSession {
        token: given(body.visitor_token),
        visitor_id: given(body.visitor_id),
        identity_token: given(body.identity_token),
        arrival,
    };
    (command, left_out.into_iter().collect())
}

/// Open a visitor's session
///
/// Needs no key: this is what a widget's panel asks first. Who shows the token of an earlier session goes on; who shows
/// none, or one that has ended, is a new visitor, unless the site tells who it is.
#[utoipa::path(post, path = "/live/session", tag = "Live", operation_id = "openSession", request_body = OpenSessionBody,
    security(()),
    responses((status = 200, description = "Whose panel it is, and its token", body = SessionJson), Refusals))]
pub(crate) async fn open(
    State(state): State<HttpState>,
    ClientAddress(address): ClientAddress,
    VisitorBrowser(browser): VisitorBrowser,
    body: Body<OpenSessionBody>,
) -> Result<Json<SessionJson>, Problem> {
    let widget_id = body.value.widget_id.clone();
    let (command, left_out) = command(body.value, browser, &state.origins);
    let (organization, foreseen) = foresee(&state, widget_id, command.clone()).await?;
    if foreseen.is_unknown_id {
        state.limits.count_unknown_visitor_id(address)?;
    }
    if foreseen.is_new_token {
        state.limits.count_visitor_token(address)?;
    }
    let shown = command.token.clone();
    let session = state
        .app
        .write(move |write| visitors::open_session(write, &organization, &command))
        .await?;
    if let (Some(_), Some(ended)) = (&session.token, &shown) {
        state.visitors.forget(ended);
    }
    state.visitors.notice(&session);
    Ok(Json(json(&state, session, shown, left_out)))
}

async fn foresee(
    state: &HttpState,
    widget_id: String,
    command: OpenSession,
) -> Result<(Organization, visitors::Foreseen), Problem> {
    let (sealer, now) = (
        std::sync::Arc::clone(state.app.sealer()),
        state.app.clock().now(),
    );
    let found = state.app.read(move |tx| {
        let organization = widget::find_organization(tx, &widget_id)?;
        let foreseen = visitors::foresee_session(tx, &sealer, now, &organization, &command)?;
        Ok((organization, foreseen))
    });
    Ok(found.await?)
}

fn json(
    state: &HttpState,
    session: Session,
    shown: Option<String>,
    left_out: Vec<&'static str>,
) -> SessionJson {
    let mut notices = session.notices;
    for notice in left_out {
        if !notices.contains(&notice) {
            notices.push(notice);
        }
    }
    SessionJson {
        visitor_token: session.token.or(shown).unwrap_or_default(),
        visitor_id: session.visitor_id.as_str().to_owned(),
        conversation_id: session.conversation_id.map(|id| id.to_string()),
        is_any_available: session.is_any_available,
        epoch: state.app.epoch().to_owned(),
        notices,
    }
}

/// End a visitor's session
///
/// The token ends, and what is open by it: for a visitor who signs out. The next session is a new visitor's.
#[utoipa::path(delete, path = "/live/session", tag = "Live", operation_id = "endSession",
    security(("visitorToken" = [])),
    responses((status = 204, description = "The token has ended"), Refusals))]
pub(crate) async fn end(
    State(state): State<HttpState>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let token = VisitorToken::of(&headers)?.0.to_owned();
    let ended = token.clone();
    state
        .app
        .write(move |write| visitors::end(write, &ended))
        .await?;
    state.visitors.forget(&token);
    Ok(StatusCode::NO_CONTENT)
}
